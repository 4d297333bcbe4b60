package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen/machine"
)

func TestInterruptedSelftest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	o := &selftestOptions{format: "json", seed: 1, self: ourselves(t)}
	o.Streams = cli.Streams{Out: &out, Err: writerFunc(func([]byte) { cancel() })} // at the first progress
	if err := selftest(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	if out.Len() > 0 {
		t.Errorf("half a document on stdout: %s", &out)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

func TestSelftestFlags(t *testing.T) {
	for _, args := range [][]string{{"--format", "csv"}, {"--seed", "x"}, {"extra"}} {
		cmd := newSelftestCmd(cli.Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}

// A check that does not hold is exit 5, and said in both forms.
func TestSelftestExitCode(t *testing.T) {
	check := func(name string, measured int64) selfcheck {
		return selfcheck{name: name, run: func(context.Context) (*attempt, error) {
			return &attempt{rows: []row{countRow("sent", 10, measured)}}, nil
		}}
	}
	for _, tt := range []struct {
		name   string
		checks []selfcheck
		code   int
		want   string // in the text, and in the JSON
	}{
		{"all hold", []selfcheck{check("a", 10), check("b", 10)}, cli.ExitOK, "All 2 checks hold"},
		{"one fails", []selfcheck{check("a", 10), check("b", 11)}, cli.ExitInvalid, "1 of 2 checks FAILED (b)"},
	} {
		for _, format := range []string{"text", "json"} {
			var out bytes.Buffer
			o := &selftestOptions{format: format, quiet: true, Streams: cli.Streams{Out: &out, Err: &out}}
			err := o.prove(t.Context(), tt.checks)
			code := cli.ExitOK
			var exit *cli.ExitError
			if errors.As(err, &exit) {
				code = int(exit.Outcome)
			} else if err != nil {
				t.Errorf("%s as %s: %v", tt.name, format, err)
			}
			if code != tt.code || !strings.Contains(out.String(), tt.want) {
				t.Errorf("%s as %s: exit %d, want %d and %q in:\n%s", tt.name, format, code, tt.code, tt.want, &out)
			}
			var rep struct {
				Passed *bool            `json:"passed"`
				Checks []map[string]any `json:"checks"`
			}
			if format == "json" && (json.Unmarshal(out.Bytes(), &rep) != nil || rep.Passed == nil || *rep.Passed != (tt.code == cli.ExitOK) || len(rep.Checks) != 2) {
				t.Errorf("%s: %s", tt.name, &out)
			}
		}
	}
	var out bytes.Buffer
	o := &selftestOptions{format: "text", quiet: true, Streams: cli.Streams{Out: &out, Err: &out}}
	broken := selfcheck{name: "c", run: func(context.Context) (*attempt, error) { return nil, errors.New("no server") }}
	var exit *cli.ExitError
	if err := o.prove(t.Context(), []selfcheck{broken}); err == nil || errors.As(err, &exit) || !strings.Contains(err.Error(), "no server") {
		t.Errorf("a check that could not be made: %v, want exit 1 and why", err)
	}
}

// Only what failed on a disturbed machine is repeated, and not for ever.
func TestRepeats(t *testing.T) {
	var (
		holds  = attempt{rows: []row{countRow("n", 1, 1)}}
		fails  = attempt{rows: []row{countRow("n", 1, 2)}}
		noisy  = circumstances{lagP99: 3 * ms}
		broken = errors.New("no server")
	)
	failsNoisily := attempt{rows: fails.rows, at: noisy}
	holdsNoisily := attempt{rows: holds.rows, at: noisy}
	for _, tt := range []struct {
		name     string
		attempts []any
		noTime   bool
		want     checkReport // its rows are not compared
		err      error
	}{
		{name: "holds", attempts: []any{holds}, want: checkReport{Passed: true}},
		{name: "holds in noise", attempts: []any{holdsNoisily}, want: checkReport{Passed: true}},
		{name: "fails on a quiet machine", attempts: []any{fails}, want: checkReport{}},
		{name: "judges nothing", attempts: []any{attempt{}}, want: checkReport{}},
		{name: "disturbed once", attempts: []any{failsNoisily, holds}, want: checkReport{Passed: true, Repeated: 1, Disturbed: "lag p99 3ms"}},
		{name: "disturbed, then really failed", attempts: []any{failsNoisily, fails}, want: checkReport{Repeated: 1, Disturbed: "lag p99 3ms"}},
		{name: "disturbed for good", attempts: []any{failsNoisily, failsNoisily, failsNoisily}, want: checkReport{Repeated: 2, Disturbed: "lag p99 3ms"}},
		{name: "disturbed, no time left", attempts: []any{failsNoisily}, noTime: true, want: checkReport{Disturbed: "lag p99 3ms"}},
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
			got.Rows, got.During = nil, circumstances{}
			if diff := cmp.Diff(tt.want, *got, cmp.AllowUnexported(circumstances{})); diff != "" {
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
		c    circumstances
		want string
	}{
		{circumstances{}, ""},
		{circumstances{lagP99: lagLimit, host: machine.HostUse{OthersPct: mostOthersPct, StealPct: mostStealPct, PressurePct: 100}}, ""},
		{circumstances{lagP99: 2345 * time.Microsecond}, "lag p99 2.35ms"},
		{
			circumstances{throttledMS: 12, host: machine.HostUse{OthersPct: 55, StealPct: 3.3}},
			"other processes used 55% of the CPU, other guests took 3.3% of the CPU (steal), the CPU limit stopped it for 12 ms",
		},
	} {
		if got := tt.c.disturbance(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.c, got, tt.want)
		}
	}
}

func TestSelftestVerdict(t *testing.T) {
	ok, failed := checkReport{Name: "one", Passed: true}, checkReport{Name: "two"}
	disturbed := checkReport{Name: "three", During: circumstances{lagP99: 3 * ms}}
	// Disturbed at first, and then it failed all the same.
	failed.Repeated, failed.Disturbed = 1, "lag p99 3ms"
	for _, tt := range []struct {
		checks []checkReport
		passed bool
		want   string
	}{
		{[]checkReport{ok, ok}, true, "All 2 checks hold"},
		{[]checkReport{ok, failed}, false, "1 of 2 checks FAILED (two): the numbers of mlbench cannot be trusted on this machine. Nothing was seen to disturb it"},
		{[]checkReport{ok, disturbed, failed}, false, "2 of 3 checks FAILED (three; two): the numbers of mlbench cannot be trusted on this machine right now. It was disturbed"},
		{nil, false, "0 of 0 checks FAILED"},
	} {
		rep := selftestReport{Checks: tt.checks}
		rep.conclude(time.Second)
		if rep.Passed != tt.passed || !strings.HasPrefix(rep.Verdict, tt.want) {
			t.Errorf("passed %v, %q; want %v, %q", rep.Passed, rep.Verdict, tt.passed, tt.want)
		}
	}
}

func TestPrintCheck(t *testing.T) {
	var b bytes.Buffer
	printCheck(&b, &checkReport{Name: "many rows", Repeated: 2, Disturbed: "lag p99 3ms", Rows: []row{
		newRow("p50", inMS, 2, 2.125, 0, .25),
		newRow("p99", inMS, 117, 125.5, 5.25, 5.25),
		newRow("share", inPct, 10, math.NaN(), 1, 1),
		newRow("sent", inCount, 51, 40, math.Inf(1), 0),
		newRow("dropped", inCount, 1, 0, 0, math.Inf(1)),
		newRow("rate", inRPS, 1000, 999.96, 1, 1),
		newRow("ratio", inOnes, 1, .98, .1, .2),
		yesRow("valid", false, true),
	}})
	printCheck(&b, &checkReport{Name: "not here", Passed: true, Skipped: "no such system"})
	printCheck(&b, &checkReport{Name: "disturbed", Disturbed: "steal", Rows: []row{newRow("less", inCount, 5, 4, 2, 0)}})
	want := `many rows
  p50                                              2.00 ms     2.12 ms      +0.25 ms  ok
  p99                                            117.00 ms   125.50 ms      ±5.25 ms  FAILED
  share                                             10.00%        none        ±1.00%  FAILED
  sent                                                  51          40       at most  ok
  dropped                                                1           0      at least  FAILED
  rate                                            1000.0/s    1000.0/s        ±1.0/s  ok
  ratio                                                  1        0.98     -0.1 +0.2  ok
  valid                                                 no         yes         exact  FAILED
  repeated twice: the machine was disturbed (lag p99 3ms)
not here
  not checked: no such system
disturbed
  less                                                   5           4            -2  ok
  the machine was disturbed (steal)
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// What was not measured, or has no limit, is null: JSON has no other word for it.
func TestSelftestJSON(t *testing.T) {
	b, err := json.Marshal(checkReport{
		Name: "c", During: circumstances{lagP99: 1500 * time.Microsecond, host: machine.HostUse{StealPct: .25}},
		Rows: []row{newRow("x", inMS, 1, math.NaN(), 0, math.Inf(1))},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"c","passed":false,"repeated":0,` +
		`"circumstances":{"lag_p99_ms":1.5,"throttled_ms":0,"others_pct":0,"steal_pct":0.25,"pressure_pct":0},` +
		`"rows":[{"what":"x","unit":"ms","expected":1,"measured":null,"tolerance_below":0,"tolerance_above":null,"held":false}]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}
