package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
)

const selftestLong = `Prove on this machine, now, that mlbench measures what it says it measures: load
the reference server, whose behaviour is known, and hold what was measured
against what must be. It takes about half a minute and needs nothing to be set up.

A check that fails while something else used the machine is repeated, twice at
most and as long as there is time, and says so. Exit code 5 when a check does
not hold: the numbers that this tool gives on this machine cannot be trusted
until it does.`

const selftestExample = `  mlbench selftest
  mlbench selftest --thorough               # longer stalls, more requests: some 4 minutes
  mlbench selftest --format json > selftest.json`

type selftestOptions struct {
	cli.Streams
	seed     uint64
	thorough bool
	format   string
	quiet    bool

	self program // zero: this one
}

func newSelftestCmd(s cli.Streams) *cobra.Command {
	o := &selftestOptions{Streams: s}
	cmd := &cobra.Command{
		Use:     "selftest",
		Short:   "Prove the tool's own numbers on this machine",
		Long:    selftestLong,
		Example: selftestExample,
		Args:    cli.CheckArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return selftest(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.Uint64Var(&o.seed, "seed", 1, "seed of arrivals, classes and service times")
	f.BoolVar(&o.thorough, "thorough", false, "longer stalls and more requests")
	f.StringVar(&o.format, "format", "text", "what goes to stdout: text or json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress on stderr")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(
		[]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// selftestReport is everything the self-test says.
type selftestReport struct {
	Schema   string        `json:"schema"`
	Passed   bool          `json:"passed"`
	Verdict  string        `json:"verdict"`
	Thorough bool          `json:"thorough"`
	Seed     uint64        `json:"seed"`
	Seconds  number        `json:"seconds"`
	Host     results.Host  `json:"host"`
	Checks   []checkReport `json:"checks"`
}

// checkReport is what one check came to.
type checkReport struct {
	Name     string `json:"name"`
	Passed   bool   `json:"passed"`
	Repeated int    `json:"repeated"`
	// Disturbed says what was wrong with the machine when the check failed, at
	// first or for good.
	Disturbed string        `json:"disturbed,omitempty"`
	Skipped   string        `json:"skipped,omitempty"`
	During    circumstances `json:"circumstances"` // of the last go
	Rows      []row         `json:"rows"`
}

func selftest(ctx context.Context, o *selftestOptions) error {
	if o.format != "text" && o.format != "json" {
		return cli.Usagef("--format %q: use text or json", o.format)
	}
	if o.self == (program{}) {
		var err error
		if o.self, err = thisProgram(); err != nil {
			return err
		}
	}
	return o.prove(ctx, checklist{o.self, o.seed, o.thorough}.all())
}

// prove makes the checks and says what came of them.
func (o *selftestOptions) prove(ctx context.Context, checks []selfcheck) error {
	begin := time.Now()
	rep := selftestReport{Schema: "mlbench.selftest/1", Passed: true, Thorough: o.thorough, Seed: o.seed, Host: machine.Host()}
	pr := cli.NewProgress(o.Err, o.quiet)
	defer pr.Done()
	text := o.Out
	if o.format == "json" {
		text = io.Discard
	}
	fmt.Fprintf(text, "%-46s %11s %11s %13s\n", "", "expected", "measured", "tolerance")
	for i, c := range checks {
		res, err := carryOut(ctx, &c, func(attempt int) bool {
			again := ""
			if attempt > 0 {
				again = ", again"
				if !o.thorough && time.Since(begin)+timeFor(checks[i:]) > longestSelftest {
					return false
				}
			}
			pr.Phase("checking "+c.name+again, c.takes)
			return true
		})
		pr.Done()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("check %q: %w ('mlbench doctor' says what this machine lacks)", c.name, err)
		}
		rep.Checks = append(rep.Checks, *res)
		printCheck(text, res)
	}
	rep.conclude(time.Since(begin))
	fmt.Fprintln(text, "\n"+rep.Verdict)
	if o.format == "json" {
		enc := json.NewEncoder(o.Out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(rep); err != nil {
			return err
		}
	}
	if !rep.Passed {
		return cli.End(cli.ExitInvalid)
	}
	return nil
}

const (
	// mostRepeats of a check that the machine disturbed.
	mostRepeats = 2
	// longestSelftest is what repeats may stretch the self-test to, unless it is
	// a thorough one.
	longestSelftest = 39 * time.Second
)

// timeFor is about how long checks take without a repeat.
func timeFor(checks []selfcheck) (sum time.Duration) {
	const startAndEnd = 500 * time.Millisecond // warm-up, and a server's start and end
	for _, c := range checks {
		sum += c.takes + startAndEnd
	}
	return sum
}

// carryOut runs a check until it holds, fails on a quiet machine, or has been
// repeated often enough. begin is told each go's number, from 0, and says
// whether there is time for it.
func carryOut(ctx context.Context, c *selfcheck, begin func(attempt int) bool) (*checkReport, error) {
	r := &checkReport{Name: c.name, Skipped: c.skip}
	if c.skip != "" {
		r.Passed = true
		return r, nil
	}
	begin(0)
	for ; ; r.Repeated++ {
		a, err := c.run(ctx)
		if err != nil {
			return nil, err
		}
		r.Rows, r.During, r.Passed = a.rows, a.at, a.held()
		if r.Passed {
			return r, nil
		}
		disturbed := a.at.disturbance()
		if disturbed != "" {
			r.Disturbed = disturbed
		}
		if disturbed == "" || r.Repeated == mostRepeats || !begin(r.Repeated+1) {
			return r, nil
		}
	}
}

// held: a check without statements proves nothing.
func (a *attempt) held() bool {
	for _, r := range a.rows {
		if !r.Held {
			return false
		}
	}
	return len(a.rows) > 0
}

// circumstances are what the generator and its host were like during a check.
type circumstances struct {
	lagP99      time.Duration
	throttledMS float64
	host        machine.HostUse
}

// MarshalJSON writes milliseconds and percent.
func (c circumstances) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		LagP99    number `json:"lag_p99_ms"`
		Throttled number `json:"throttled_ms"`
		Others    number `json:"others_pct"`
		Steal     number `json:"steal_pct"`
		Pressure  number `json:"pressure_pct"`
	}{
		number(results.Milliseconds(c.lagP99)), number(c.throttledMS),
		number(c.host.OthersPct), number(c.host.StealPct), number(c.host.PressurePct),
	})
}

// Limits of what counts as undisturbed. The self-test itself is left out of
// what others used, up to the resolution of the accounting.
const (
	mostOthersPct = 10
	mostStealPct  = 2
)

// disturbance says what disturbed a check; "" when nothing did.
func (c *circumstances) disturbance() string {
	var why []string
	if c.lagP99 > lagLimit {
		why = append(why, fmt.Sprintf("lag p99 %s", c.lagP99.Round(10*time.Microsecond)))
	}
	if c.host.OthersPct > mostOthersPct {
		why = append(why, fmt.Sprintf("other processes used %.0f%% of the CPU", c.host.OthersPct))
	}
	if c.host.StealPct > mostStealPct {
		why = append(why, fmt.Sprintf("other guests took %.1f%% of the CPU (steal)", c.host.StealPct))
	}
	if c.throttledMS > 0 {
		why = append(why, fmt.Sprintf("the CPU limit stopped it for %.0f ms", c.throttledMS))
	}
	return strings.Join(why, ", ")
}

// conclude draws the verdict.
func (rep *selftestReport) conclude(took time.Duration) {
	rep.Seconds = number(took.Seconds())
	var failed []string
	disturbed := false
	for _, c := range rep.Checks {
		if !c.Passed {
			failed = append(failed, c.Name)
			disturbed = disturbed || c.During.disturbance() != ""
		}
	}
	rep.Passed = len(failed) == 0 && len(rep.Checks) > 0
	switch {
	case rep.Passed:
		rep.Verdict = fmt.Sprintf("All %d checks hold: mlbench measures correctly on this machine (%.0f s, seed %d).", len(rep.Checks), took.Seconds(), rep.Seed)
	case disturbed:
		rep.Verdict = fmt.Sprintf("%d of %d checks FAILED (%s): the numbers of mlbench cannot be trusted on this machine right now. It was disturbed: end what else runs, and repeat; 'mlbench doctor' says more.",
			len(failed), len(rep.Checks), strings.Join(failed, "; "))
	default:
		rep.Verdict = fmt.Sprintf("%d of %d checks FAILED (%s): the numbers of mlbench cannot be trusted on this machine. Nothing was seen to disturb it: please report this, with --format json.",
			len(failed), len(rep.Checks), strings.Join(failed, "; "))
	}
}

func printCheck(w io.Writer, c *checkReport) {
	fmt.Fprintln(w, c.Name)
	if c.Skipped != "" {
		fmt.Fprintln(w, "  not checked:", c.Skipped)
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		fmt.Fprintf(w, "  %-44s %11s %11s %13s  %s\n", r.What, r.format(r.Expected), r.format(r.Measured), r.tolerance(), r.outcome())
	}
	switch {
	case c.Repeated > 0:
		times := [...]string{"once", "twice"}[c.Repeated-1]
		fmt.Fprintf(w, "  repeated %s: the machine was disturbed (%s)\n", times, c.Disturbed)
	case c.Disturbed != "":
		fmt.Fprintf(w, "  the machine was disturbed (%s)\n", c.Disturbed)
	}
}
