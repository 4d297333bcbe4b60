package selftest

import (
	"math"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/results/summary"
)

// ourselves is mlbench as it is now.
func ourselves(t *testing.T) probe.Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mlbench")
	if out, err := exec.Command("go", "build", "-o", path, "../../mlbench").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return probe.Program{Path: path, Name: "mlbench"}
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

func TestReadStopped(t *testing.T) {
	s, err := readStopped([]byte(`{"valid":false,"warning_codes":[{"code":"late_generator","invalid":true}],"latency_ms":{"response":{"p99":304},"lag":{"max":301.5},"service":{"p99":7}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := stopped{warnings: []summary.Code{summary.LateGenerator}, lagMax: 301.5, responseP99: 304, serviceP99: 7}
	if diff := cmp.Diff(want, *s, cmp.AllowUnexported(stopped{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, report := range []string{``, `{}`, `{"warnings":[]}`} {
		if _, err := readStopped([]byte(report)); err == nil {
			t.Errorf("%q was accepted", report)
		}
	}
}
