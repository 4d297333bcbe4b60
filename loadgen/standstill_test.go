package loadgen

import (
	"strings"
	"testing"
	"time"
)

// A watchdog's tick that is late by far is the generator's standstill, in either
// load model: the slice it falls in is left out, and so is the one in which what was
// in flight is read.
func TestStandstillLeavesOutItsSlices(t *testing.T) {
	const ms = time.Millisecond
	var s standstill
	at := time.Duration(0)
	ticks := func(until time.Duration) {
		for ; at <= until; at += watchEvery {
			s.tick(at)
		}
		at -= watchEvery
	}
	cut := func(begin, now time.Duration) (longest time.Duration, why string) {
		longest, _, why = s.cut(begin, now)
		return longest, why
	}
	ticks(500 * ms)
	if longest, why := cut(0, 500*ms); longest >= lateTick || why != "" {
		t.Errorf("punctual: %s, %q", longest, why)
	}
	at += 40 * ms // a hiccup: told, and no request is a stall for that
	ticks(750 * ms)
	if longest, why := cut(500*ms, 750*ms); longest < 25*ms || longest > 40*ms || why != "" {
		t.Errorf("late by 40 ms: %s, %q", longest, why)
	}
	at += 300 * ms
	ticks(1200 * ms)
	if longest, why := cut(750*ms, 1200*ms); longest < 280*ms || !strings.Contains(why, "stood still for") {
		t.Errorf("stopped for 300 ms: %s, %q", longest, why)
	}
	ticks(1450 * ms)
	if _, why := cut(1090*ms, 1450*ms); why == "" {
		t.Error("the slice that begins while what was in flight is read is kept")
	}
	ticks(1700 * ms)
	if longest, why := cut(1450*ms, 1700*ms); longest >= lateTick || why != "" {
		t.Errorf("punctual again: %s, %q", longest, why)
	}
	// One that lasts at the cut has no tick yet.
	if _, why := cut(1700*ms, 1950*ms); !strings.Contains(why, "stood still") {
		t.Errorf("it stands still at the end of the slice: %q", why)
	}
}
