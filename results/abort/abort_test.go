package abort

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

func TestParseRule(t *testing.T) {
	for text, want := range map[string]struct {
		expr        string
		hold, grace time.Duration
	}{
		"errors>5% for 10s":           {"errors>5%", 10 * time.Second, 10 * time.Second},
		" p99 > 2s  for 5s after 30s": {"p99 > 2s", 5 * time.Second, 30 * time.Second},
		"a:p50>=1ms after 0s for 1m":  {"a:p50>=1ms", time.Minute, 0},
		"goodput<10/s":                {"goodput<10/s", 0, 10 * time.Second},
		"for:errors>3":                {"for:errors>3", 0, 10 * time.Second},
		"check:has-score<90% for 5s":  {"check:has-score<90%", 5 * time.Second, 10 * time.Second},
	} {
		r, err := ParseRule(text)
		if err != nil || r.when.Expr != want.expr || r.hold != want.hold || r.grace != want.grace {
			t.Errorf("%q: %+v, %v, want %+v", text, r, err, want)
		}
		if want := strings.Join(strings.Fields(text), " "); r.Text != want {
			t.Errorf("%q: shown as %q", text, r.Text)
		}
	}
	for text, want := range map[string]string{
		"":                            "want METRIC>LIMIT",
		"errors":                      "want METRIC>LIMIT",
		"errors>5% for":               "want METRIC>LIMIT",
		"errors>5% for 10":            `for 10: want a time such as 10s`,
		"errors>5% for 0s":            "want more than 0",
		"errors>5% after -1s":         "want more than 0",
		"errors>5% for 25h":           "at most 24h",
		"errors>5% for 1s for 2s":     `"for" is there twice`,
		"errors>5% during 10s":        "want METRIC>LIMIT",
		"p99<50ms for 10s":            "turn the operator round",
		"throughput>5/s":              "turn the operator round",
		"errors<=3":                   "turn the operator round",
		"check:has-score>90%":         "turn the operator round",
		"p99>5% for 10s":              "want a duration such as 50ms",
		"for 10s":                     "want METRIC>LIMIT",
		"errors>5% for 1s after 2s x": "want METRIC>LIMIT",
	} {
		if r, err := ParseRule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v, want an error with %q", text, r, err, want)
		}
	}
	r, err := ParseRule("nobody:errors>5%")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.CheckClasses([]results.Class{{Name: "a"}}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("class nobody: %v", err)
	}
}

// slice is a second of 100 requests, of which so many failed; negative: of none.
func slice(second, failed int) *results.Slice {
	d := &results.ClassData{}
	if failed >= 0 {
		times := stats.NewLive()
		for range 100 {
			times.Record(time.Duration(1+failed) * time.Millisecond)
		}
		d = &results.ClassData{Planned: 100, Sent: 100, Done: 100, Errors: map[string]int64{results.ErrStatus: int64(failed)}, Status: map[string]int64{"200": 100}}
		d.CountCheck("ok", int64(100-failed), int64(failed))
		d.Clocks = map[string]*stats.Histogram{results.ClockService: times.Drain()}
	}
	return &results.Slice{
		Arm: results.ArmA, Phase: results.Measure, StartS: float64(3 + second), DurationS: 1,
		Classes: map[string]*results.ClassData{"a": d},
	}
}

// firedIn is the second, from 1, in which the rule fired; 0: it did not.
func firedIn(t interface{ Fatal(...any) }, rule string, slices []*results.Slice) (int, *Fired) {
	r, err := ParseRule(rule)
	if err != nil {
		t.Fatal(err)
	}
	h := &results.Header{Model: results.Closed, Classes: []results.Class{{Name: "a", Share: 1}}, Targets: []results.Target{{Arm: results.ArmA}}}
	h.RunsBeside("other", 0, 0, &results.Header{Model: results.Closed, Classes: []results.Class{{Name: "b", Share: 1}}})
	w := NewWatch(h, []Rule{r})
	for i, s := range slices {
		if fired := w.Slice(s); fired != nil {
			return i + 1, fired
		}
	}
	return 0, nil
}

func TestWatch(t *testing.T) {
	warm, still, short := slice(0, 50), slice(1, 50), slice(0, 100)
	warm.Phase, still.Excluded, short.DurationS = results.Warmup, "it stood still", 0.1
	course := func(failed ...int) (out []*results.Slice) {
		for i, n := range failed {
			out = append(out, slice(i, n))
		}
		return out
	}
	beside := func(course []*results.Slice) []*results.Slice {
		for _, s := range course {
			s.Beside, s.Classes = map[string]*results.ClassData{"b": s.Classes["a"]}, nil
		}
		return course
	}
	for _, tt := range []struct {
		what, rule string
		slices     []*results.Slice
		want       int
		value      float64
	}{
		{"at once", "errors>5% after 0s", course(0, 6, 0), 2, 6},
		{"not at the limit", "errors>5% after 0s", course(0, 5, 0), 0, 0},
		{"as long as it says", "errors>5% for 3s after 0s", course(0, 6, 7, 8, 9), 4, 8},
		{"not with a break", "errors>5% for 3s after 0s", course(6, 7, 0, 6, 7), 0, 0},
		{"a second without requests is no break", "errors>5% for 3s after 0s", course(6, -1, 7), 3, 7},
		{"nor does it end a run", "errors>5% for 2s after 0s", course(6, -1, -1, -1), 0, 0},
		{"the grace time", "errors>5% after 3s", course(9, 9, 9, 8, 9), 4, 8},
		{"is not in the time that it holds", "errors>5% for 2s after 3s", course(9, 9, 9, 9, 8), 5, 8},
		{"ten seconds by default", "errors>5%", course(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8), 11, 8},
		{"latencies are of a slice", "p99>20ms after 0s", course(0, 18, 0, 20), 4, 21},
		{"numbers of requests add up", "errors>20 after 0s", course(8, 8, 8), 3, 24},
		{"also those of the grace time", "errors>20 after 2s", course(30, 0, 0), 3, 30},
		{"of a load beside", "b:errors>5% after 0s", beside(course(0, 6)), 2, 6},
		{"requests of a load beside add up", "b:errors>20 after 0s", beside(course(8, 8, 8)), 3, 24},
		{"a load beside is no part of all", "errors>5% after 0s", beside(course(0, 6)), 0, 0},
		{"of a class", "a:errors>5% after 0s", course(0, 6), 2, 6},
		{"of a check", "check:ok<95% after 0s", course(0, 6), 2, 94},
		{"no answers are a throughput", "throughput<50/s for 2s after 0s", course(0, -1, -1), 3, 0},
		{"not in the warm-up", "errors>5% after 0s", []*results.Slice{warm, slice(1, 0)}, 0, 0},
		{"not of what is excluded", "errors>5% after 0s", []*results.Slice{slice(0, 0), still, slice(2, 0)}, 0, 0},
		{"not of a moment", "errors>5% after 0s", []*results.Slice{short}, 0, 0},
	} {
		got, fired := firedIn(t, tt.rule, tt.slices)
		if got != tt.want || got > 0 && (fired.Value < tt.value || fired.Value > tt.value*1.001 || fired.After != float64(got) || fired.Rule != tt.rule) {
			t.Errorf("%s: %s fired in second %d, want %d (%+v)", tt.what, tt.rule, got, tt.want, fired)
		}
	}
}

// A rule fires at the end of the first stretch that is as long as it says, whatever the
// course.
func TestWatchFindsTheFirstStretch(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bad := rapid.SliceOfN(rapid.Bool(), 1, 30).Draw(rt, "bad")
		hold := rapid.IntRange(1, 6).Draw(rt, "hold")
		grace := rapid.IntRange(0, 6).Draw(rt, "grace")
		var course []*results.Slice
		want, stretch := 0, 0
		for i, b := range bad {
			failed := 0
			if stretch++; !b || i < grace {
				stretch = 0
			}
			if b {
				failed = 50
			}
			if stretch == hold && want == 0 {
				want = i + 1
			}
			course = append(course, slice(i, failed))
		}
		rule := "errors>5% for " + (time.Duration(hold) * time.Second).String() + " after " + (time.Duration(grace) * time.Second).String()
		if got, _ := firedIn(rt, rule, course); got != want {
			rt.Fatalf("%s: fired in second %d, want %d", rule, got, want)
		}
	})
}

func FuzzParseRule(f *testing.F) {
	f.Add("errors>5% for 10s after 30s")
	f.Add("p99>2s after 1h")
	f.Add("for 1s")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRule(text)
		if err != nil {
			return
		}
		again, err := ParseRule(r.Text)
		if err != nil || again != r {
			t.Errorf("%q: %+v, and again %+v, %v", text, r, again, err)
		}
	})
}
