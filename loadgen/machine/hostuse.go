package machine

import (
	"runtime"
	"time"
)

// HostUse is what happened on this machine besides the measurement.
type HostUse struct {
	// OthersPct is the share of all cores' time that other processes used.
	OthersPct float64
	// StealPct is the share that other guests of the same host took.
	StealPct float64
	// PressurePct is the share of time in which some task waited for a core, the
	// measurement's own tasks included.
	PressurePct float64
}

// HostWatch watches the host from WatchHost until Read. Where the system does
// not tell, all is zero.
type HostWatch struct {
	pids  []int
	begin hostReading
}

type hostReading struct {
	at                 time.Time
	busy, steal, total float64 // CPU seconds of all cores
	ours, pressure     float64 // seconds
}

// WatchHost begins watching. The processes pids belong to the measurement, as
// this one and its children that end meanwhile do; they must live until Read.
func WatchHost(pids ...int) *HostWatch {
	w := &HostWatch{pids: pids}
	w.begin = w.now()
	return w
}

func (w *HostWatch) now() hostReading {
	r := hostReading{at: time.Now(), ours: cpuSeconds() + childrenCPU(), pressure: cpuPressure()}
	r.busy, r.steal, r.total = hostCPU()
	for _, pid := range w.pids {
		r.ours += processCPU(pid)
	}
	return r
}

// Read says what happened since the watch began.
func (w *HostWatch) Read() HostUse {
	return w.begin.until(w.now(), runtime.NumCPU())
}

func (from hostReading) until(to hostReading, cores int) HostUse {
	var u HostUse
	if d := to.at.Sub(from.at).Seconds(); d > 0 {
		u.PressurePct = 100 * (to.pressure - from.pressure) / d
		if to.total > from.total {
			others := (to.busy - from.busy) - (to.ours - from.ours)
			u.OthersPct = max(0, 100*others/(d*float64(cores)))
		}
	}
	if d := to.total - from.total; d > 0 {
		u.StealPct = 100 * (to.steal - from.steal) / d
	}
	return u
}
