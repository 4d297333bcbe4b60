package loadgen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// Generator loads one target, phase after phase, and keeps its connections
// between them.
type Generator struct {
	plan   Plan
	origin time.Time // the clock's zero
	way    send.Way
	raw    *rawWriter       // nil: single requests are not written
	use    *machine.TreeUse // nil: what the target uses is not known

	expect    []map[int]bool // per class; nil: any 2xx
	weights   []float64      // per class; of steps and logins 0
	login     int            // class; -1: none
	users     []user         // of each worker, if that is one
	longest   uint64         // steps of a journey, at most
	lane      lane
	beside    []*Generator // of the loads beside
	recorder  *recorder
	watch     *watchdog
	transport transport

	inFlight atomic.Int64
	conns    connCounters
	samples  samples
	stock    *stock // of requests that are sent once; nil: there are none
	usedUp   bool   // it ended the last phase
}

// connCounters count since the last slice.
type connCounters struct{ opened, closed, failed, stale atomic.Int64 }

func (c *connCounters) drain() results.Connections {
	return results.Connections{
		Opened: c.opened.Swap(0), Closed: c.closed.Swap(0),
		Failed: c.failed.Swap(0), Stale: c.stale.Swap(0),
	}
}

// New prepares a generator; no connection is opened yet. Slices count their
// start from origin. The process is to be tuned for it: see Tune.
func New(plan Plan, origin time.Time) (*Generator, error) {
	if err := plan.Validate(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	var own *Generator
	for i, load := range plan.Loads() {
		g, err := newGenerator(load, origin)
		switch {
		case err != nil && own != nil:
			own.Close()
			fallthrough
		case err != nil:
			return nil, fmt.Errorf("plan: %w", err)
		case i == 0:
			own = g
		default:
			own.beside = append(own.beside, g)
		}
	}
	return own, nil
}

// newGenerator is that of one load.
func newGenerator(plan Plan, origin time.Time) (*Generator, error) {
	g := &Generator{plan: plan, origin: origin, longest: plan.longest(), lane: plan.numbered(), login: -1}
	g.way = send.Way{URL: plan.URL, TLS: plan.TLS, Network: plan.Connect.Network, Address: plan.Connect.Address, HTTP2: plan.Connect.Transport == HTTP2}
	if plan.Login != nil {
		g.login = len(plan.Classes)
		g.plan.Classes = plan.withLogin()
	}
	if plan.hasUsers() && plan.userIsWorker() {
		g.users = make([]user, plan.Load.Connections)
	}
	for _, c := range g.plan.Classes {
		weight := c.Weight
		if c.Step != nil || c.login {
			weight = 0
		}
		g.weights = append(g.weights, weight)
		var set map[int]bool
		for _, code := range c.Expect {
			if set == nil {
				set = map[int]bool{}
			}
			set[code] = true
		}
		g.expect = append(g.expect, set)
	}
	g.samples.room(g.plan.Classes)
	g.recorder = newRecorder(g.plan.Classes, plan.Load.Model == results.Open, min(runtime.GOMAXPROCS(0), 4))
	g.stock = newStock(g.plan.Classes)
	var err error
	if g.transport, err = newTransport(g); err != nil {
		return nil, err
	}
	g.recorder.statusKey = g.transport.statusKey
	g.watch = newWatchdog(g.now) // last: nobody would end it
	return g, nil
}

// Close ends all connections.
func (g *Generator) Close() {
	g.watch.close()
	g.transport.close()
	for _, b := range g.beside {
		b.Close()
	}
}

// WriteRaw makes the measured phases write every request to w: see rawResult.
func (g *Generator) WriteRaw(w io.Writer) {
	g.raw = &rawWriter{w: bufio.NewWriter(w)}
	g.recorder.keepRaw = true
}

// WatchProcess makes slices tell what the process and its descendants used: see
// machine.Watchable.
func (g *Generator) WatchProcess(pid int) { g.use = machine.NewTreeUse(pid) }

// now is the generator's clock: monotonic, since origin.
func (g *Generator) now() time.Duration { return time.Since(g.origin) }

func (g *Generator) expected(class, status int) bool { return http1.Expects(g.expect[class], status) }

// Phase is one contiguous span of load.
type Phase struct {
	Kind results.Phase
	// Stream selects the phase's arrivals, classes and payloads among all that
	// the plan's seed gives: the same stream is the same requests at the same
	// instants, on whichever target. Stream 1 begins with the first request of each
	// class, 0 (the warm-up) and others elsewhere.
	Stream uint64
	// Duration and Requests end the phase, whichever comes first; zero: no such
	// end. Both zero: the plan's.
	Duration time.Duration
	Requests int64
	// Rate replaces the plan's, of an open model; nil: the plan's.
	Rate Shape
	// Settle is load at the phase's start, beyond Duration, that brings the
	// target into its steady state: counted, but in no figure.
	Settle time.Duration
	// Interval splits the phase into several slices; zero: one slice.
	Interval time.Duration
	// Until is the instant, from the generator's origin, after which no answer is
	// waited for: what is in flight then is unfinished. Zero: timeouts end waiting.
	Until time.Duration
	// Throughout makes the loads beside run all the time, whatever their starts and
	// ends: of a phase that is one of many short ones.
	Throughout bool
}

// Run loads the target for one phase and waits for the answers of all requests
// it sent. Each interval's slice goes to emit, in order, while the phase runs;
// an error of emit ends the phase. When ctx is cancelled no further request is
// sent, those in flight get a moment to end, and the error is ctx's: what was
// measured has been emitted.
func (g *Generator) Run(ctx context.Context, ph Phase, emit func(*results.Slice) error) error {
	if ph.Duration == 0 && ph.Requests == 0 {
		ph.Duration, ph.Requests = g.plan.Load.Duration, g.plan.Load.Requests
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := g.newRun(ctx, ph, g.now(), make(chan struct{}))
	giveUp := sync.OnceFunc(func() { close(r.cut) })
	if ph.Until > 0 {
		defer time.AfterFunc(ph.Until-r.begin, giveUp).Stop()
	}
	if r.empty {
		return nil
	}
	r.slices = newSlicer(g, ph.Kind, r.rate(), r.begin, g.recorder.settled)

	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		endBeside := r.startBeside(ctx)
		r.load(ctx)
		endBeside()
	}()
	if err := r.watchIntervals(ctx, cancel, giveUp, loaded, emit); err != nil {
		return err
	}
	// A phase limited by time lasts as long as planned; its last answers may
	// come later. One limited by number, or cancelled, ends with its last answer.
	now, end := g.now(), r.tick()
	if err := r.emit(end, emit, func(s *results.Slice) {
		s.DrainS, s.Unfinished = max(0, now-end).Seconds(), r.flying.Load()
	}); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// newRun is a phase that begins at an instant of the generator's clock.
func (g *Generator) newRun(ctx context.Context, ph Phase, begin time.Duration, cut chan struct{}) *run {
	r := &run{g: g, ctx: ctx, phase: ph, begin: begin, cut: cut}
	r.classes = newSequence(g.weights, newRand(g.plan.Seed, streamClasses, ph.Stream))
	r.bound()
	g.recorder.settled, g.recorder.ends = r.begin+ph.Settle, 0
	if ph.Duration > 0 {
		g.recorder.ends = r.end()
	}
	return r
}

// load sends the phase's requests and waits for their answers.
func (r *run) load(ctx context.Context) {
	if r.g.plan.Load.Model == results.Open {
		r.open(ctx)
	} else {
		r.closed(ctx)
	}
	r.account()
}

// rate is the phase's; nil in a closed model.
func (r *run) rate() Shape {
	switch load := &r.g.plan.Load; {
	case load.Model != results.Open:
		return nil
	case r.phase.Rate != nil:
		return r.phase.Rate
	default:
		return load.Rate
	}
}

// tick is the end of an interval: now, but not beyond the phase's end.
func (r *run) tick() time.Duration {
	if r.phase.Duration > 0 {
		return min(r.g.now(), r.end())
	}
	return r.g.now()
}

// emit hands on the slice that ends at end.
func (r *run) emit(end time.Duration, emit func(*results.Slice) error, finish func(*results.Slice)) error {
	s, err := r.slices.cut(end, &r.inFlightMax)
	if finish != nil {
		finish(s)
	}
	return errors.Join(err, emit(s))
}

// watchIntervals emits a slice per interval until the load has ended.
func (r *run) watchIntervals(ctx context.Context, cancel context.CancelCauseFunc, giveUp func(), loaded <-chan struct{}, emit func(*results.Slice) error) error {
	var t *time.Timer
	var tick <-chan time.Time
	if r.phase.Interval > 0 {
		t = time.NewTimer(r.untilNext())
		defer t.Stop()
		tick = t.C
	}
	interrupted := ctx.Done()
	for {
		select {
		case <-loaded:
			return nil
		case <-interrupted:
			interrupted = nil
			// Answers on their way may still come, but nobody waits for long.
			time.AfterFunc(interruptGrace, giveUp)
		case <-tick:
			if err := r.emit(r.tick(), emit, nil); err != nil {
				cancel(err)
				<-loaded
				return err
			}
			t.Reset(r.untilNext())
		}
	}
}

// untilNext is the time until the next interval ends. After the phase's end,
// while its last answers are awaited, they go on.
func (r *run) untilNext() time.Duration {
	now := r.g.now()
	if next := r.slices.next(r.phase.Interval); next > now {
		return next - now
	}
	return r.phase.Interval
}

// interruptGrace is how long an interrupted phase waits for answers.
const interruptGrace = time.Second

// run is the state of one phase.
type run struct {
	g       *Generator
	ctx     context.Context // its end is that of sending
	phase   Phase
	begin   time.Duration // on the generator's clock
	classes sequence
	slices  *slicer
	bounded bool          // by requests that are sent once
	empty   bool          // none of them is left
	sent    uint64        // requests of the model, at the end
	cut     chan struct{} // closed: give up on requests in flight
	pending sync.WaitGroup

	inFlightMax atomic.Int64
	flying      atomic.Int64 // sent and not yet ended, logins aside
}

// end is when a phase limited by time stops sending.
func (r *run) end() time.Duration { return r.begin + r.phase.Settle + r.phase.Duration }

// request is the n-th request of the phase, planned for an instant; of a
// journey, its first.
func (r *run) request(n uint64, planned time.Duration) request {
	class := r.classes.class(n)
	at := r.place(class, r.classes.rank(n))
	req := request{
		class: class, planned: planned,
		number: r.phase.Stream%1e4*requestsPerStream + r.g.lane.number(n*r.g.longest),
	}
	req.take(r.g.plan.Classes[class].Pool, at)
	if r.g.plan.follows(class) {
		req.journey = &journey{class: class, number: req.number, at: at, captured: map[string]string{}, begin: start{planned: planned}}
	}
	return req
}

// requestsPerStream is how many requests of one stream have numbers of their own.
const requestsPerStream uint64 = 1e8

// await waits until all requests in flight have ended, or the phase is cut.
func (r *run) await() {
	done := make(chan struct{})
	go func() { r.pending.Wait(); close(done) }()
	select {
	case <-done:
	case <-r.cut:
	}
}
