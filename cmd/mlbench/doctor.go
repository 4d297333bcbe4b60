package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
)

const doctorLong = `Say how good this machine is for measuring: cores and limits, clock, how
punctually it wakes up, how steadily it works, what mlbench itself takes of a
latency, how many requests it can send, and what to change. It takes about ten
seconds, in which the machine should do what it does while you measure.`

const doctorExample = `  mlbench doctor
  mlbench doctor --format json > doctor.json`

type doctorOptions struct {
	cli.Streams
	format string
	quiet  bool
}

func newDoctorCmd(s cli.Streams) *cobra.Command {
	o := &doctorOptions{Streams: s}
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say how good this machine is for measuring",
		Long:    doctorLong,
		Example: doctorExample,
		Args:    cli.CheckArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return doctor(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "what goes to stdout: text or json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(
		[]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// doctorReport is everything the doctor says.
type doctorReport struct {
	Schema   string     `json:"schema"`
	Noise    noiseClass `json:"noise"`
	Verdict  []string   `json:"verdict"`
	Findings []finding  `json:"findings"`
	Facts    facts      `json:"facts"`
}

// facts are what was read and measured. Times are in the unit of their name.
type facts struct {
	Host     results.Host `json:"host"`
	Virtual  bool         `json:"virtual"`
	Governor string       `json:"governor,omitempty"`

	ClockSource string `json:"clock_source,omitempty"`
	ClockCostNS number `json:"clock_cost_ns"`
	ClockStepNS number `json:"clock_step_ns"`

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
	Connects number `json:"connects_per_s"`
}

// wakeUps are how late wake-ups were.
type wakeUps struct {
	P50 number `json:"p50"`
	P99 number `json:"p99"`
	Max number `json:"max"`
}

// noiseFacts are how steadily the machine did the same work again and again.
type noiseFacts struct {
	Probes       int    `json:"probes"`
	SpreadPct    number `json:"spread_pct"`
	DisturbedPct number `json:"disturbed_pct"`
	Worst        number `json:"worst_factor"`
	OthersPct    number `json:"others_pct"`
	StealPct     number `json:"steal_pct"`
	PressurePct  number `json:"pressure_pct"`
}

// floorFacts are what a server that does nothing seems to take: what is left is
// this machine and this tool.
type floorFacts struct {
	P50    number `json:"p50_ms"`
	P99    number `json:"p99_ms"`
	LagP99 number `json:"lag_p99_ms"`
	// PairSD is the standard deviation of ln(b/a) of the medians a and b of
	// neighbouring slices, which measured the same.
	PairSD number `json:"pair_sd"`
}

// ceilingFacts are the most that this tool gets out of a server that does
// nothing, on the same machine.
type ceilingFacts struct {
	RPS          number `json:"rps"`
	CPUPerReqUS  number `json:"cpu_us_per_request"` // the generator's alone
	GeneratorPct number `json:"generator_cpu_pct"`  // of all cores
}

func doctor(ctx context.Context, o *doctorOptions) error {
	if o.format != "text" && o.format != "json" {
		return cli.Usagef("--format %q: use text or json", o.format)
	}
	pr := cli.NewProgress(o.Err, o.quiet)
	defer pr.Done()
	self, err := thisProgram()
	if err != nil {
		return err
	}
	f, err := examine(ctx, self, usualSpans, pr)
	pr.Done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	rep := diagnose(f)
	if o.format == "text" {
		return printDoctor(o.Out, rep)
	}
	enc := json.NewEncoder(o.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(rep)
}

func printDoctor(w io.Writer, rep *doctorReport) error {
	var b strings.Builder
	for _, f := range rep.Findings {
		fmt.Fprintf(&b, "%-10s %-5s %s\n", f.Topic, f.Grade, f.Says)
		if f.Change != "" {
			fmt.Fprintf(&b, "%-16s change: %s\n", "", f.Change)
		}
	}
	b.WriteString("\n")
	for _, line := range rep.Verdict {
		fmt.Fprintln(&b, line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// takeLimits copies what the system says about itself.
func (f *facts) takeLimits(l machine.Limits) {
	f.Virtual, f.Governor, f.ClockSource = l.Virtual, l.Governor, l.ClockSource
	f.OpenFiles, f.TimeWait, f.ReusePorts = l.OpenFiles, l.TimeWait, l.ReusePorts
	if f.Connects = number(l.ConnectionsPerSecond()); f.Connects > 0 {
		f.Ports = l.PortsTo - l.PortsFrom + 1
	}
}
