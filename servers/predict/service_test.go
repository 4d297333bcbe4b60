package predict

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/mlbench/mlbench/servers/model"
)

// sumModel is an oracle anyone can compute. It counts what it was asked.
type sumModel struct{ asked *int }

func (m sumModel) Predict(x *Features) (sum float64) {
	*m.asked++
	for _, v := range x {
		sum += v
	}
	return sum
}

func (sumModel) Info() model.Info { return model.Info{Version: "v1"} }

// noLog is an environment that says nothing but where not to log.
func noLog(name string) string {
	if name == "PREDICTION_LOG" {
		return "off"
	}
	return ""
}

func newTestService(t *testing.T, o Options) (s *Service, asked *int) {
	t.Helper()
	asked = new(int)
	o.Model, o.PasswordCost = sumModel{asked}, bcrypt.MinCost
	var err error
	if o.Config, err = LoadConfig(noLog, true); err != nil {
		t.Fatal(err)
	}
	if s, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, asked
}

func TestCacheIsAskedPerSample(t *testing.T) {
	s, asked := newTestService(t, Options{})
	one, two := Features{1}, Features{2}
	if p := s.Predict(&Request{Features: one}); p.Cached || p.Prediction != 1 {
		t.Errorf("first: %+v", p)
	}
	if p := s.Predict(&Request{Features: one, RequestID: "id"}); !p.Cached || p.Prediction != 1 || p.RequestID != "id" {
		t.Errorf("second: %+v", p)
	}
	b := s.PredictBatch(&BatchRequest{Samples: []Features{one, two, two}})
	if b.Count != 3 || b.Predictions[0] != 1 || b.Predictions[1] != 2 || b.Predictions[2] != 2 || b.ProcessingTimeMS <= 0 {
		t.Errorf("batch: %+v", b)
	}
	if *asked != 2 {
		t.Errorf("the model was asked %d times, want 2", *asked)
	}
	want := CacheStats{Size: 2, HitRate: 0.6, TotalRequests: 5, CacheHits: 3, CacheMisses: 2}
	if got := s.CacheStats(); got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	if c := s.ClearCache(); c.EntriesCleared != 2 {
		t.Errorf("cleared %+v", c)
	}
	if p := s.Predict(&Request{Features: one}); p.Cached {
		t.Errorf("after clear: %+v", p)
	}
	if got := s.CacheStats(); got.Size != 1 || got.TotalRequests != 6 {
		t.Errorf("stats after clear: %+v", got)
	}
}

func TestCacheIsBounded(t *testing.T) {
	s, _ := newTestService(t, Options{CacheEntries: 50})
	for i := range 5000 {
		s.Predict(&Request{Features: Features{float64(i) / 10}})
	}
	s.cache.entries.CleanUp()
	if size := s.CacheStats().Size; size > 50 {
		t.Errorf("%d entries, want at most 50", size)
	}
}

func TestHealth(t *testing.T) {
	s, _ := newTestService(t, Options{})
	if h := s.Health(); h.Status != "healthy" || !h.ModelLoaded || h.HTTPStatus() != http.StatusOK {
		t.Errorf("at start: %+v", h)
	}
	s.log = &predictionLog{}
	s.log.lose(1, errQueueFull)
	if h := s.Health(); h.Status != "degraded" || h.HTTPStatus() != http.StatusOK {
		t.Errorf("after a loss: %+v", h)
	}
	s.log = nil
	s.BeginDrain()
	if h := s.Health(); h.Status != "unhealthy" || h.HTTPStatus() != http.StatusServiceUnavailable {
		t.Errorf("draining: %+v", h)
	}
}

func TestMetricsAreOfThisServiceOnly(t *testing.T) {
	a, _ := newTestService(t, Options{})
	b, _ := newTestService(t, Options{})
	a.Predict(&Request{})
	a.Observe("/predict", 200, 1500)
	scrape := func(s *Service) string {
		w := httptest.NewRecorder()
		s.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return w.Body.String()
	}
	for _, want := range []string{
		"mlbench_predictions_total 1\n", "mlbench_cache_misses_total 1\n",
		`mlbench_http_requests_total{route="/predict",status="200"} 1` + "\n",
		`mlbench_http_request_duration_seconds_count{route="/predict"} 1` + "\n",
	} {
		if !strings.Contains(scrape(a), want) {
			t.Errorf("no %q", want)
		}
	}
	if got := scrape(b); !strings.Contains(got, "mlbench_predictions_total 0\n") || strings.Contains(got, "mlbench_http_requests_total{") {
		t.Error("one service counts what another did")
	}
}
