package selftest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/report"
)

func TestInterruptedSelftest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Seed: 1, Program: ourselves(t), Progress: cli.NewProgress(cli.Streams{Err: writerFunc(func([]byte) { cancel() })}, false)} // at the first progress
	if rep, err := Run(ctx, o); !errors.Is(err, context.Canceled) || rep != nil {
		t.Errorf("%+v, error %v, want that it was cancelled", rep, err)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

// Each check is shown as it ends, and all of them decide.
func TestProve(t *testing.T) {
	check := func(name string, measured int64) selfcheck {
		return selfcheck{name: name, run: func(context.Context) (*attempt, error) {
			return &attempt{rows: []report.Statement{countRow("sent", 10, measured)}}, nil
		}}
	}
	for want, checks := range map[string][]selfcheck{
		"All 2 checks hold":        {check("a", 10), check("b", 10)},
		"1 of 2 checks FAILED (b)": {check("a", 10), check("b", 11)},
	} {
		shown := ""
		o := Options{Progress: cli.NewProgress(cli.Streams{Err: io.Discard}, true), Shown: func(c *report.Check) error { shown += c.Name; return nil }}
		rep, err := o.prove(t.Context(), checks)
		if err != nil || shown != "ab" || rep.Passed != strings.HasPrefix(want, "All") || !strings.HasPrefix(rep.Verdict, want) {
			t.Errorf("%v: %v, shown %q, %+v", want, err, shown, rep)
		}
	}
	o := Options{Progress: cli.NewProgress(cli.Streams{Err: io.Discard}, true)}
	broken := selfcheck{name: "c", run: func(context.Context) (*attempt, error) { return nil, errors.New("no server") }}
	if _, err := o.prove(t.Context(), []selfcheck{broken}); err == nil || !strings.Contains(err.Error(), "no server") {
		t.Errorf("a check that could not be made: %v, want why", err)
	}
}

// Only what failed on a disturbed machine is repeated, and not for ever.
func TestRepeats(t *testing.T) {
	var (
		holds  = attempt{rows: []report.Statement{countRow("n", 1, 1)}}
		fails  = attempt{rows: []report.Statement{countRow("n", 1, 2)}}
		noisy  = report.Circumstances{LagP99MS: 3}
		broken = errors.New("no server")
	)
	failsNoisily := attempt{rows: fails.rows, at: noisy}
	holdsNoisily := attempt{rows: holds.rows, at: noisy}
	for _, tt := range []struct {
		name     string
		attempts []any
		noTime   bool
		want     report.Check // its rows are not compared
		err      error
	}{
		{name: "holds", attempts: []any{holds}, want: report.Check{Passed: true}},
		{name: "holds in noise", attempts: []any{holdsNoisily}, want: report.Check{Passed: true}},
		{name: "fails on a quiet machine", attempts: []any{fails}, want: report.Check{}},
		{name: "judges nothing", attempts: []any{attempt{}}, want: report.Check{}},
		{name: "disturbed once", attempts: []any{failsNoisily, holds}, want: report.Check{Passed: true, Repeated: 1, Disturbed: "lag p99 3ms"}},
		{name: "disturbed, then really failed", attempts: []any{failsNoisily, fails}, want: report.Check{Repeated: 1, Disturbed: "lag p99 3ms"}},
		{name: "disturbed for good", attempts: []any{failsNoisily, failsNoisily, failsNoisily}, want: report.Check{Repeated: 2, Disturbed: "lag p99 3ms"}},
		{name: "disturbed, no time left", attempts: []any{failsNoisily}, noTime: true, want: report.Check{Disturbed: "lag p99 3ms"}},
		{name: "cannot be made", attempts: []any{broken}, err: broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			left := tt.attempts
			c := selfcheck{name: "check", run: func(context.Context) (*attempt, error) {
				next := left[0]
				left = left[1:]
				if a, ok := next.(attempt); ok {
					return &a, nil
				}
				return nil, next.(error)
			}}
			var begun []int
			got, err := carryOut(t.Context(), &c, func(n int) bool {
				if n > 0 && tt.noTime {
					return false
				}
				begun = append(begun, n)
				return true
			})
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if len(left) > 0 || len(begun) != len(tt.attempts) {
				t.Errorf("began %v, %d attempts left; want all %d made", begun, len(left), len(tt.attempts))
			}
			if err != nil {
				return
			}
			tt.want.Name = "check"
			got.Rows, got.During = nil, report.Circumstances{}
			if diff := cmp.Diff(tt.want, *got); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

// Without repeats the checks leave time for some.
func TestSelftestIsShort(t *testing.T) {
	if took := timeFor(checklist{}.all()); took > longestSelftest*3/4 {
		t.Errorf("all checks take %s, of %s at most with repeats", took, longestSelftest)
	}
	thorough := checklist{thorough: true}
	if quick := (checklist{}); timeFor(thorough.all()) < 5*timeFor(quick.all()) {
		t.Errorf("a thorough self-test takes %s only", timeFor(thorough.all()))
	}
}

func TestSkippedCheck(t *testing.T) {
	got, err := carryOut(t.Context(), &selfcheck{name: "check", skip: "not here"}, func(int) bool { t.Error("was begun"); return true })
	if err != nil || !got.Passed || got.Skipped != "not here" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDisturbance(t *testing.T) {
	for _, tt := range []struct {
		c    probe.Measured
		want string
	}{
		{probe.Measured{}, ""},
		{probe.Measured{LagP99: lagLimit, Host: machine.HostUse{OthersPct: mostOthersPct, StealPct: mostStealPct, PressurePct: 100}}, ""},
		{probe.Measured{LagP99: 2345 * time.Microsecond}, "lag p99 2.35ms"},
		{
			probe.Measured{ThrottledMS: 12, Host: machine.HostUse{OthersPct: 55, StealPct: 3.3}},
			"other processes used 55% of the CPU, other guests took 3.3% of the CPU (steal), the CPU limit stopped it for 12 ms",
		},
	} {
		at := circumstances(&tt.c)
		if got := disturbance(&at); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.c, got, tt.want)
		}
	}
}
