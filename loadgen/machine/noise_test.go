package machine

import (
	"context"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"
)

func TestSummarizeNoise(t *testing.T) {
	work := func(n int, took time.Duration) []time.Duration { return slices.Repeat([]time.Duration{took}, n) }
	const us = time.Microsecond
	for _, tt := range []struct {
		name                     string
		took                     [][]time.Duration
		spread, disturbed, worst float64
	}{
		{"steady", [][]time.Duration{work(100, 200*us)}, 0, 0, 1},
		// Cores of different speeds are not noise.
		{"two speeds", [][]time.Duration{work(100, 200*us), work(100, 300*us)}, 0, 0, 1},
		{"rare bursts", [][]time.Duration{append(work(95, 200*us), work(5, 800*us)...)}, 0, .05, 4},
		{
			"two levels",
			[][]time.Duration{slices.Concat(work(30, 180*us), work(40, 200*us), work(30, 220*us))},
			(math.Log(1.1) - math.Log(.9)) / 2, 0, 1.1,
		},
		{"one core busy", [][]time.Duration{work(100, 200*us), append(work(60, 200*us), work(40, 600*us)...)}, math.Log(3) / 2, .2, 3},
		{"nothing", [][]time.Duration{nil, {}}, 0, 0, 0},
	} {
		n := summarizeNoise(tt.took)
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
		if !near(n.Spread, tt.spread) || !near(n.Disturbed, tt.disturbed) || !near(n.Worst, tt.worst) {
			t.Errorf("%s: %+v, want spread %v, disturbed %v, worst %v", tt.name, n, tt.spread, tt.disturbed, tt.worst)
		}
	}
}

// Probes run on this machine, whatever it is like.
func TestProbes(t *testing.T) {
	if c := ProbeClock(); c.Cost <= 0 || c.Cost > time.Millisecond || c.Step <= 0 || c.Step > time.Second {
		t.Errorf("clock %+v", c)
	}
	n := ProbeNoise(t.Context(), 20*time.Millisecond)
	if n.Probes < len(usableCores()) || n.Worst < 1 {
		t.Errorf("noise %+v, want a probe on each of %d cores", n, len(usableCores()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n := ProbeNoise(ctx, time.Hour); n.Probes > 0 {
		t.Errorf("cancelled noise probe: %d probes", n.Probes)
	}
}

func TestHostUse(t *testing.T) {
	begin := time.Now()
	from := hostReading{at: begin, busy: 100, steal: 5, total: 1000, ours: 10, pressure: 50}
	for _, tt := range []struct {
		name string
		to   hostReading
		want HostUse
	}{
		// 10 s on 2 cores: busy 8 s, of which 3 s ours; 0.4 s stolen; 1 s of pressure.
		{"others", hostReading{begin.Add(10 * time.Second), 108, 5.4, 1020, 13, 51}, HostUse{25, 2, 10}},
		{"ours alone", hostReading{begin.Add(10 * time.Second), 103, 5, 1020, 13, 50}, HostUse{}},
		// The accounts tick at different instants: never less than nothing.
		{"rounded", hostReading{begin.Add(10 * time.Second), 102.99, 5, 1020, 13, 50}, HostUse{}},
		{"unknown host", hostReading{begin.Add(10 * time.Second), 100, 5, 1000, 13, 50}, HostUse{}},
		{"no time", from, HostUse{}},
	} {
		got := from.until(tt.to, 2)
		if math.Abs(got.OthersPct-tt.want.OthersPct) > 1e-9 || math.Abs(got.StealPct-tt.want.StealPct) > 1e-9 || math.Abs(got.PressurePct-tt.want.PressurePct) > 1e-9 {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// The processes that are named count as ours.
func TestNamedProcessesAreOurs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	for cpuSeconds() < .1 { // enough for the 10 ms of the accounts
	}
	self := cpuSeconds()
	w := WatchHost(os.Getpid()) // twice: as this process, and by its number
	if got := w.begin.ours - childrenCPU(); got < 1.7*self {
		t.Errorf("%.2f s are ours, want twice the %.2f s of this process", got, self)
	}
	if processCPU(-1) != 0 {
		t.Error("a process that is not there has used the CPU")
	}
}

func TestConnectionsPerSecond(t *testing.T) {
	for _, tt := range []struct {
		from, to int
		want     float64
	}{{32768, 60999, 28232. / 60}, {1024, 1083, 1}, {0, 0, 0}, {5, 4, 0}} {
		l := Limits{PortsFrom: tt.from, PortsTo: tt.to}
		if got := l.ConnectionsPerSecond(); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("ports %d to %d: %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
}
