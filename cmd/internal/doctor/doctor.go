package doctor

import (
	"context"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// Examine reads and measures this machine, by means of this program, and says what
// it is good for.
func Examine(ctx context.Context, self probe.Program, pr *cli.Progress) (*report.Doctor, error) {
	f, err := examine(ctx, self, usualSpans, pr)
	pr.Done()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return diagnose(f), nil
}

// facts are what was read and measured. Times are in the unit of their name.
type facts struct {
	Host     results.Host `json:"host"`
	Virtual  bool         `json:"virtual"`
	Governor string       `json:"governor,omitempty"`

	ClockSource string         `json:"clock_source,omitempty"`
	ClockCostNS results.Number `json:"clock_cost_ns"`
	ClockStepNS results.Number `json:"clock_step_ns"`

	Timer wakeUps `json:"timer_late_ms"` // the runtime's
	Pacer wakeUps `json:"pacer_late_ms"` // the open model's

	Noise   noiseFacts   `json:"noise"`
	Floor   floorFacts   `json:"floor"`
	Ceiling ceilingFacts `json:"ceiling"`
	// Unmeasured says why floor and ceiling could not be measured.
	Unmeasured string `json:"unmeasured,omitempty"`

	OpenFiles  uint64 `json:"open_files,omitempty"`
	Ports      int    `json:"ports,omitempty"`
	ReusePorts bool   `json:"reuse_ports"`
	TimeWait   int    `json:"time_wait"`
	// Connects is the sustained rate of new connections to one destination.
	Connects results.Number `json:"connects_per_s"`
}

// wakeUps are how late wake-ups were.
type wakeUps struct {
	P50 results.Number `json:"p50"`
	P99 results.Number `json:"p99"`
	Max results.Number `json:"max"`
}

// noiseFacts are how steadily the machine did the same work again and again.
type noiseFacts struct {
	Probes       int            `json:"probes"`
	SpreadPct    results.Number `json:"spread_pct"`
	DisturbedPct results.Number `json:"disturbed_pct"`
	Worst        results.Number `json:"worst_factor"`
	OthersPct    results.Number `json:"others_pct"`
	StealPct     results.Number `json:"steal_pct"`
	PressurePct  results.Number `json:"pressure_pct"`
}

// floorFacts are what a server that does nothing seems to take: what is left is
// this machine and this tool.
type floorFacts struct {
	P50    results.Number `json:"p50_ms"`
	P99    results.Number `json:"p99_ms"`
	LagP99 results.Number `json:"lag_p99_ms"`
	// PairSD is the standard deviation of ln(b/a) of the medians a and b of
	// neighbouring slices, which measured the same.
	PairSD results.Number `json:"pair_sd"`
}

// ceilingFacts are the most that this tool gets out of a server that does
// nothing, on the same machine.
type ceilingFacts struct {
	RPS          results.Number `json:"rps"`
	CPUPerReqUS  results.Number `json:"cpu_us_per_request"` // the generator's alone
	GeneratorPct results.Number `json:"generator_cpu_pct"`  // of all cores
}

// takeLimits copies what the system says about itself.
func (f *facts) takeLimits(l machine.Limits) {
	f.Virtual, f.Governor, f.ClockSource = l.Virtual, l.Governor, l.ClockSource
	f.OpenFiles, f.TimeWait, f.ReusePorts = l.OpenFiles, l.TimeWait, l.ReusePorts
	if f.Connects = results.Number(l.ConnectionsPerSecond()); f.Connects > 0 {
		f.Ports = l.PortsTo - l.PortsFrom + 1
	}
}
