package predict

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/mlbench/mlbench/servers/model"
)

// Model is what a Service needs of a model. It must be safe for concurrent use.
type Model interface {
	Predict(*[model.Features]float64) float64
	Info() model.Info
}

// Options make a Service.
type Options struct {
	Config Config
	Model  Model
	// Logger is told of failed logins; nil is silent.
	Logger *slog.Logger
	// BackgroundLog writes the prediction log from a goroutine of its own
	// rather than within each request.
	BackgroundLog bool
	// CacheEntries bounds the prediction cache; 0 means 10,000.
	CacheEntries int
	// PasswordCost is bcrypt's; 0 means its default. That makes a login dear on
	// purpose (tens of milliseconds of CPU): a load test that logs in with each
	// request measures bcrypt.
	PasswordCost int
}

// Service answers the API's questions. It is safe for concurrent use.
type Service struct {
	model    Model
	version  string
	cache    *cache
	auth     *authority
	log      *predictionLog
	metrics  *metrics
	intake   intake
	failures failures
	logger   *slog.Logger
	demo     bool // the published login is in use

	openMetrics  bool
	metricsToken string

	started  time.Time
	draining atomic.Bool
}

// New makes a Service, which is to be closed.
func New(opts Options) (*Service, error) {
	if opts.CacheEntries == 0 {
		opts.CacheEntries = defaultCacheEntries
	}
	if opts.PasswordCost == 0 {
		opts.PasswordCost = bcrypt.DefaultCost
	}
	s := &Service{
		model:   opts.Model,
		version: opts.Model.Info().Version,
		demo:    opts.Config.isDemo(),
		logger:  opts.Logger,

		openMetrics:  opts.Config.OpenMetrics,
		metricsToken: opts.Config.MetricsToken,
		started:      time.Now(),
	}
	var err error
	if s.cache, err = newCache(opts.CacheEntries); err != nil {
		return nil, fmt.Errorf("make the prediction cache: %w", err)
	}
	if s.auth, err = newAuthority(opts.Config.Username, opts.Config.Password, opts.Config.Secret, opts.PasswordCost); err != nil {
		return nil, err
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.log, err = openPredictionLog(opts.Config, s.version, opts.BackgroundLog); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(s.cache, s.log)
	return s, nil
}

// Login exchanges credentials for a token, or returns ErrCredentials or
// ErrManyLogins. Failures are logged: the first at once, then how many there
// were, every ten seconds at most.
func (s *Service) Login(l Login) (Token, error) {
	token, err := s.auth.login(l)
	if err != nil {
		s.failures.add(s.logger, err)
	}
	return token, err
}

// Authorize checks the values of a request's Authorization headers. It keeps
// nothing of them.
func (s *Service) Authorize(headers ...string) error {
	switch len(headers) {
	case 0:
		return errNoToken
	case 1:
		return s.auth.authorize(headers[0])
	}
	return errTokenInvalid // which of them would count?
}

// AuthorizeMetrics checks who asks for GET /metrics: on loopback addresses
// anybody may, elsewhere who has the METRICS_TOKEN or a token from POST /login.
func (s *Service) AuthorizeMetrics(headers ...string) error {
	if s.openMetrics {
		return nil
	}
	if s.metricsToken != "" && len(headers) == 1 && sameText(bearerToken(headers[0]), s.metricsToken) {
		return nil
	}
	return s.Authorize(headers...)
}

// Predict answers one checked request.
func (s *Service) Predict(r *Request) Prediction {
	y, cached := s.one(&r.Features)
	s.log.write([]record{{time.Now(), r.RequestID, r.Features, y, cached}})
	s.metrics.predictions.Inc()
	return Prediction{Prediction: y, Cached: cached, ModelVersion: s.version, RequestID: r.RequestID}
}

// PredictBatch answers one checked batch.
func (s *Service) PredictBatch(r *BatchRequest) Batch {
	start := time.Now()
	out := make([]float64, len(r.Samples))
	records := make([]record, len(r.Samples))
	for i := range r.Samples {
		y, cached := s.one(&r.Samples[i])
		out[i] = y
		records[i] = record{start, r.RequestID, r.Samples[i], y, cached}
	}
	took := time.Since(start)
	s.log.write(records)
	s.metrics.predictions.Add(float64(len(out)))
	return Batch{
		Predictions:      out,
		Count:            len(out),
		ModelVersion:     s.version,
		RequestID:        r.RequestID,
		ProcessingTimeMS: float64(took) / float64(time.Millisecond),
	}
}

func (s *Service) one(x *Features) (y float64, cached bool) {
	if y, cached = s.cache.get(x); cached {
		return y, true
	}
	y = s.model.Predict(x)
	s.cache.put(x, y)
	return y, false
}

// Health says how the service is.
func (s *Service) Health() Health {
	now := time.Now()
	h := Health{
		Status:        "healthy",
		Timestamp:     now.UTC().Format(time.RFC3339Nano),
		UptimeSeconds: now.Sub(s.started).Seconds(),
		ModelLoaded:   true, // there is no Service without a model
	}
	switch {
	case s.draining.Load():
		h.Status = "unhealthy"
	case s.log.lostSince(time.Minute):
		h.Status = "degraded"
	}
	return h
}

// HTTPStatus is 503 for an unhealthy service, so that load balancers turn
// away, else 200.
func (h Health) HTTPStatus() int {
	if h.Status == "unhealthy" {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// ModelInfo describes the loaded model.
func (s *Service) ModelInfo() ModelInfo {
	info := s.model.Info()
	return ModelInfo{
		Version:       info.Version,
		InputFeatures: info.InputFeatures,
		ModelType:     info.Type,
		TrainingDate:  info.TrainedAt.UTC().Format(time.RFC3339),
		Accuracy:      info.R2,
		Framework:     info.Framework,
	}
}

// CacheStats counts what the cache did since start.
func (s *Service) CacheStats() CacheStats { return s.cache.stats() }

// ClearCache forgets every cached prediction.
func (s *Service) ClearCache() Cleared {
	return Cleared{Message: "cache cleared", EntriesCleared: s.cache.clear()}
}

// Metrics serves the figures of this Service to Prometheus.
func (s *Service) Metrics() http.Handler { return s.metrics.handler }

// Observe counts one answered request. The route is the pattern, never the
// path: UnmatchedRoute where there is none.
func (s *Service) Observe(route string, status int, took time.Duration) {
	s.metrics.observe(route, status, took)
}

// BeginDrain makes Health say unhealthy: no new work, please.
func (s *Service) BeginDrain() { s.draining.Store(true) }

// Draining says that the service ends soon: answers tell clients to leave.
func (s *Service) Draining() bool { return s.draining.Load() }

// ReopenLog goes on with the prediction log in the file that its path names
// now: the old one was renamed or removed. The old one is kept when that fails.
func (s *Service) ReopenLog() error { return s.log.reopen() }

// Close writes what the prediction log still holds, for as long as ctx allows,
// and reports what was lost. Call it after the server has drained.
func (s *Service) Close(ctx context.Context) error { return s.log.close(ctx) }
