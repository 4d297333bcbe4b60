package main

import (
	"context"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// prepared is a target that answered, ready to be loaded.
type prepared struct {
	target targets.Target
	plan   *loadgen.Plan
	calls  *scenarios.Exchanges // setup and teardown

	options scenarios.CompileOptions // of plan
	notes   []string
	pid     int // to watch for what the target uses; 0: nothing to see
}

// prepare looks whether the target is there, the way that the load will go, logs
// in if the scenario asks for it, and compiles the plan.
func (o *loadOptions) prepare(ctx context.Context, sc *scenarios.Scenario, t targets.Target, ov scenarios.Overrides) (*prepared, error) {
	l, err := sc.Overridden(ov)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	t.Timeout = time.Duration(l.Timeout)
	if err := t.FirstLook(ctx); err != nil {
		return nil, err
	}
	token, note, err := sc.Token(ctx, t)
	if err != nil {
		return nil, err
	}
	p := &prepared{target: t}
	if p.pid, err = watchable(t); err != nil {
		p.notes = append(p.notes, err.Error())
	}
	for _, n := range []string{note, t.ProxyNote()} {
		if n != "" {
			p.notes = append(p.notes, n)
		}
	}
	options := scenarios.CompileOptions{
		Target:    t,
		Headers:   o.fields,
		Token:     token,
		UserAgent: "mlbench/" + version(),
		Connect:   o.connect.plan(),
		Seed:      o.seed,
		Override:  ov,
		Note:      func(note string) { p.notes = append(p.notes, note) },
	}
	if p.plan, err = scenarios.Compile(sc, options); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	if p.calls, err = scenarios.Calls(sc, options); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	// Nothing of the load goes before its setup, or without its teardown.
	if request := scenarios.Harmless(p.plan); request != nil && t.Ready == "" && !o.unseen && len(p.calls.Setup)+len(p.calls.Teardown) == 0 {
		if err := t.Look(ctx, request); err != nil {
			return nil, err
		}
	}
	p.options = options
	p.notes = append(p.notes, p.plan.Warnings(machine.ReadLimits())...)
	return p, nil
}
