package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/selftest"
	"github.com/mlbench/mlbench/report"
)

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

// A check that does not hold is exit 5, and said in both forms; of one that could
// not be made there is no half a document.
func TestSelftestExitCode(t *testing.T) {
	for _, passed := range []bool{true, false} {
		for _, format := range []string{"text", "json"} {
			var out bytes.Buffer
			o := &selftestOptions{format: format, quiet: true, Streams: cli.Streams{Out: &out, Err: &out}}
			o.run = func(_ context.Context, o selftest.Options) (*report.Selftest, error) {
				rep := &report.Selftest{Checks: []report.Check{{Name: "a", Passed: true}, {Name: "b", Passed: passed}}}
				for i := range rep.Checks {
					if o.Shown != nil {
						_ = o.Shown(&rep.Checks[i])
					}
				}
				rep.Conclude(time.Second, false)
				return rep, nil
			}
			code, _ := cli.OutcomeOf(t.Context(), selfTest(t.Context(), o))
			want, says := cli.Outcome(cli.ExitOK), "All 2 checks hold"
			if !passed {
				want, says = cli.ExitInvalid, "1 of 2 checks FAILED (b)"
			}
			if code != want || !strings.Contains(out.String(), says) || format == "text" && !strings.Contains(out.String(), "\na\nb\n") {
				t.Errorf("%s: exit %d, want %d and %q in:\n%s", format, code, want, says, &out)
			}
			if format == "json" && !json.Valid(out.Bytes()) {
				t.Errorf("no JSON: %s", &out)
			}
			out.Reset()
			o.run = func(context.Context, selftest.Options) (*report.Selftest, error) { return nil, errors.New("no server") }
			if code, says := cli.OutcomeOf(t.Context(), selfTest(t.Context(), o)); code != cli.ExitFailure || says != "no server" || format == "json" && out.Len() > 0 {
				t.Errorf("%s: exit %d, %q, and on stdout %s", format, code, says, &out)
			}
		}
	}
}
