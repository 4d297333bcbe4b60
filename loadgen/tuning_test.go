package loadgen

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/mlbench/mlbench/results"
)

func TestMain(m *testing.M) {
	undo := Tune(results.Open)
	code := m.Run()
	undo()
	os.Exit(code)
}

// What measuring changes of the process is as before when it has ended, however
// many measure.
func TestTuningIsUndone(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(usualGCPercent))
	users, pacing, extra := tuned.users, tuned.pacing, tuned.extra
	tuned.users, tuned.pacing, tuned.extra = 0, nil, 0
	defer func() { tuned.users, tuned.pacing, tuned.extra = users, pacing, extra }()
	state := func() [2]int {
		percent := debug.SetGCPercent(1)
		debug.SetGCPercent(percent)
		return [2]int{runtime.GOMAXPROCS(0), percent}
	}
	before := state()
	first := Tune(results.Open)
	during := state()
	second, third := Tune(results.Closed), Tune(results.Open)
	if during != [2]int{before[0] + 1, 50} || state() != during {
		t.Errorf("%v before, %v of one, %v of three", before, during, state())
	}
	first()
	first() // again is harmless
	third()
	if got := state(); got != [2]int{before[0], 50} {
		t.Errorf("%v with a closed model left", got)
	}
	second()
	if state() != before {
		t.Errorf("%v afterwards, was %v", state(), before)
	}
	several := Tune(results.Open, results.Closed, results.Open)
	one := Tune(results.Open)
	if got := state(); got != [2]int{before[0] + 2, 50} {
		t.Errorf("%v of two loads that are paced, and one", got)
	}
	if several(); state() != during {
		t.Errorf("%v with one of them left", state())
	}
	one()
	debug.SetGCPercent(70) // as GOGC=70 has it
	undo := Tune(results.Closed)
	if got := state(); got != [2]int{before[0], 70} {
		t.Errorf("%v while measuring, though 70 percent were asked for", got)
	}
	if undo(); state() != [2]int{before[0], 70} {
		t.Errorf("%v afterwards, was 70", state())
	}
}
