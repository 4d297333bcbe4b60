package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// matches compares what was rendered with a file.
func matches(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update rewrites it:\n%s", path, diff)
	}
}

// golden compares a page with its file in testdata.
func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	matches(t, filepath.Join("testdata", name+".golden"), b.String())
}

func statement(what, unit string, expected, measured, below, above float64, held bool) Statement {
	return Statement{what, unit, results.Number(expected), results.Number(measured), results.Number(below), results.Number(above), held}
}

func TestSelftestPage(t *testing.T) {
	inf := math.Inf(1)
	s := &Selftest{Schema: "mlbench.selftest/1", Seed: 1, Host: results.Host{Cores: 2}, Checks: []Check{
		{Name: "many rows", Repeated: 2, Disturbed: "lag p99 3ms", Rows: []Statement{
			statement("p50", "ms", 2, 2.125, 0, .25, true),
			statement("p99", "ms", 117, 125.5, 5.25, 5.25, false),
			statement("share", "%", 10, math.NaN(), 1, 1, false),
			statement("sent", "requests", 51, 40, inf, 0, true),
			statement("dropped", "requests", 1, 0, 0, inf, false),
			statement("rate", "/s", 1000, 999.96, 1, 1, true),
			statement("ratio", "1", 1, .98, .1, .2, true),
			statement("valid", "yes/no", 0, 1, 0, 0, false),
		}},
		{Name: "not here", Passed: true, Skipped: "no such system"},
		{Name: "disturbed", Disturbed: "steal", Rows: []Statement{statement("less", "requests", 5, 4, 2, 0, true)}},
	}}
	s.Conclude(1500*time.Millisecond, true)
	golden(t, "selftest.text", func(w io.Writer) error {
		if err := SelftestHead(w); err != nil {
			return err
		}
		for i := range s.Checks {
			if err := s.Checks[i].Write(w); err != nil {
				return err
			}
		}
		return s.End(w, Text)
	})
	golden(t, "selftest.json", func(w io.Writer) error { return s.End(w, JSON) })
}

func TestSelftestVerdict(t *testing.T) {
	ok, failed := Check{Name: "one", Passed: true}, Check{Name: "two", Disturbed: "lag p99 3ms"}
	for _, tt := range []struct {
		checks    []Check
		disturbed bool
		passed    bool
		want      string
	}{
		{[]Check{ok, ok}, false, true, "All 2 checks hold"},
		{[]Check{ok, failed}, false, false, "1 of 2 checks FAILED (two): the numbers of mlbench cannot be trusted on this machine. Nothing was seen to disturb it"},
		{[]Check{ok, {Name: "three"}, failed}, true, false, "2 of 3 checks FAILED (three; two): the numbers of mlbench cannot be trusted on this machine right now. It was disturbed"},
		{nil, false, false, "0 of 0 checks FAILED"},
	} {
		s := Selftest{Checks: tt.checks}
		s.Conclude(time.Second, tt.disturbed)
		if s.Passed != tt.passed || !strings.HasPrefix(s.Verdict, tt.want) {
			t.Errorf("passed %v, %q; want %v, %q", s.Passed, s.Verdict, tt.passed, tt.want)
		}
	}
}

// What was not measured, or has no limit, is null: JSON has no other word for it.
func TestSelftestJSON(t *testing.T) {
	b, err := json.Marshal(Check{
		Name: "c", During: Circumstances{LagP99MS: 1.5, StealPct: .25},
		Rows: []Statement{statement("x", "ms", 1, math.NaN(), 0, math.Inf(1), false)},
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

func TestDoctorPage(t *testing.T) {
	d := &Doctor{
		Schema: "mlbench.doctor/1", Noise: "quiet", Facts: map[string]results.Number{"clock_cost_ns": 40, "clock_step_ns": results.Number(math.NaN())},
		Findings: []Finding{
			{Topic: "clock", Grade: "ok", Says: "fine"},
			{"cores", "note", "2 cores (a \x1b[31mname)", "use more"},
			{"files", "BAD", "few", "ulimit -n 65536"},
		},
		Verdict: []string{"One.", "Two."},
	}
	for _, format := range []Format{Text, JSON} {
		golden(t, "doctor."+string(format), func(w io.Writer) error { return d.Write(w, format, Options{}) })
	}
}

func TestCalibrationPage(t *testing.T) {
	// By hand: exp(σ)−1; t of 3 degrees of freedom at 0.5% is 5.841, times √2σ; 3.3σ.
	c := &verdict.Calibration{
		Target: results.Target{Name: "api"}, Host: "linux/amd64, 2 cores", Scenario: results.Scenario{Name: "mix"},
		Model: results.Open, Arrivals: "poisson", RateRPS: 200, Launches: 4, DurationS: 10,
		Spreads: []verdict.Spread{{Class: "total", Metric: "p50", Sigma: 0.01, DF: 3}, {Class: "batch-predict", Metric: "p99", Sigma: 0.1, DF: 3}},
		Unknown: []string{"health p99"},
	}
	left := []string{"x.jsonl is left out: it is invalid"}
	for _, format := range []Format{Text, JSON} {
		golden(t, "calibration."+string(format), func(w io.Writer) error {
			return Calibration(w, format, c, []*results.File{{Path: "1.jsonl"}}, left, "calibration.json")
		})
	}
	c.Launches, c.Spreads, c.Unknown = 12, nil, nil
	var b bytes.Buffer
	if err := Calibration(&b, Text, c, nil, nil, "c.json"); err != nil || !strings.Contains(b.String(), "no limit can be advised") || strings.Contains(b.String(), "!") {
		t.Errorf("without spreads: %v\n%s", err, &b)
	}
}

// M3: what a target sent reaches no terminal by way of a calibration's page.
func TestCalibrationPageIsClean(t *testing.T) {
	c := &verdict.Calibration{Target: results.Target{Name: "a\x1b[2J"}, Scenario: results.Scenario{Name: "s\u202e"}, Launches: 12}
	left := []string{"status (2 times), for example: \x1b]0;PWNED\x07 \u009b2J \u202eevil\nand more"}
	var page strings.Builder
	if err := Calibration(&page, Text, c, nil, left, "c.json"); err != nil {
		t.Fatal(err)
	}
	for _, r := range page.String() {
		if r != '\n' && !unicode.IsGraphic(r) {
			t.Errorf("%U is in\n%q", r, page.String())
		}
	}
	if !strings.Contains(page.String(), "! status (2 times), for example: ]0;PWNED 2J evil and more\n") {
		t.Errorf("%q", page.String())
	}
}

// Setup, a request whose answer is cut, one that nothing answered, and a step that
// was not sent; what a target chose commands no terminal.
func TestExchangePage(t *testing.T) {
	long := strings.Repeat("x", MostBody+10)
	all := []Exchange{
		{Name: "setup warm", Request: []byte("GET /health HTTP/1.1\r\nX-Team: [redacted]\r\n\r\n"), Status: 200, Took: 1234567, Head: []byte("HTTP/1.1 200 OK\r\nX-Hostile: \x1b[31m"), Body: []byte("{}\n")},
		{Name: "large", Request: []byte("POST / HTTP/1.1\r\n\r\n" + long), Status: 404, Took: 9876543, Wrong: "status 404, want 200 to 299", Head: []byte("HTTP/1.1 404 Not Found"), Body: []byte("lost"), Size: 10000},
		{Name: "away", Request: []byte("GET /away HTTP/1.1\r\n\r\n"), Failed: errors.New("certificate is valid for \x1b[31mevil")},
		{Name: "next", Skipped: true},
	}
	golden(t, "exchanges.text", func(w io.Writer) error {
		for i := range all {
			if err := all[i].Write(w); err != nil {
				return err
			}
		}
		return nil
	})
}
