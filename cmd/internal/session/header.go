package session

import (
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
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
		Model:    plan.Load.Model,
		TimeoutS: plan.Timeout.Seconds(),
		Seed:     s.Spec.Seed,
		Source:   s.Spec.Source,
		Start:    time.Now(),
		Host:     machine.Host(),
	}
	h.Scenario.Title = s.requestTitle(arms[0])
	h.WarmupS = s.Warmup().Seconds()
	h.Connections = plan.Load.Connections
	h.Transport = string(plan.Connect.Transport)
	s.describeClosed(h)
	if plan.Load.Model == results.Open {
		h.Arrivals = string(plan.Load.Arrivals)
		if h.Shape = s.Spec.Load.Shape.String(); h.Shape == "" && s.Spec.Load.Rate == 0 {
			h.Shape = sc.Load.Shape.String()
		}
		h.RateRPS = plan.Load.MeanRate()
	}
	h.Classes = plan.Shares()
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

// describeClosed says how the clients of a closed model behave.
func (s *Session) describeClosed(h *results.Header) {
	l, err := s.Scenario.Overridden(s.Spec.overrides())
	if err != nil || l.Model != results.Closed {
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
