package machine

import (
	"sync"
	"time"

	"github.com/mlbench/mlbench/results"
)

// TreeUse measures what a process and its descendants use while they are
// loaded: the processes of a managed target.
//
// CPU time is that of every living process of the tree, and of the ended ones
// that their parents have waited for. What a process left behind that was not
// waited for, or that left the tree (a daemon), is not seen. Memory is the sum
// of what is resident, as it is when a slice begins and ends: pages that
// processes share count in each of them, and what comes and goes in between is
// not seen.
type TreeUse struct {
	pid int

	mu     sync.Mutex
	pids   []int // the tree, when it was last looked for
	cpu    float64
	memory int64 // bytes
	marked bool
	late   time.Duration // by so much the mark came too late
	timer  *time.Timer
}

// NewTreeUse is of the process pid and its descendants: see Watchable.
func NewTreeUse(pid int) *TreeUse { return &TreeUse{pid: pid} }

// Begin looks for the tree, and counts from after on. Looking takes longer than
// reading, so it is done before the load.
func (u *TreeUse) Begin(after time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.marked, u.late = false, 0
	u.pids = processTree(u.pid)
	if after <= 0 {
		u.mark()
		return
	}
	due := time.Now().Add(after)
	u.timer = time.AfterFunc(after, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.mark()
		u.late = time.Since(due)
	})
}

// mark is where counting starts.
func (u *TreeUse) mark() {
	u.cpu, u.memory, u.marked = u.read()
}

// read is the tree's CPU seconds so far and its memory. A process that ends
// meanwhile hands its time to its parent: then all is read again.
func (u *TreeUse) read() (cpu float64, memory int64, ok bool) {
	const tries = 3
	for range tries {
		if cpu, memory, ok = usedBy(u.pids); ok {
			break
		}
		if u.pids = processTree(u.pid); len(u.pids) == 0 {
			return 0, 0, false
		}
	}
	return cpu, memory, true
}

// mostLate is the share of a slice by which its mark may be late: what was used
// until then is missing.
const mostLate = 0.1

// Cut is what was used since the last Cut, or since Begin, for a slice of the
// given length; nil if the process has gone, or the mark came too late or never.
func (u *TreeUse) Cut(slice time.Duration) *results.TargetUse {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.timer != nil {
		u.timer.Stop()
	}
	before, memory := u.cpu, u.memory
	known := u.marked && u.late <= time.Duration(mostLate*float64(slice))
	u.late = 0
	u.pids = processTree(u.pid)
	if u.marked = len(u.pids) > 0; !u.marked {
		return nil
	}
	if u.mark(); !known || !u.marked {
		return nil
	}
	return &results.TargetUse{CPUSeconds: max(0, u.cpu-before), PeakRSSMB: float64(max(memory, u.memory)) / 1e6}
}
