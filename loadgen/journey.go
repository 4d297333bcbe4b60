package loadgen

import (
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

// Step makes its class a step of a journey: it follows the class before it in
// the plan.
type Step struct {
	Think Think // between the answer before and the request
}

// journey is what the requests of one journey share.
type journey struct {
	planned  time.Duration // of its first request
	at       uint64        // its place in the pools of requests
	captured map[string]string
}

// follows says whether a step comes after class.
func (p *Plan) follows(class int) bool {
	return class+1 < len(p.Classes) && p.Classes[class+1].Step != nil
}

// validateStep reports what is wrong with class i as a step, or as none.
func (p *Plan) validateStep(i int) error {
	c := &p.Classes[i]
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
	if before := &p.Classes[i-1]; c.Weight != before.Weight {
		return fmt.Errorf("class %q: weight %v, want that of its journey, %v", c.Name, c.Weight, before.Weight)
	}
	return c.Step.Think.validate()
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
	if req.journey != nil {
		return req.journey.planned
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
	if req.journey == nil || o.failure != noFailure || !r.g.plan.follows(req.class) {
		return false
	}
	due := o.planned + o.response
	next := &r.g.plan.Classes[req.class+1]
	if think := &next.Step.Think; !think.Zero() {
		due += think.draw(newRand(r.g.plan.Seed, streamSteps, req.number))
	}
	if r.overWarmup(due) || !t.wait(r.ctx, due-r.g.now()) {
		return false
	}
	req.class++
	req.number++
	req.take(next.Pool, req.journey.at)
	req.planned, req.sent = due, r.g.now()
	if !r.g.recorder.open {
		req.planned = req.sent // as all requests of a closed model
	}
	return true
}

// overWarmup says whether t is after the end of a warm-up.
func (r *run) overWarmup(t time.Duration) bool {
	return r.phase.Kind == results.Warmup && r.phase.Duration > 0 && t >= r.end()
}
