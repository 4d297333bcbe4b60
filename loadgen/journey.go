package loadgen

import (
	"errors"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
)

// A journey is a request of the load model and the steps after it, each sent
// when the answer to the one before has come, on the same connection while the
// target keeps it. What that means for the promises of the engine:
//
//   - A rate, a number of requests and the in-flight limit count journeys, each
//     once. A journey is in flight until its end, thinking included: it holds a
//     connection.
//   - Every step is a class of its own. In the open model it is planned for the
//     instant at which the answer before it came, plus think time; what the
//     generator takes from there to sending, checks and rendering included, is
//     lag, and in the response time. The open model's promise, not to wait for
//     answers, holds between journeys.
//   - A journey belongs to the slice in which it was planned, with all its steps:
//     were they counted by instants of their own, a slice would have the first
//     steps of some journeys and the last ones of others. Their answers after the
//     slice's end are awaited, and late for its throughput like those of any
//     request.
//   - It ends early when a request fails, and when the load is interrupted. A
//     warm-up, which is in no figure, does not wait for journeys but for requests.
//   - What both arms of a comparison send does not depend on their answers: which
//     branches a journey takes is drawn, and a step that is repeated is sent with
//     the same bytes each time, so that the steps after it are the same, too.

// Step makes its class a step of a journey: it follows the class before it in
// the plan.
type Step struct {
	Think Think // between the answer before and the request
	// Choice makes it a step of only some journeys: of those whose draw for that
	// choice, uniform in [0, 1), is From or more and less than To. A draw is a function
	// of the seed and the journey's number. 0: every journey takes it.
	Choice   int
	From, To float64
	// AtMost sends it again, Pause after each answer, until one is as the class's Check
	// waits for (see Answer.Unmet), or was the answer to so many. 0: it is sent once.
	AtMost int
	Pause  Think
}

// takes says whether a journey takes the step.
func (s *Step) takes(seed, journey uint64) bool {
	if s.Choice == 0 {
		return true
	}
	u := newRand(seed, streamChoices+uint64(s.Choice), journey).Float64()
	return u >= s.From && u < s.To
}

// repeats says whether it may be sent more than once.
func (s *Step) repeats() bool { return s != nil && s.AtMost > 0 }

// journey is what the requests of one journey share.
type journey struct {
	class    int    // of its first request
	number   uint64 // of its first request
	at       uint64 // its place in the pools of requests
	captured map[string]string
	begin    start // of its first request
	unmet    error // Answer.Unmet of the last answer
	times    int   // that the current step has been sent, if it is repeated
	first    start // of its first time
}

// start is when a request was to be sent, and when it was.
type start struct{ planned, sent time.Duration }

// follows says whether a step comes after class.
func (p *Plan) follows(class int) bool {
	return class+1 < len(p.Classes) && p.Classes[class+1].Step != nil
}

// next is the class that the journey of a number sends after class; false: it is
// over.
func (p *Plan) next(class int, journey uint64) (next int, more bool) {
	for next = class + 1; p.follows(next - 1); next++ {
		if p.Classes[next].Step.takes(p.Seed, journey) {
			return next, true
		}
	}
	return 0, false
}

// validateStep reports what is wrong with class i as a step, or as none.
func (p *Plan) validateStep(i int) error {
	c := &p.Classes[i]
	if c.Total && (c.Step != nil || !p.follows(i)) {
		return fmt.Errorf("class %q: no journey begins with it whose time could be taken", c.Name)
	}
	if c.Step == nil {
		for _, r := range c.Pool {
			if r.Fill != nil {
				return fmt.Errorf("class %q: nothing is captured before it that its requests could be filled with", c.Name)
			}
		}
		return nil
	}
	if i == 0 {
		return fmt.Errorf("class %q: a step needs a class before it", c.Name)
	}
	first := i - 1
	for first > 0 && p.Classes[first].Step != nil {
		first--
	}
	want := p.Classes[first].Weight
	if s := c.Step; s.Choice != 0 {
		if !(s.From >= 0 && s.From < s.To && s.To <= 1) {
			return fmt.Errorf("class %q: a branch of the draws from %v to %v, want some of 0 to 1", c.Name, s.From, s.To)
		}
		want *= s.To - s.From
	}
	if c.Weight != want {
		return fmt.Errorf("class %q: weight %v, want that of its journey, %v", c.Name, c.Weight, want)
	}
	if c.Step.AtMost < 0 || c.Step.AtMost > 0 && c.Check == nil {
		return fmt.Errorf("class %q: repeated at most %d times, want at least 1, and a check that ends it", c.Name, c.Step.AtMost)
	}
	return errors.Join(c.Step.Pause.validate(), c.Step.Think.validate())
}

// longest is the number of requests of the longest journey.
func (p *Plan) longest() uint64 {
	longest, length := uint64(1), uint64(0)
	for i := range p.Classes {
		if p.Classes[i].Step == nil {
			length = 0
		}
		length++
		longest = max(longest, length)
	}
	return longest
}

// begun is the instant that decides which slice the request belongs to.
func (req *request) begun() time.Duration {
	if u := req.user; u != nil && u.journey != nil {
		return u.journey.planned
	}
	if req.journey != nil {
		return req.journey.begin.planned
	}
	return req.planned
}

// captured are the values that the request's journey has captured so far.
func (req *request) captured() map[string]string {
	if req.journey != nil {
		return req.journey.captured
	}
	return nil
}

// follow makes req, which ended in o, the next request of its journey, due now:
// it waits for the think time. It is false when the journey is over.
func (r *run) follow(req *request, o *outcome, t *timer) bool {
	if req.class == r.g.login {
		return r.enter(req, o)
	}
	class, wait, more := r.advance(req, o)
	due := o.planned + o.response + wait
	if !more || r.overWarmup(due) || !t.wait(r.ctx, due-r.g.now()) {
		return false
	}
	req.step(&r.g.plan, class)
	req.planned, req.sent = due, r.g.now()
	if !r.g.recorder.open {
		req.planned = req.sent // as all requests of a closed model
	}
	return true
}

// advance is what the journey of req, which ended in o, sends next, and how long
// after; false: it is over, or there is none. It records the spans that end with o.
func (r *run) advance(req *request, o *outcome) (class int, wait time.Duration, more bool) {
	j, p := req.journey, &r.g.plan
	if j == nil {
		return 0, 0, false
	}
	if req.class == j.class {
		j.begin.sent = req.sent
	}
	end := o.failure
	if step := p.Classes[req.class].Step; step.repeats() {
		if j.times++; j.times == 1 {
			j.first = start{req.planned, req.sent}
		}
		if end == noFailure && j.unmet != nil {
			if j.times < step.AtMost {
				return req.class, step.Pause.of(p.Seed, streamPauses+uint64(j.times), req.number), true
			}
			end = r.g.keepUnmet(req, j.times, j.unmet)
		}
		r.span(req.class, j.first, req, o, end)
		j.times = 0
	}
	if end == noFailure {
		if class, more = p.next(req.class, j.number); more {
			return class, p.Classes[class].Step.Think.of(p.Seed, streamSteps, req.number), true
		}
	}
	if p.Classes[j.class].Total {
		r.span(j.class, j.begin, req, o, end)
	}
	return 0, 0, false
}

// step makes it that of a step of its journey. Its number depends on the place of
// the step alone: not on how often one before it was sent.
func (req *request) step(p *Plan, class int) {
	j := req.journey
	req.class, req.number = class, j.number+uint64(class-j.class)
	req.take(p.Classes[class].Pool, j.at)
}

// overWarmup says whether t is after the end of a warm-up.
func (r *run) overWarmup(t time.Duration) bool {
	return r.phase.Kind == results.Warmup && r.phase.Duration > 0 && t >= r.end()
}
