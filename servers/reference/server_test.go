package reference

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// start serves o on a loopback port until the test ends.
func start(t *testing.T, o Options) (url string, client *http.Client) {
	t.Helper()
	handler, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.Close()
		handler.Close()
	})
	return server.URL, server.Client()
}

// answer is what one request got.
type answer struct {
	status                        int
	body                          string
	arrival, queue, work, service time.Duration
	hasTimes                      bool
}

func send(t *testing.T, client *http.Client, method, url, body string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: response.StatusCode, body: string(content), hasTimes: response.Header.Get(HeaderService) != ""}
	for name, field := range map[string]*time.Duration{
		HeaderArrival: &a.arrival, HeaderQueue: &a.queue, HeaderWork: &a.work, HeaderService: &a.service,
	} {
		if text := response.Header.Get(name); text != "" {
			ns, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			*field = time.Duration(ns)
		}
	}
	return a
}

// TestAnswersKeepToTheModel sends real requests, then replays their arrivals
// through the model: the waits must agree to the nanosecond, no answer may be
// early, and no client may have seen less than the server says it did.
func TestAnswersKeepToTheModel(t *testing.T) {
	const ms = time.Millisecond
	tests := map[string]Options{
		"at once":         {},
		"parallel":        {Service: 2 * ms},
		"one worker":      {Service: ms, Workers: 1},
		"three workers":   {Service: 2 * ms, Workers: 3},
		"gate":            {Service: ms, Stall: 10 * ms, StallEvery: 20 * ms},
		"FIFO stalls":     {Service: 3 * ms, Stall: 10 * ms, StallEvery: 20 * ms, Workers: 1},
		"burning":         {Service: ms, Burn: true, Workers: 1},
		"burning, stalls": {Service: 3 * ms, Stall: 10 * ms, StallEvery: 20 * ms, Workers: 1, Burn: true},
		"burning gate":    {Service: ms, Stall: 10 * ms, StallEvery: 20 * ms, Burn: true},
	}
	for name, o := range tests {
		t.Run(name, func(t *testing.T) {
			url, client := start(t, o)
			var mu sync.Mutex
			var answers []answer
			var group sync.WaitGroup
			for range 6 {
				group.Go(func() {
					for range 8 {
						sent := time.Now()
						a := send(t, client, http.MethodPost, url+"/predict", `{"features":[1,2]}`)
						if seen := time.Since(sent); seen < a.queue+a.service {
							t.Errorf("the client saw %v, the server says %v waiting and %v serving", seen, a.queue, a.service)
						}
						mu.Lock()
						answers = append(answers, a)
						mu.Unlock()
					}
				})
			}
			group.Wait()
			slices.SortFunc(answers, func(a, b answer) int { return cmp.Compare(a.arrival, b.arrival) })
			model := newQueue(o)
			waited := 0
			for i, a := range answers {
				_, finish := model.plan(a.arrival, o.Service)
				if want := finish - a.arrival - o.Service; a.queue != want {
					t.Errorf("request %d, arrived at %v: waited %v, the model says %v", i, a.arrival, a.queue, want)
				}
				if a.status != http.StatusOK || a.work != o.Service || a.service < a.work {
					t.Errorf("request %d: status %d, work %v, service %v, want 200, %v and no less", i, a.status, a.work, a.service, o.Service)
				}
				if a.queue > 0 {
					waited++
				}
			}
			if queues := o.Workers == 1; queues && waited == 0 {
				t.Error("six clients of one worker never waited: nothing was tested")
			}
		})
	}
}

// TestStalledRequestWaitsForTheEnd: requests are sent until one meets a stall.
func TestStalledRequestWaitsForTheEnd(t *testing.T) {
	o := Options{Service: time.Millisecond, Stall: 10 * time.Millisecond, StallEvery: 20 * time.Millisecond}
	url, client := start(t, o)
	for {
		a := send(t, client, http.MethodGet, url, "")
		if a.queue == 0 {
			continue
		}
		if end := a.arrival + a.queue; (end-o.stalls().lead()-o.Stall)%o.StallEvery != 0 {
			t.Errorf("served from %v on, which is not the end of a stall", end)
		}
		return
	}
}

func TestSamePayloadSameWork(t *testing.T) {
	o := Options{Service: 100 * time.Microsecond, Sigma: 0.5, Seed: 4}
	slow := o
	slow.Slow = 1.10
	other := o
	other.Seed = 5
	urlA, a := start(t, o)
	urlB, b := start(t, slow)
	urlC, c := start(t, other)
	works := map[time.Duration]bool{}
	for i := range 50 {
		body := `{"features":[` + strconv.Itoa(i) + `]}`
		send(t, b, http.MethodPost, urlB, "shift the count of one arm")
		first, second := send(t, a, http.MethodPost, urlA, body), send(t, b, http.MethodPost, urlB, body)
		if diff := 1.10*float64(first.work) - float64(second.work); diff < -2 || diff > 2 {
			t.Errorf("payload %d: work %v and %v with a factor of 1.10", i, first.work, second.work)
		}
		if first.body != second.body {
			t.Errorf("payload %d: answers %s and %s", i, first.body, second.body)
		}
		if third := send(t, c, http.MethodPost, urlC, body); third.work == first.work {
			t.Errorf("payload %d: another seed, the same work %v", i, first.work)
		}
		works[first.work] = true
	}
	if len(works) < 50 {
		t.Errorf("50 payloads, only %d different works", len(works))
	}
}

func TestErrorsAreTheDrawnOnes(t *testing.T) {
	o := Options{Errors: 0.25, Seed: 9}
	url, client := start(t, o)
	for round := range 2 {
		for i := range uint64(200) {
			want := http.StatusOK
			if o.fails(i) {
				want = http.StatusInternalServerError
			}
			a := send(t, client, http.MethodPost, url, "always the same body")
			if a.status != want || !a.hasTimes {
				t.Fatalf("round %d, request %d: status %d (times: %v), want %d", round, i, a.status, a.hasTimes, want)
			}
		}
		// The second round must repeat the first.
		if a := send(t, client, http.MethodPost, url+"/_reset", ""); a.status != http.StatusNoContent {
			t.Fatalf("reset: status %d", a.status)
		}
	}
	if a := send(t, client, http.MethodGet, url, ""); a.arrival != 0 {
		t.Errorf("the first request after a reset arrived at %v, want 0", a.arrival)
	}
}

func TestSetUpIsNoPartOfTheModel(t *testing.T) {
	url, client := start(t, Options{Service: time.Millisecond, Errors: 1})
	for _, request := range [][2]string{{"GET", "/health"}, {"POST", "/login"}} {
		a := send(t, client, request[0], url+request[1], `{"username":"admin","password":"password"}`)
		var fields map[string]any
		if err := json.Unmarshal([]byte(a.body), &fields); err != nil || a.status != http.StatusOK || a.hasTimes {
			t.Errorf("%v: status %d, times %v, body %s (%v)", request, a.status, a.hasTimes, a.body, err)
		}
		want := []string{"model_loaded", "status", "timestamp", "uptime_seconds"}
		if request[1] == "/login" {
			want = []string{"expires_in", "token", "token_type"}
		}
		for _, key := range want {
			if _, ok := fields[key]; !ok {
				t.Errorf("%v: no %q in %s", request, key, a.body)
			}
		}
	}
	if a := send(t, client, http.MethodPost, url+"/predict", "{}"); a.arrival != 0 || a.status != http.StatusInternalServerError {
		t.Errorf("first request: arrived at %v with status %d; set-up must not start the clock, errors are for all others", a.arrival, a.status)
	}
}

func TestAnyMethodAndPath(t *testing.T) {
	url, client := start(t, Options{})
	for _, tt := range [][2]string{
		{"GET", "/"},
		{"GET", ""},
		{"PUT", "/a/b/c?x=1"},
		{"DELETE", "/predict"},
		{"PATCH", "/x"},
		{"OPTIONS", "/x"},
		{"POST", "/batch-predict"},
		{"POST", "/health"},
		{"GET", "/login"},
		{"GET", "/_reset"},
		{"POST", "//a/../b"},
		{"BREW", "/pot"},
	} {
		a := send(t, client, tt[0], url+tt[1], "body")
		if a.status != http.StatusOK || !a.hasTimes || !strings.HasPrefix(a.body, `{"prediction":`) {
			t.Errorf("%v: status %d, body %q", tt, a.status, a.body)
		}
	}
	if a := send(t, client, http.MethodHead, url, ""); a.status != http.StatusOK || !a.hasTimes {
		t.Errorf("HEAD: %+v", a)
	}
}

func TestBodyLimit(t *testing.T) {
	url, client := start(t, Options{})
	if a := send(t, client, http.MethodPost, url, strings.Repeat("x", maxBody)); a.status != http.StatusOK {
		t.Errorf("a body at the limit: status %d", a.status)
	}
	if a := send(t, client, http.MethodPost, url, strings.Repeat("x", maxBody+1)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body over the limit: status %d", a.status)
	}
}

// inHand sends a request with Expect: 100-continue and calls fn once the server
// has begun to serve it, which no client can tell otherwise.
func inHand(ctx context.Context, client *http.Client, url string, fn func()) (*http.Response, error) {
	trace := &httptrace.ClientTrace{Got100Continue: fn}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Expect", "100-continue")
	return client.Do(request)
}

// TestClientThatLeavesIsForgotten: the test server's Close waits for all
// handlers, so a handler that went on sleeping would hang the test.
func TestClientThatLeavesIsForgotten(t *testing.T) {
	url, client := start(t, Options{Service: time.Minute})
	client.Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	if response, err := inHand(ctx, client, url, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v, want a cancelled request", response, err)
	}
}

func TestCloseReleasesWaitingRequests(t *testing.T) {
	handler, err := New(Options{Service: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
	response, err := inHand(t.Context(), client, server.URL, func() { handler.Close() })
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", response.StatusCode)
	}
	handler.Close() // a second Close is harmless
}

// Starts differ by their luck and by nothing else: the factor is drawn once, by a
// seed or anew, is on all work, and GET /health tells it.
func TestStartsDifferByTheirLuck(t *testing.T) {
	factor := func(o Options) float64 {
		s, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/health", nil))
		var health struct{ Luck float64 }
		if err := json.Unmarshal(w.Body.Bytes(), &health); err != nil {
			t.Fatal(err)
		}
		want := time.Duration(math.Round(float64(2*o.Service) * health.Luck))
		if got := s.admit(payload{}).work; o.Slow == 2 && got != want {
			t.Errorf("work of %s, want %s: luck of %g on twice %s", got, want, health.Luck, o.Service)
		}
		return health.Luck
	}
	o := Options{Service: time.Microsecond, Slow: 2, Luck: 0.04}
	var sum, squares float64
	const starts = 300
	for range starts {
		x := math.Log(factor(o))
		sum, squares = sum+x, squares+x*x
	}
	mean := sum / starts
	if sd := math.Sqrt(squares/starts - mean*mean); math.Abs(mean) > 0.012 || sd < 0.033 || sd > 0.048 {
		t.Errorf("%d starts differ by %.3f about %.3f, want 0.04 about 0", starts, sd, mean)
	}
	o.LuckSeed = 5
	if a, b := factor(o), factor(o); a != b || a == 1 {
		t.Errorf("luck of %g and %g by one seed", a, b)
	}
	o.Luck = 0
	if got := factor(o); got != 1 {
		t.Errorf("luck of %g where none is asked for", got)
	}
}
