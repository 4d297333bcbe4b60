package verdict

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mlbench/mlbench/results"
)

func TestCalibrate(t *testing.T) {
	runs := savedRuns("legacy", 8, 1, 0.05)
	c, err := Calibrate(runs, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range c.Spreads {
		names = append(names, s.Class+" "+s.Metric)
		if s.DF != 7 || !(s.Sigma > 0.02 && s.Sigma < 0.1) {
			t.Errorf("%+v of a luck of 0.05", s)
		}
	}
	if diff := cmp.Diff([]string{"total p50", "total p90", "total p99", "predict p50", "predict p90", "predict p99", "health p50", "health p90", "health p99"}, names); diff != "" {
		t.Errorf("metrics:\n%s", diff)
	}
	// By hand, of 10, 12 and 15: mean of ln 2.4985, deviations −0.1959, −0.0136, 0.2096.
	if s := spreadOfLogs([]float64{10, 12, 15}); math.Abs(s-0.2031) > 1e-4 {
		t.Errorf("spread %v, want 0.2031", s)
	}
	if l := (Spread{Sigma: 0.01}).Limit(); math.Abs(l-0.0336) > 1e-4 {
		t.Errorf("advised limit %v, want 3.36%%", l)
	}

	path := filepath.Join(t.TempDir(), "c.json")
	b, err := c.Encode()
	if err == nil {
		err = os.WriteFile(path, b, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadCalibration(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("read is not what was written (-want +got):\n%s", diff)
	}

	if _, err := Calibrate(runs[:1], DefaultLimits()); err == nil || !strings.Contains(err.Error(), "at least 2 runs, not 1") {
		t.Errorf("of one run: %v", err)
	}
	if _, err := Calibrate([]*results.File{runs[0], runs[0]}, DefaultLimits()); !errors.Is(err, errNotComparable) {
		t.Errorf("of a run twice: %v", err)
	}
	runs[3].Header.Host.Kernel = "7"
	if _, err := Calibrate(runs, DefaultLimits()); err == nil || !strings.Contains(err.Error(), "legacy4.jsonl is of another host (linux/amd64, 2 cores, kernel 7)") {
		t.Errorf("of two hosts: %v", err)
	}
}

func TestReadCalibrationRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct{ in, want string }{
		"text":    {"hello", "not a readable calibration: invalid character"},
		"empty":   {"", "not a readable calibration: unexpected end"},
		"schema":  {`{"schema":"mlbench.run/1"}`, `its schema is "mlbench.run/1"`},
		"newer":   {`{"schema":"mlbench.calibration/2"}`, `its schema is "mlbench.calibration/2", this version of mlbench reads mlbench.calibration/1`},
		"sigma":   {`{"schema":"mlbench.calibration/1","spreads":[{"class":"total","metric":"p50","sigma":0,"df":5}]}`, "sigma 0 with 5 degrees"},
		"freedom": {`{"schema":"mlbench.calibration/1","spreads":[{"class":"total","metric":"p50","sigma":0.1}]}`, "sigma 0.1 with 0 degrees"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(tt.in), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCalibration(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
	}
	if _, err := ReadCalibration(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}
