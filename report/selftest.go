package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Selftest is everything the self-test says, and as JSON mlbench.selftest/1.
type Selftest struct {
	Schema   string         `json:"schema"`
	Passed   bool           `json:"passed"`
	Verdict  string         `json:"verdict"`
	Thorough bool           `json:"thorough"`
	Seed     uint64         `json:"seed"`
	Seconds  results.Number `json:"seconds"`
	Host     results.Host   `json:"host"`
	Checks   []Check        `json:"checks"`
}

// Check is what one check came to.
type Check struct {
	Name     string `json:"name"`
	Passed   bool   `json:"passed"`
	Repeated int    `json:"repeated"` // 0 to 2 times
	// Disturbed says what was wrong with the machine when the check failed, at
	// first or for good.
	Disturbed string        `json:"disturbed,omitempty"`
	Skipped   string        `json:"skipped,omitempty"` // why it was not made
	During    Circumstances `json:"circumstances"`     // of the last go
	Rows      []Statement   `json:"rows"`
}

// Circumstances are what the generator and its host were like during a check.
type Circumstances struct {
	LagP99MS    results.Number `json:"lag_p99_ms"`
	ThrottledMS results.Number `json:"throttled_ms"`
	OthersPct   results.Number `json:"others_pct"`
	StealPct    results.Number `json:"steal_pct"`
	PressurePct results.Number `json:"pressure_pct"`
}

// Statement is what had to be measured, what was, and how far apart the two may
// be.
type Statement struct {
	What     string         `json:"what"`
	Unit     string         `json:"unit"` // ms, %, /s, requests, 1, or yes/no (1 and 0)
	Expected results.Number `json:"expected"`
	Measured results.Number `json:"measured"`
	Below    results.Number `json:"tolerance_below"`
	Above    results.Number `json:"tolerance_above"`
	Held     bool           `json:"held"`
}

// Conclude draws the verdict; disturbed says that the machine was during a check
// that failed.
func (s *Selftest) Conclude(took time.Duration, disturbed bool) {
	var failed []string
	for _, c := range s.Checks {
		if !c.Passed {
			failed = append(failed, c.Name)
		}
	}
	s.Seconds, s.Passed = results.Number(took.Seconds()), len(failed) == 0 && len(s.Checks) > 0
	if s.Passed {
		s.Verdict = fmt.Sprintf("All %d checks hold: mlbench measures correctly on this machine (%.0f s, seed %d).", len(s.Checks), took.Seconds(), s.Seed)
		return
	}
	now, advice := "", "Nothing was seen to disturb it: please report this, with --format json."
	if disturbed {
		now, advice = " right now", "It was disturbed: end what else runs, and repeat; 'mlbench doctor' says more."
	}
	s.Verdict = fmt.Sprintf("%d of %d checks FAILED (%s): the numbers of mlbench cannot be trusted on this machine%s. %s",
		len(failed), len(s.Checks), strings.Join(failed, "; "), now, advice)
}

// Columns of the self-test have fixed widths: its checks are shown one by one, as
// they end.
const statementRow = "%-46s %11s %11s %13s"

// SelftestHead is the head of the columns.
func SelftestHead(w io.Writer) error {
	_, err := fmt.Fprintf(w, statementRow+"\n", "", "expected", "measured", "tolerance")
	return err
}

// Write shows the check as text.
func (c *Check) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, c.Name)
	if c.Skipped != "" {
		fmt.Fprintln(&b, "  not checked:", c.Skipped)
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		outcome := "FAILED"
		if r.Held {
			outcome = "ok"
		}
		fmt.Fprintf(&b, statementRow+"  %s\n", "  "+r.What, r.format(r.Expected), r.format(r.Measured), r.tolerance(), outcome)
	}
	switch {
	case c.Repeated > 0:
		times := [...]string{"once", "twice"}[c.Repeated-1]
		fmt.Fprintf(&b, "  repeated %s: the machine was disturbed (%s)\n", times, c.Disturbed)
	case c.Disturbed != "":
		fmt.Fprintf(&b, "  the machine was disturbed (%s)\n", c.Disturbed)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// End writes what the checks leave to say: as text the verdict, as JSON all.
func (s *Selftest) End(w io.Writer, format Format) error {
	if format == JSON {
		return writeJSON(w, JSON, s)
	}
	_, err := fmt.Fprintf(w, "\n%s\n", s.Verdict)
	return err
}

// format is a value of the statement.
func (r *Statement) format(v results.Number) string {
	switch {
	case math.IsNaN(float64(v)):
		return "none"
	case r.Unit == "yes/no" && v == 1:
		return "yes"
	case r.Unit == "yes/no":
		return "no"
	case r.Unit == "requests":
		return fmt.Sprintf("%.0f", float64(v))
	case r.Unit == "1":
		return fmt.Sprintf("%.4g", float64(v))
	case r.Unit == "%":
		return fmt.Sprintf("%.2f%%", float64(v))
	case r.Unit == "/s":
		return fmt.Sprintf("%.1f/s", float64(v))
	}
	return fmt.Sprintf("%.2f ms", float64(v))
}

func (r *Statement) tolerance() string {
	above, below := r.format(r.Above), r.format(r.Below)
	switch {
	case r.Above == 0 && r.Below == 0:
		return "exact"
	case math.IsInf(float64(r.Above), 1):
		return "at least"
	case math.IsInf(float64(r.Below), 1):
		return "at most"
	case r.Below == r.Above:
		return "±" + above
	case r.Below == 0:
		return "+" + above
	case r.Above == 0:
		return "-" + below
	}
	return "-" + below + " +" + above
}
