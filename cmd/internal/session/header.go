package session

import (
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// header describes the measurement to come.
func (s *Session) header(arms ...*Prepared) *results.Header {
	sc, plan := s.Scenario, arms[0].Plan
	h := &results.Header{
		Tool:     s.Spec.Tool,
		Command:  s.Spec.Command,
		Argv:     s.Spec.Argv,
		Scenario: sc.Identity(),
		Tags:     sc.TagsWith(s.Spec.Tags),
		Seed:     s.Spec.Seed,
		Source:   s.Spec.Source,
		Start:    time.Now(),
		Host:     machine.Host(),
	}
	h.Scenario.Title = s.requestTitle(arms[0])
	h.WarmupS = s.Warmup().Seconds()
	h.Transport = string(plan.Connect.Transport)
	if l, err := sc.Overridden(s.Spec.overrides()); err == nil { // Prepare has seen that
		describeLoad(h, plan, &l)
	}
	for i, beside := range plan.Loads()[1:] {
		l := &sc.Beside()[i]
		of := &results.Header{}
		describeLoad(of, &beside, &l.LoadModel)
		start, length := beside.Load.Start, beside.Load.Duration
		if s.Spec.Command == commandCompare { // in every slice, all the time
			start, length = 0, 0
		}
		h.RunsBeside(l.Name, start, length, of)
	}
	for i, p := range arms {
		if classes := p.Plan.Shares(); len(classes) > len(h.Classes) { // the other has no login
			h.Classes = classes
		}
		h.Targets = append(h.Targets, results.Target{
			Arm: []string{results.ArmA, results.ArmB}[i], Name: p.Target.Name, URL: targets.ShownURL(p.Target.URL), Command: startedBy(p.Target),
		})
		for _, note := range p.Notes {
			if !slices.Contains(h.Warnings, note) { // as of the other arm
				h.Warnings = append(h.Warnings, note)
			}
		}
	}
	return h
}

// requestTitle is what people call the ad-hoc request: its method and path,
// without the query, which may hold a secret; "" for scenarios.
func (s *Session) requestTitle(p *Prepared) string {
	if s.Scenario.Name != adHocName || len(p.Plan.Classes) != 1 || len(p.Plan.Classes[0].Pool) == 0 {
		return ""
	}
	request := &p.Plan.Classes[0].Pool[0]
	path, _, _ := strings.Cut(request.ShownTarget(), "?")
	return request.Method + " " + path
}

// describeLoad says when a load's requests start, and of which classes they are.
func describeLoad(h *results.Header, plan *loadgen.Plan, l *scenarios.LoadModel) {
	h.Model, h.TimeoutS = plan.Load.Model, plan.Timeout.Seconds()
	h.Connections, h.Classes = plan.Load.Connections, plan.Shares()
	if h.Model == results.Open {
		h.Arrivals, h.Shape, h.RateRPS = string(plan.Load.Arrivals), l.Shape.String(), plan.Load.MeanRate()
		return
	}
	h.SpawnRPS, h.Pacing = float64(l.SpawnRate), l.Pacing.String()
	if l.Connections.Change() {
		h.Clients = l.Connections.String()
	}
	if !l.Think.Zero() {
		h.Think = l.Think.String()
	}
}

// startedBy is the command of a target that mlbench started, for people and
// files: its address is a free port, which says nothing afterwards.
func startedBy(t targets.Target) string {
	if t.Managed == nil || t.PID == 0 {
		return ""
	}
	return targets.ShownCommand(t.Managed.String())
}
