package loadgen

import (
	"os"
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

// Tune sets the process up for load of the model, until undo is called: whoever
// measures calls it, around all of its generators. It may be nested.
//
// Memory is kept flat however long a run is. The engine makes garbage when it hands
// out a slice, once a second: collecting it twice as often (unless GOGC is set)
// costs next to nothing, and saves the room that the heap else takes before it is.
//
// For the open model the pacing thread, which never yields its scheduler slot while
// a phase runs, has one of its own (GOMAXPROCS) beside those of the readers.
func Tune(model results.Model) (undo func()) {
	t := &tuned
	t.mu.Lock()
	defer t.mu.Unlock()
	isOpen := model == results.Open
	if t.users++; t.users == 1 && os.Getenv("GOGC") == "" {
		t.gcPercent = debug.SetGCPercent(50)
	}
	if isOpen {
		if t.open++; t.open == 1 {
			runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
		}
	}
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.users--; t.users == 0 && os.Getenv("GOGC") == "" {
			debug.SetGCPercent(t.gcPercent)
		}
		if isOpen {
			if t.open--; t.open == 0 {
				runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) - 1)
			}
		}
	})
}
