package machine

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Clock is what reading the clock costs and how finely it tells time.
type Clock struct {
	Cost time.Duration // of one reading
	Step time.Duration // smallest difference of two readings
}

// ProbeClock measures the clock in about 10 ms. The cheapest of several rounds
// counts: whatever else ran only made the others dearer.
func ProbeClock() Clock {
	const rounds, readings = 20, 10_000
	c := Clock{Cost: math.MaxInt64, Step: math.MaxInt64}
	for range rounds {
		begin := time.Now()
		last := begin
		for range readings {
			now := time.Now()
			if step := now.Sub(last); step > 0 {
				c.Step = min(c.Step, step)
			}
			last = now
		}
		c.Cost = min(c.Cost, last.Sub(begin)/readings)
	}
	return c
}

// Noise is how steadily this machine runs one and the same piece of work.
type Noise struct {
	Probes int
	// Spread is the standard deviation of the logarithm of the time that the
	// work took, from its 16th and 84th percentile: 0.05 is about 5%.
	Spread float64
	// Disturbed is the share of probes that took slowProbe times the median or
	// longer: something else had the core.
	Disturbed float64
	Worst     float64 // the slowest probe, as a multiple of the median
	Host      HostUse // meanwhile
}

const (
	spinWork   = 200 * time.Microsecond // of one probe, on an undisturbed core
	spinPause  = 5 * time.Millisecond   // between probes: 4% of the core
	slowProbe  = 1.3
	probeCores = 8 // at most
)

// ProbeNoise repeats a fixed piece of work on every core for d.
func ProbeNoise(ctx context.Context, d time.Duration) Noise {
	loops := calibrateSpin()
	watch := WatchHost()
	cores := usableCores()
	if len(cores) > probeCores {
		cores = cores[:probeCores]
	}
	took := make([][]time.Duration, len(cores))
	var all sync.WaitGroup
	for i, core := range cores {
		all.Go(func() {
			// Never unlocked: the thread, bound to one core, ends here.
			runtime.LockOSThread()
			bindTo(core)
			for begin := time.Now(); time.Since(begin) < d && ctx.Err() == nil; time.Sleep(spinPause) {
				took[i] = append(took[i], spin(loops))
			}
		})
	}
	all.Wait()
	n := summarizeNoise(took)
	n.Host = watch.Read()
	return n
}

// summarizeNoise compares each probe with the median of its own core: cores may
// differ in speed without being noisy.
func summarizeNoise(took [][]time.Duration) Noise {
	var n Noise
	var logs []float64
	for _, core := range took {
		if len(core) == 0 {
			continue
		}
		sorted := slices.Clone(core)
		slices.Sort(sorted)
		median := float64(sorted[len(sorted)/2])
		for _, d := range core {
			ratio := float64(d) / median
			logs = append(logs, math.Log(ratio))
			n.Worst = max(n.Worst, ratio)
			if ratio >= slowProbe {
				n.Disturbed++
			}
		}
	}
	n.Probes = len(logs)
	if n.Probes == 0 {
		return n
	}
	n.Disturbed /= float64(n.Probes)
	slices.Sort(logs)
	at := func(q float64) float64 { return logs[int(q*float64(len(logs)-1))] }
	n.Spread = (at(0.84) - at(0.16)) / 2
	return n
}

// calibrateSpin is the number of loops that take spinWork on an undisturbed core.
func calibrateSpin() int {
	const loops = 100_000
	best := time.Duration(math.MaxInt64)
	for range 20 {
		best = min(best, spin(loops))
	}
	return max(1, int(float64(loops)*float64(spinWork)/float64(max(best, 1))))
}

// spin does a fixed piece of work, one dependent step after the other, and says
// how long it took.
func spin(loops int) time.Duration {
	begin := time.Now()
	x := uint64(begin.UnixNano()) | 1
	for range loops {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	took := time.Since(begin)
	if x == 0 { // never: keeps the compiler from dropping the work
		return 0
	}
	return took
}
