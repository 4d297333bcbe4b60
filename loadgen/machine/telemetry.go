package machine

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Meter reads what the generator and its host did between two readings.
type Meter struct {
	at                                time.Time
	cpu, busy, steal, total, pressure float64
	runDelay                          float64
	limits                            *cpuLimits
	pauses                            []uint64
}

const gcPauses = "/sched/pauses/total/gc:seconds"

// NewMeter begins with a first reading.
func NewMeter() *Meter {
	m := &Meter{limits: newCPULimits(system())}
	m.Read()
	return m
}

// Read returns the telemetry since the last reading.
func (m *Meter) Read() *results.Telemetry {
	now := time.Now()
	cpu, pressure, runDelay := cpuSeconds(), cpuPressure(), runDelaySeconds()
	throttled, throttledPct := m.limits.throttled()
	busy, steal, total := hostCPU()
	t := &results.Telemetry{
		CPUSeconds:   cpu - m.cpu,
		GCPauseMaxMS: m.gcPause(),
		ThrottledMS:  throttled,
		ThrottledPct: throttledPct,
		RunDelayS:    max(0, runDelay-m.runDelay), // threads that ended take theirs along
	}
	if d := now.Sub(m.at).Seconds(); d > 0 {
		t.SpanS = d
		t.PressurePct = 100 * (pressure - m.pressure) / d
	}
	if d := total - m.total; d > 0 {
		t.HostCPUPct = 100 * (busy - m.busy) / d
		t.StealPct = 100 * (steal - m.steal) / d
	}
	m.runDelay = runDelay
	m.at, m.cpu, m.busy, m.steal, m.total, m.pressure = now, cpu, busy, steal, total, pressure
	return t
}

// gcPause is the longest garbage-collection pause since the last reading, in
// milliseconds, rounded up to its bucket.
func (m *Meter) gcPause() float64 {
	sample := []metrics.Sample{{Name: gcPauses}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return 0
	}
	h := sample[0].Value.Float64Histogram()
	longest := 0.0
	for i, n := range h.Counts {
		if i < len(m.pauses) && n > m.pauses[i] && !math.IsInf(h.Buckets[i+1], 0) {
			longest = h.Buckets[i+1]
		}
	}
	m.pauses = append(m.pauses[:0], h.Counts...)
	return longest * 1e3
}

// Host describes the machine this process runs on.
func Host() results.Host {
	kernel, cpu, memory := hostNames()
	return results.Host{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Kernel: kernel, CPU: cpu,
		Cores: runtime.NumCPU(), CPULimit: newCPULimits(system()).cores(), MemoryMB: memory, Boot: boot(),
		Go: runtime.Version(), GOMAXPROCS: runtime.GOMAXPROCS(0),
	}
}
