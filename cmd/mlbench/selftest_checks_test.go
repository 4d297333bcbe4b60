package main

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// ourselves is this test binary, acting as mlbench when it is called so.
func ourselves(t *testing.T) program {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program{path: path, name: "mlbench"}
}

// Every check that is short, on real servers in their own processes. What
// depends on how steady this machine is may fail here; what is counted may not.
func TestShortChecks(t *testing.T) {
	ran := 0
	for _, c := range (checklist{ourselves(t), 1, false}).all() {
		if c.takes >= 2*time.Second {
			continue
		}
		ran++
		t.Run(c.name, func(t *testing.T) {
			a, err := c.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(a.rows) == 0 {
				t.Error("nothing was judged")
			}
			for _, r := range a.rows {
				if math.IsNaN(float64(r.Measured)) || r.Unit == inCount && !r.Held {
					t.Errorf("%s: measured %v, expected %v", r.What, r.Measured, r.Expected)
				}
			}
		})
	}
	if ran < 4 {
		t.Errorf("%d checks are short, want the mix, timeouts, drops and refusals at least", ran)
	}
}

// A generator that is stopped in mid-run must say so, whatever the machine is like.
func TestStoppedGeneratorIsInvalid(t *testing.T) {
	if !canStop {
		t.Skip("this system cannot stop a process for a while")
	}
	a, err := (checklist{ourselves(t), 1, false}).stop(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	judged := map[string]bool{}
	for _, r := range a.rows {
		judged[r.What] = r.Held
	}
	for _, what := range []string{"exit code", "the run is called valid", "the generator is named as the reason"} {
		if !judged[what] {
			t.Errorf("%s does not hold: %+v", what, a.rows)
		}
	}
}

func TestSentInstants(t *testing.T) {
	raw := `{"timestamp":"2026-01-02T03:04:05.000200000Z","lag":50000}
{"timestamp":"2026-01-02T03:04:05.000000000Z","lag":100000}
`
	sent, err := sentInstants(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	// 100 µs and 250 µs, in the order of sending and since the first.
	if diff := cmp.Diff([]time.Duration{0, 150 * time.Microsecond}, sent); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := sentInstants(strings.NewReader(raw + "{")); err == nil {
		t.Error("cut-off results were accepted")
	}
	if sent, err := sentInstants(strings.NewReader("")); err != nil || len(sent) != 0 {
		t.Errorf("of nothing: %v, %v", sent, err)
	}
}

func TestReadStopped(t *testing.T) {
	s, err := readStopped([]byte(`{"valid":false,"warning_codes":[{"code":"late_generator","invalid":true}],"latency_ms":{"response":{"p99":304},"lag":{"max":301.5},"service":{"p99":7}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := stopped{warnings: []results.Code{results.LateGenerator}, lagMax: 301.5, responseP99: 304, serviceP99: 7}
	if diff := cmp.Diff(want, *s, cmp.AllowUnexported(stopped{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, report := range []string{``, `{}`, `{"warnings":[]}`} {
		if _, err := readStopped([]byte(report)); err == nil {
			t.Errorf("%q was accepted", report)
		}
	}
}
