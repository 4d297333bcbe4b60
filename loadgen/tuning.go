package loadgen

import (
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/mlbench/mlbench/results"
)

// tuned is what Tune has changed of the process, and for how many.
var tuned struct {
	mu        sync.Mutex
	users     int
	pacing    []int // threads that each of them has
	extra     int   // scheduler slots for those
	gcPercent int   // before
}

// Shares of the heap, in percent, by which it may grow before garbage is collected:
// ours, and Go's.
const gcPercent, usualGCPercent = 50, 100

// Tune sets the process up for loads of these models at the same time, until undo is
// called: whoever measures calls it, around all of its generators. It may be nested.
//
// Memory is kept flat however long a run is. The engine makes garbage when it hands
// out a slice, once a second: collecting it twice as often (unless GOGC says otherwise)
// costs next to nothing, and saves the room that the heap else takes before it is.
//
// For the open model the pacing thread, which never yields its scheduler slot while
// a phase runs, has one of its own (GOMAXPROCS) beside those of the readers.
func Tune(models ...results.Model) (undo func()) {
	t := &tuned
	t.mu.Lock()
	defer t.mu.Unlock()
	pacing := 0
	for _, m := range models {
		if m == results.Open {
			pacing++
		}
	}
	if t.users++; t.users == 1 {
		if t.gcPercent = debug.SetGCPercent(gcPercent); t.gcPercent != usualGCPercent {
			debug.SetGCPercent(t.gcPercent)
		}
	}
	t.pacing = append(t.pacing, pacing)
	setSlots()
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.users--; t.users == 0 {
			debug.SetGCPercent(t.gcPercent)
		}
		at := slices.Index(t.pacing, pacing)
		t.pacing = slices.Delete(t.pacing, at, at+1)
		setSlots()
	})
}

// setSlots has as many as the user with the most pacing threads needs.
func setSlots() {
	most := 0
	for _, n := range tuned.pacing {
		most = max(most, n)
	}
	if most != tuned.extra {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + most - tuned.extra)
		tuned.extra = most
	}
}
