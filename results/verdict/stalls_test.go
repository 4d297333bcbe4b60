package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Neither a heavy class nor a slow target is a stall, and B's stalls hide neither
// behind its own p99 nor behind its being slow.
func TestStallRule(t *testing.T) {
	heavy := mixed()
	heavy.classes = []results.Class{{Name: "health", Share: 0.9}, {Name: "batch", Share: 0.1}} // 0.2 and 12 ms: 60 medians
	frozen := heavy
	frozen.stall = func(pair int) (a, b bool) { return false, pair <= 30 } // in 1.2% of B's requests
	none := stats.Stalls{Class: "total", Pairs: 48}
	for name, tt := range map[string]struct {
		tr   trial
		want stats.Stalls
	}{
		"heavy class":                      {heavy, none},
		"and stalls of B":                  {frozen, stats.Stalls{Class: "total", Pairs: 48, OnlyB: 30}},
		"stalls of both":                   {both(heavy), none},
		"steady, of two B":                 {only(minute()), stats.Stalls{Class: "total", Pairs: 48, OnlyA: 1, OnlyB: 2}},
		"20 times slower":                  {with(minute(), slowBy(19)), none},
		"5 times slower, closed":           {with(minute(), func(t *trial) { t.slow, t.slice = 5, busier }), none},
		"a heavy class 8 times slower":     {with(mixed(), classBy("batch", 8)), none},
		"5 times slower, and stalls":       {with(only(minute()), slowBy(4)), stats.Stalls{Class: "total", Pairs: 48, OnlyA: 1, OnlyB: 2}},
		"5 times slower, stalls of both":   {with(both(minute()), slowBy(4)), none},
		"a class 5 times slower, stalls":   {with(only(mixed()), classBy("predict", 5)), stats.Stalls{Class: "total", Pairs: 48, OnlyA: 1, OnlyB: 2}},
		"5 times slower, closed and stall": {with(only(minute()), func(t *trial) { t.slow, t.slice = 5, busier }), stats.Stalls{Class: "total", Pairs: 48, OnlyA: 1, OnlyB: 2}},
	} {
		f := tt.tr.file()
		if diff := cmp.Diff(tt.want, pairsOf(f).evidence(&f.Header, DefaultLimits()).Stalls[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		turned := tt.want
		turned.OnlyA, turned.OnlyB = tt.want.OnlyB, tt.want.OnlyA
		f = swapped(f)
		if diff := cmp.Diff(turned, pairsOf(f).evidence(&f.Header, DefaultLimits()).Stalls[0]); diff != "" {
			t.Errorf("%s, arms exchanged (-want +got):\n%s", name, diff)
		}
	}
}

func both(t trial) trial {
	t.stall = func(pair int) (a, b bool) { return pair%8 == 0, pair%8 == 0 }
	return t
}

func only(t trial) trial {
	t.stall = func(pair int) (a, b bool) { return pair == 5, pair == 6 || pair == 40 }
	return t
}

// busier gives A five times the requests, as workers that wait five times less
// send: most of both arms' requests together are then A's.
func busier(_ int, s *results.Slice) {
	if s.Arm == results.ArmA {
		d := s.Classes["predict"]
		d.Clocks[results.ClockResponse] = d.Clocks[results.ClockResponse].Clone()
		for range 4 {
			d.Clocks[results.ClockResponse].Merge(d.Clocks[results.ClockService])
		}
	}
}
