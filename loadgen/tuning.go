package loadgen

import (
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/mlbench/mlbench/results"
)

// tuned is what Tune has changed of the process, and for how many.
var tuned struct {
	mu          sync.Mutex
	users, open int
	gcPercent   int // before
}

// Shares of the heap, in percent, by which it may grow before garbage is collected:
// ours, and Go's.
const gcPercent, usualGCPercent = 50, 100

// Tune sets the process up for load of the model, until undo is called: whoever
// measures calls it, around all of its generators. It may be nested.
//
// Memory is kept flat however long a run is. The engine makes garbage when it hands
// out a slice, once a second: collecting it twice as often (unless GOGC says otherwise)
// costs next to nothing, and saves the room that the heap else takes before it is.
//
// For the open model the pacing thread, which never yields its scheduler slot while
// a phase runs, has one of its own (GOMAXPROCS) beside those of the readers.
func Tune(model results.Model) (undo func()) {
	t := &tuned
	t.mu.Lock()
	defer t.mu.Unlock()
	isOpen := model == results.Open
	if t.users++; t.users == 1 {
		if t.gcPercent = debug.SetGCPercent(gcPercent); t.gcPercent != usualGCPercent {
			debug.SetGCPercent(t.gcPercent)
		}
	}
	if isOpen {
		if t.open++; t.open == 1 {
			runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
		}
	}
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.users--; t.users == 0 {
			debug.SetGCPercent(t.gcPercent)
		}
		if isOpen {
			if t.open--; t.open == 0 {
				runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) - 1)
			}
		}
	})
}
