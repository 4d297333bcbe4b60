package reference

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The headers that say what was done for a request, in nanoseconds.
const (
	HeaderArrival = "X-Arrival-Time" // since the clock of the model started
	HeaderQueue   = "X-Queue-Time"   // waiting for a worker or the end of a stall
	HeaderWork    = "X-Work-Time"    // the work drawn for the request
	HeaderService = "X-Service-Time" // arrival to answer, less the queue time
)

// maxBody is the limit of a request's body, in bytes.
const maxBody = 1 << 20

// Server answers HTTP requests as its options say. It is safe for concurrent use.
type Server struct {
	options Options // luck in Slow
	luck    float64 // the factor that it drew
	started time.Time
	sleeper *sleeper

	mu    sync.Mutex
	clock time.Time // start of the model's clock; zero before the first request
	count uint64    // requests since then
	queue *queue
}

// New makes a server that answers as o says. Close it when no request is served
// any more.
func New(o Options) (*Server, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	sleeper, err := newSleeper()
	if err != nil {
		return nil, err
	}
	luck := o.luck()
	if o.Slow == 0 {
		o.Slow = 1
	}
	o.Slow *= luck
	s := &Server{options: o, luck: luck, started: time.Now(), sleeper: sleeper, queue: newQueue(o)}
	return s, nil
}

// Close ends all waiting; requests still in hand are answered with 503.
func (s *Server) Close() error {
	s.sleeper.close()
	return nil
}

// ServeHTTP answers any method and path.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/health" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		s.health(w)
	case r.URL.Path == "/login" && r.Method == http.MethodPost:
		s.login(w)
	case r.URL.Path == "/_reset" && r.Method == http.MethodPost:
		s.reset(w)
	default:
		s.serve(w, r)
	}
}

// ticket is the plan for one request.
type ticket struct {
	number        uint64
	key           uint64
	work          time.Duration
	arrival       time.Duration // since clock, as are start and finish
	start, finish time.Duration
	clock         time.Time
}

// waits is the time of the plan that is not work.
func (t ticket) waits() time.Duration { return t.finish - t.arrival - t.work }

// admit stamps the arrival of a request and plans it. One lock around both
// keeps the plans in order of arrival.
func (s *Server) admit(p payload) ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.clock.IsZero() {
		s.clock = now
	}
	t := ticket{number: s.count, clock: s.clock, arrival: now.Sub(s.clock)}
	s.count++
	t.key = payloadKey(s.options.Seed, p, t.number)
	t.work = s.options.work(t.key)
	t.start, t.finish = s.queue.plan(t.arrival, t.work)
	return t
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	p, err := readPayload(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"error": "body is over " + strconv.Itoa(maxBody) + " bytes"})
			return
		}
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "body cannot be read"})
		return
	}
	t := s.admit(p)
	if err := s.spend(r.Context(), t); err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "stopped before the answer was due"})
		return
	}
	elapsed := time.Since(t.clock) - t.arrival
	header := w.Header()
	header.Set(HeaderArrival, nanoseconds(t.arrival))
	header.Set(HeaderQueue, nanoseconds(t.waits()))
	header.Set(HeaderWork, nanoseconds(t.work))
	header.Set(HeaderService, nanoseconds(elapsed-t.waits()))
	if s.options.fails(t.number) {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "injected"})
		return
	}
	// A number in [-500, 500) that depends on the payload alone.
	writeJSON(w, http.StatusOK, map[string]float64{"prediction": float64(t.key%1_000_000)/1000 - 500})
}

// spend lets the time until the due instant pass, asleep or burning.
func (s *Server) spend(ctx context.Context, t ticket) error {
	if !s.options.Burn {
		return s.sleeper.until(ctx, t.clock.Add(t.finish))
	}
	if err := s.sleeper.until(ctx, t.clock.Add(t.start)); err != nil {
		return err
	}
	stalls := s.options.stalls()
	for now := t.start; now < t.finish; now = time.Since(t.clock) {
		end := t.finish
		if s.options.Workers > 0 { // work in hand freezes
			if over := stalls.resume(now); over > now {
				if err := s.sleeper.until(ctx, t.clock.Add(min(over, t.finish))); err != nil {
					return err
				}
				continue
			}
			if begin, ok := stalls.next(now); ok {
				end = min(end, begin)
			}
		}
		for time.Since(t.clock) < end {
			// burn
		}
	}
	return nil
}

// health says that the server is there. It is no part of the model.
func (s *Server) health(w http.ResponseWriter) {
	w.Header().Set("Server", "mlbench-reference") // so that it gets the demo login
	now := time.Now()
	writeJSON(w, http.StatusOK, map[string]any{
		"status":         "healthy",
		"luck":           s.luck, // the factor on all work of this start
		"timestamp":      now.UTC().Format(time.RFC3339Nano),
		"uptime_seconds": now.Sub(s.started).Seconds(),
		"model_loaded":   true,
	})
}

// login accepts everybody: nothing here is worth guarding, and scenarios begin
// with it.
func (s *Server) login(w http.ResponseWriter) {
	writeJSON(w, http.StatusOK, map[string]any{"token": "reference", "token_type": "bearer", "expires_in": 86400})
}

// reset puts clock, count and queue back to the start, so that a measurement can
// begin at a known phase of the stalls. Requests in hand keep their plans.
func (s *Server) reset(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock, s.count, s.queue = time.Time{}, 0, newQueue(s.options)
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // none of the types above can fail
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails when the client is gone: nobody to tell
}

func nanoseconds(d time.Duration) string { return strconv.FormatInt(int64(d), 10) }
