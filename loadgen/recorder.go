package loadgen

import (
	"maps"
	"math/bits"
	"sync"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// failure is a class of error in the engine's compact form; it indexes
// failureNames.
type failure uint8

const (
	noFailure failure = iota
	failRefused
	failDNS
	failTLS
	failReset
	failTimeout
	failMalformed
	failLocal
	failStatus
	failCheck
	failureCount
)

var failureNames = [failureCount]string{
	failRefused:   results.ErrRefused,
	failDNS:       results.ErrDNS,
	failTLS:       results.ErrTLS,
	failReset:     results.ErrReset,
	failTimeout:   results.ErrTimeout,
	failMalformed: results.ErrMalformed,
	failLocal:     results.ErrLocal,
	failStatus:    results.ErrStatus,
	failCheck:     results.ErrCheck,
}

// clock is one of those of a request in the engine's compact form; it indexes
// clockNames. The first ones are there in both load models.
type clock uint8

const (
	clockService clock = iota
	clockFirstByte
	clockResponse // from here on of the open model
	clockLag
	clockCount
)

var clockNames = [clockCount]string{
	clockService:   results.ClockService,
	clockFirstByte: results.ClockFirstByte,
	clockResponse:  results.ClockResponse,
	clockLag:       results.ClockLag,
}

// outcome is how one sent request ended.
type outcome struct {
	class    int
	status   int // of an answer, in its protocol's numbers
	failure  failure
	planned  time.Duration // on the generator's clock
	begun    time.Duration // planned, or of a step: its journey's; decides the slice
	response time.Duration
	service  time.Duration
	lag      time.Duration
	first    time.Duration // from sending to the answer's first byte
	bytesOut int64
	bytesIn  int64
	payload  *send.Request
	number   uint64
	// failedChecks has a bit for each of its class's checks.
	failedChecks uint64
	// stale: the request met a kept connection that the target had already
	// closed, or on which lay bytes that are no answer: it was not served.
	stale bool
}

// answered says that there was a complete answer, whatever it said. A status does
// not tell: 0 is a good one of gRPC.
func (o *outcome) answered() bool {
	return o.failure == noFailure || o.failure == failStatus || o.failure == failCheck
}

// recorder collects outcomes. It is split into shards, each under its own lock
// that its few connections hardly ever contend for, and each shard keeps two
// sets, so that reading one never holds up recording into the other.
type recorder struct {
	open   bool // keeps response and lag, which a closed model does not have
	names  []string
	login  int        // class: the one behind those of names, if there is one
	spans  []string   // names
	spanOf []int      // per class: the span that begins with it; -1: none
	checks [][]string // names, by class
	shards []shard
	// settled is the instant, on the generator's clock, before which planned
	// requests are settle traffic: counted, in no figure. Set between phases.
	settled time.Duration
	// ends is the instant at which the phase stops sending; 0: not by time.
	ends      time.Duration
	keepRaw   bool                    // keep every outcome until the next drain
	statusKey func(status int) string // the transport's; without one, HTTP's
}

type shard struct {
	mu     sync.Mutex
	active *set
	spare  *set
	_      [64]byte // shards on one cache line would contend after all
}

type set struct {
	classes      []tally
	spans        []tally
	discarded    int64 // settle requests
	settleErrors int64 // of those: failed, or not sent
	dial, tls    *stats.Live
	raw          []outcome
}

// maxStatus is the largest that three digits make; every client refuses others.
const maxStatus = 999

// tally is what one request class did.
type tally struct {
	sent, done, dropped int64
	carried, late       int64
	bytesOut, bytesIn   int64
	failures            [failureCount]int64
	checks              []string // names
	failedChecks        []int64  // by their places
	status              [maxStatus + 1]int64
	clocks              [clockCount]*stats.Live // nil: not of this load model
}

func newRecorder(classes []Class, open bool, shards int) *recorder {
	r := &recorder{open: open, statusKey: httpStatus{}.statusKey, shards: make([]shard, shards)}
	r.spanOf, r.spans = spansOf(classes)
	for _, c := range classes {
		if c.login {
			break
		}
		r.names, r.checks = append(r.names, c.Name), append(r.checks, c.Checks)
	}
	r.login = len(r.names)
	for i := range r.shards {
		r.shards[i].active, r.shards[i].spare = r.newSet(), r.newSet()
	}
	return r
}

func (r *recorder) newSet() *set {
	s := &set{classes: make([]tally, len(r.names)), spans: make([]tally, len(r.spans)), dial: stats.NewLive(), tls: stats.NewLive()}
	for i := range s.classes {
		s.classes[i].clocks = r.newClocks()
		s.classes[i].checks, s.classes[i].failedChecks = r.checks[i], make([]int64, len(r.checks[i]))
	}
	for i := range s.spans {
		s.spans[i].clocks = r.newClocks()
		s.spans[i].clocks[clockFirstByte] = nil
	}
	return s
}

// newClocks are those of the load model.
func (r *recorder) newClocks() (out [clockCount]*stats.Live) {
	for c := range out {
		if r.open || clock(c) < clockResponse {
			out[c] = stats.NewLive()
		}
	}
	return out
}

// record counts one outcome. Failures without an answer have no latency, but a
// timeout does: at least its limit, which is what it is counted as.
func (r *recorder) record(sh int, o *outcome) {
	if o.class == r.login {
		r.span(o.class, o)
		return
	}
	s := &r.shards[sh]
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.active.classes[o.class]
	done := o.planned + o.response
	if o.begun < r.settled {
		s.active.discarded++
		if o.failure != noFailure {
			s.active.settleErrors++
		}
		if o.answered() && done >= r.settled && (r.ends == 0 || done < r.ends) {
			t.carried++
		}
		return
	}
	t.bytesOut += o.bytesOut
	t.bytesIn += o.bytesIn
	for failed := o.failedChecks; failed != 0; failed &= failed - 1 {
		t.failedChecks[bits.TrailingZeros64(failed)]++
	}
	if o.answered() {
		t.clocks[clockFirstByte].Record(o.first)
		if r.ends > 0 && done >= r.ends {
			t.late++
		}
	}
	if r.keepRaw {
		s.active.raw = append(s.active.raw, *o)
	}
	t.count(o, r.open)
}

// count is what requests and spans have in common.
func (t *tally) count(o *outcome, open bool) {
	t.sent++
	t.failures[o.failure]++
	if o.answered() {
		t.done++
		t.status[o.status]++
	}
	if o.answered() || o.failure == failTimeout {
		t.clocks[clockService].Record(o.service)
		if open {
			t.clocks[clockResponse].Record(o.response)
		}
	}
	if open {
		t.clocks[clockLag].Record(o.lag)
	}
}

// drop counts a planned request that was never sent.
func (r *recorder) drop(req *request) {
	s := &r.shards[0]
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.planned < r.settled {
		s.active.discarded++
		s.active.settleErrors++
		return
	}
	s.active.classes[req.class].dropped++
}

// connected records what opening a connection took.
func (r *recorder) connected(sh int, took connectTime) {
	s := &r.shards[sh]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active.dial.Record(took.dial)
	if took.tls > 0 {
		s.active.tls.Record(took.tls)
	}
}

// drain moves what was recorded since the last drain into sl, and returns the
// single outcomes if they are kept. One goroutine at a time.
func (r *recorder) drain(sl *results.Slice) (raw []outcome) {
	sl.Classes = make(map[string]*results.ClassData, len(r.names))
	if len(r.spans) > 0 {
		sl.Spans = make(map[string]*results.ClassData, len(r.spans))
	}
	connecting := map[string]*stats.Histogram{results.ClockDial: stats.NewHistogram(), results.ClockTLS: stats.NewHistogram()}
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		s.active, s.spare = s.spare, s.active
		s.mu.Unlock()
		sl.Discarded += s.spare.discarded
		sl.SettleErrors += s.spare.settleErrors
		s.spare.discarded, s.spare.settleErrors = 0, 0
		connecting[results.ClockDial].Merge(s.spare.dial.Drain())
		connecting[results.ClockTLS].Merge(s.spare.tls.Drain())
		raw = append(raw, s.spare.raw...)
		s.spare.raw = s.spare.raw[:0]
		r.drainInto(sl.Classes, r.names, s.spare.classes)
		r.drainInto(sl.Spans, r.spans, s.spare.spans)
	}
	maps.DeleteFunc(connecting, func(_ string, h *stats.Histogram) bool { return h.Count() == 0 })
	sl.Connections.Clocks = connecting
	return raw
}

// drainInto adds tallies to the data of their names, and empties them.
func (r *recorder) drainInto(data map[string]*results.ClassData, names []string, tallies []tally) {
	for i := range tallies {
		d := tallies[i].drain(r.statusKey)
		if into := data[names[i]]; into != nil {
			into.Add(d)
		} else {
			data[names[i]] = d
		}
	}
}

// drain moves the tally into the form of the result file and empties it.
func (t *tally) drain(statusKey func(int) string) *results.ClassData {
	d := &results.ClassData{
		Planned:  t.sent + t.dropped,
		Sent:     t.sent,
		Done:     t.done,
		Dropped:  t.dropped,
		Carried:  t.carried,
		Late:     t.late,
		BytesOut: t.bytesOut,
		BytesIn:  t.bytesIn,
		Clocks:   make(map[string]*stats.Histogram, clockCount),
	}
	for c, live := range t.clocks {
		if live != nil {
			d.Clocks[clockNames[c]] = live.Drain()
		}
	}
	for f := failRefused; f < failureCount; f++ {
		if n := t.failures[f]; n > 0 {
			if d.Errors == nil {
				d.Errors = map[string]int64{}
			}
			d.Errors[failureNames[f]] = n
		}
	}
	for code, n := range t.status {
		if n > 0 {
			if d.Status == nil {
				d.Status = map[string]int64{}
			}
			d.Status[statusKey(code)] = n
		}
	}
	judged := t.done - t.failures[failStatus]
	for i, name := range t.checks {
		d.CountCheck(name, judged-t.failedChecks[i], t.failedChecks[i])
	}
	clear(t.failedChecks)
	*t = tally{clocks: t.clocks, checks: t.checks, failedChecks: t.failedChecks}
	return d
}
