package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// stagedRun breaks in the second of its stages.
func stagedRun() *summary.Run {
	f := file(results.Open, mixClasses[:1]...)
	f.Header.Scenario.Name, f.Header.Arrivals, f.Header.Shape = "ramp", "poisson", "steps(2s:50, 2s:200)"
	for i, hi := range []float64{5, 6, 90, 400} {
		s := measured(results.ArmA, 0, 1, map[string]*results.ClassData{"predict": class(50+150*(i/2), 0.5, hi)})
		s.StartS, s.Stage, s.RateRPS, s.InFlightMax = float64(i), 1+i/2, float64(50+150*(i/2)), int64(hi)
		f.Slices = append(f.Slices, s)
	}
	return summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
}

// detailedRun has answers of two kinds.
func detailedRun() *summary.Run {
	f := file(results.Closed, mixClasses[:1]...)
	d := class(900, 1, 2)
	d.Add(class(100, 40, 50))
	d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag], d.BytesIn, d.BytesOut, d.Clocks[results.ClockFirstByte] = nil, nil, 1234567, 98765, spread(1000, 0.8, 1.8)
	s := measured(results.ArmA, 0, 10, map[string]*results.ClassData{"predict": d})
	s.Connections = results.Connections{Opened: 8, Clocks: map[string]*stats.Histogram{results.ClockDial: spread(8, 0.1, 0.2)}}
	f.Slices = append(f.Slices, s)
	sum := summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	sum.Details = sum.Detail()
	return sum
}

// P20: the distribution, what went over the wire, and what connecting took.
func TestDetailsShowWhatTheFileHas(t *testing.T) {
	page := render(t, "detailed", Text, Options{})
	for _, want := range []string{
		"sent         98.8 kB (9.88 kB/s)\n", "received     1.23 MB (123 kB/s)\n", "connections  8 opened while measuring\n",
		"to the first byte", "connecting (DNS, TCP)", "\n1 to 1.5 ", strings.Repeat("█", longestBar) + "\n", "\n30 to 50                100  10.00%  ███████\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, "TLS") {
		t.Errorf("a handshake that was not:\n%s", page)
	}
	var all, slow int64
	for _, b := range detailedRun().Details.Histogram {
		if all += b.Requests; b.FromMS >= 30 {
			slow += b.Requests
		}
		if b.ToMS <= b.FromMS || b.ToMS > 2*b.FromMS {
			t.Errorf("a bin of %v to %v ms", b.FromMS, b.ToMS)
		}
	}
	if all != 1000 || slow != 100 {
		t.Errorf("%d requests in the bins, %d of them slow", all, slow)
	}
	var b bytes.Buffer
	if err := Run(&b, JSON, openRun(), Options{}); err != nil || strings.Contains(b.String(), "histogram") {
		t.Errorf("details that nobody asked for, %v", err)
	}
}

// A9: a staged load says at which rate it broke.
func TestStagesHaveTheirFigures(t *testing.T) {
	page := render(t, "staged", Text, Options{})
	if !strings.Contains(page, "by stage") || !strings.Contains(page, "\n    1      0.0     2.0        50.0") || !strings.Contains(page, "\n    2      2.0     2.0       200.0") {
		t.Errorf("stages are missing:\n%s", page)
	}
	var doc struct{ Stages []struct{ Stage int } }
	if err := json.Unmarshal([]byte(render(t, "staged", JSON, Options{})), &doc); err != nil || len(doc.Stages) != 2 {
		t.Errorf("%+v, %v", doc, err)
	}
}
