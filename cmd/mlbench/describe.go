package main

import (
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// requestTitle is what people call the ad-hoc request: its method and path,
// without the query, which may hold a secret; "" for scenarios.
func requestTitle(sc *scenarios.Scenario, p *prepared) string {
	if sc.Name != adHocName || len(p.plan.Classes) != 1 || len(p.plan.Classes[0].Pool) == 0 {
		return ""
	}
	request := &p.plan.Classes[0].Pool[0]
	path, _, _ := strings.Cut(request.ShownTarget(), "?")
	return request.Method + " " + path
}

// describeClosed says how the clients of a closed model behave.
func describeClosed(h *results.Header, sc *scenarios.Scenario, p *prepared) {
	l, err := sc.Overridden(p.options.Override)
	if err != nil || l.Model != results.Closed {
		return
	}
	h.SpawnRPS = float64(l.SpawnRate)
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
