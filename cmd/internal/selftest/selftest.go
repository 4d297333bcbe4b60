package selftest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// Options say how the self-test is made.
type Options struct {
	Seed     uint64 // of arrivals, classes and service times
	Thorough bool   // longer stalls and more requests

	Program  probe.Program
	Progress *cli.Progress
	// Shown, unless nil, is told each check as it ends.
	Shown func(*report.Check) error
}

// Run makes all checks. Its error is of a check that could not be made; one that
// does not hold is in the report.
func Run(ctx context.Context, o Options) (*report.Selftest, error) {
	return o.prove(ctx, checklist{o.Program, o.Seed, o.Thorough}.all())
}

func (o *Options) prove(ctx context.Context, checks []selfcheck) (*report.Selftest, error) {
	begin := time.Now()
	rep := &report.Selftest{Schema: "mlbench.selftest/1", Thorough: o.Thorough, Seed: o.Seed, Host: machine.Host()}
	defer o.Progress.Done()
	disturbed := false
	for i, c := range checks {
		res, err := carryOut(ctx, &c, func(attempt int) bool {
			again := ""
			if attempt > 0 {
				again = ", again"
				if !o.Thorough && time.Since(begin)+timeFor(checks[i:]) > longestSelftest {
					return false
				}
			}
			o.Progress.Phase("checking "+c.name+again, c.takes)
			return true
		})
		o.Progress.Done()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("check %q: %w ('mlbench doctor' says what this machine lacks)", c.name, err)
		}
		rep.Checks = append(rep.Checks, *res)
		disturbed = disturbed || !res.Passed && disturbance(&res.During) != ""
		if o.Shown != nil {
			if err := o.Shown(res); err != nil {
				return nil, err
			}
		}
	}
	rep.Conclude(time.Since(begin), disturbed)
	return rep, nil
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
func carryOut(ctx context.Context, c *selfcheck, begin func(attempt int) bool) (*report.Check, error) {
	r := &report.Check{Name: c.name, Skipped: c.skip}
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
		disturbed := disturbance(&a.at)
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

// circumstances in which it was measured.
func circumstances(m *probe.Measured) report.Circumstances {
	return report.Circumstances{
		LagP99MS: results.Number(results.Milliseconds(m.LagP99)), ThrottledMS: results.Number(m.ThrottledMS),
		OthersPct: results.Number(m.Host.OthersPct), StealPct: results.Number(m.Host.StealPct), PressurePct: results.Number(m.Host.PressurePct),
	}
}

// Limits of what counts as undisturbed. The self-test itself is left out of
// what others used, up to the resolution of the accounting.
const (
	mostOthersPct = 10
	mostStealPct  = 2
)

// disturbance says what disturbed a check; "" when nothing did.
func disturbance(c *report.Circumstances) string {
	var why []string
	if lag := time.Duration(float64(c.LagP99MS) * float64(time.Millisecond)); lag > lagLimit {
		why = append(why, fmt.Sprintf("lag p99 %s", lag.Round(10*time.Microsecond)))
	}
	if c.OthersPct > mostOthersPct {
		why = append(why, fmt.Sprintf("other processes used %.0f%% of the CPU", c.OthersPct))
	}
	if c.StealPct > mostStealPct {
		why = append(why, fmt.Sprintf("other guests took %.1f%% of the CPU (steal)", c.StealPct))
	}
	if c.ThrottledMS > 0 {
		why = append(why, fmt.Sprintf("the CPU limit stopped it for %.0f ms", c.ThrottledMS))
	}
	return strings.Join(why, ", ")
}
