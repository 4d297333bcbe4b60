package doctor

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/targets"
)

// spans are how long each part of the examination takes.
type spans struct {
	wakeUps time.Duration // each of two
	noise   time.Duration
	slice   time.Duration // each of floorSlices
	ceiling time.Duration
}

var usualSpans = spans{
	wakeUps: time.Second,
	noise:   3 * time.Second,
	slice:   150 * time.Millisecond,
	ceiling: 1500 * time.Millisecond,
}

const (
	floorSlices  = 20
	floorRate    = 500 // per second
	ceilingConns = 64
)

// examine reads and measures everything, one after the other: each part must
// have the machine for itself.
func examine(ctx context.Context, self probe.Program, d spans, pr *cli.Progress) (*facts, error) {
	f := &facts{Host: machine.Host()}
	// Read first: what follows opens connections itself.
	f.takeLimits(machine.ReadLimits())
	clock := machine.ProbeClock()
	f.ClockCostNS, f.ClockStepNS = results.Number(clock.Cost), results.Number(clock.Step)

	pr.Phase("measuring how steadily this machine works", d.noise)
	f.Noise = newNoiseFacts(machine.ProbeNoise(ctx, d.noise))
	pr.Phase("measuring how late it wakes up", 2*d.wakeUps)
	timer, pacer := loadgen.ProbeWakeUps(ctx, d.wakeUps)
	f.Timer, f.Pacer = newWakeUps(timer), newWakeUps(pacer)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := f.measureServer(ctx, self, d, pr); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// What was found out so far may well say why.
		f.Unmeasured = err.Error()
	}
	return f, nil
}

// measureServer measures a server that does nothing, in a process of its own.
func (f *facts) measureServer(ctx context.Context, self probe.Program, d spans, pr *cli.Progress) error {
	server, err := self.Reference(ctx, "--service", "0s")
	if err != nil {
		return err
	}
	defer server.Stop()
	pr.Phase("measuring a server that does nothing", floorSlices*d.slice)
	if err := f.measureFloor(ctx, server, d.slice); err != nil {
		return fmt.Errorf("measure the floor: %w", err)
	}
	pr.Phase("measuring how much one can send", d.ceiling)
	if err := f.measureCeiling(ctx, server, d.ceiling); err != nil {
		return fmt.Errorf("measure the ceiling: %w", err)
	}
	return nil
}

func newWakeUps(late *stats.Histogram) wakeUps {
	return wakeUps{results.Number(probe.QuantileMS(late, .5)), results.Number(probe.QuantileMS(late, .99)), results.Number(probe.QuantileMS(late, 1))}
}

func newNoiseFacts(n machine.Noise) noiseFacts {
	return noiseFacts{
		Probes: n.Probes, SpreadPct: results.Number(100 * n.Spread), DisturbedPct: results.Number(100 * n.Disturbed), Worst: results.Number(n.Worst),
		OthersPct: results.Number(n.Host.OthersPct), StealPct: results.Number(n.Host.StealPct), PressurePct: results.Number(n.Host.PressurePct),
	}
}

// measureFloor measures the same server in neighbouring slices, as a comparison
// does: by how much their medians differ is what chance does here.
func (f *facts) measureFloor(ctx context.Context, server *targets.Process, slice time.Duration) error {
	plan := loadgen.Plan{
		URL: server.URL(), Seed: 1, Timeout: 10 * time.Second, Classes: probe.Predict(probe.Post(`{"features":[1]}`)),
		Load: probe.Open(floorRate, loadgen.Constant, slice),
	}
	defer loadgen.Tune(plan.Load.Model)()
	g, err := loadgen.New(plan, time.Now())
	if err != nil {
		return err
	}
	defer g.Close()
	var all results.ClassData
	var medians []float64
	for i := range floorSlices + 1 {
		kind := results.Measure
		if i == 0 {
			kind = results.Warmup
		}
		err := g.Run(ctx, loadgen.Phase{Kind: kind, Stream: uint64(i)}, func(s *results.Slice) error {
			if d := s.Classes["predict"]; d != nil && kind == results.Measure {
				all.Add(d)
				medians = append(medians, probe.QuantileMS(d.Clocks[results.ClockResponse], .5))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	f.Floor = floorFacts{
		P50: results.Number(probe.QuantileMS(all.Clocks[results.ClockResponse], .5)), P99: results.Number(probe.QuantileMS(all.Clocks[results.ClockResponse], .99)),
		LagP99: results.Number(probe.QuantileMS(all.Clocks[results.ClockLag], .99)), PairSD: results.Number(pairSD(medians)),
	}
	return nil
}

// pairSD is the standard deviation of ln(b/a) over pairs of neighbours (a, b)
// that do not differ in truth, from the median distance to 0: a comparison, too,
// is not led astray by a few wild pairs.
func pairSD(xs []float64) float64 {
	var off []float64
	for i := 0; i+1 < len(xs); i += 2 {
		off = append(off, math.Abs(math.Log(xs[i+1]/xs[i])))
	}
	if len(off) == 0 {
		return math.NaN()
	}
	slices.Sort(off)
	median := (off[(len(off)-1)/2] + off[len(off)/2]) / 2
	return median / 0.6745 // the normal law's
}

func (f *facts) measureCeiling(ctx context.Context, server *targets.Process, d time.Duration) error {
	m, err := probe.Measure(ctx, loadgen.Plan{
		URL: server.URL(), Seed: 1, Classes: probe.Predict(probe.Post(`{"features":[1,2,3,4,5,6,7,8,9,10]}`)),
		Load: loadgen.Load{Model: results.Closed, Connections: ceilingConns, Duration: d},
	}, probe.Loading{Warmup: 200 * time.Millisecond, Server: server})
	if err != nil {
		return err
	}
	if m.All.Done == 0 {
		return fmt.Errorf("no answer: %v", m.Errors.ByClass)
	}
	f.Ceiling = ceilingFacts{
		RPS: results.Number(m.ThroughputRPS), CPUPerReqUS: results.Number(1e6 * m.CPUSeconds / float64(m.All.Done)),
		GeneratorPct: results.Number(100 * m.CPUSeconds / m.DurationS / float64(f.Host.Cores)),
	}
	return nil
}
