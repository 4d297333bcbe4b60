package verdict

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// looked is a comparison that is judged as it grows, slices of 100 requests.
func looked(change func(*trial)) trial {
	t := minute()
	t.pairs, t.requests = 96, 100
	t.header = func(h *results.Header) { h.Looks = []int{24, 48, 96} }
	if change != nil {
		change(&t)
	}
	return t
}

// until has the slices of the first pairs, and is still going on.
func until(f *results.File, pairs int) *results.File {
	out := *f
	out.Path, out.Footer = "", nil
	out.Slices = slices.DeleteFunc(slices.Clone(f.Slices), func(s results.Slice) bool { return s.Pair > pairs })
	return &out
}

func codes(c *Comparison) (out []summary.Code) {
	for _, f := range c.Findings {
		out = append(out, f.Code)
	}
	return out
}

func TestComparisonsAreJudgedAtTheirLooks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*trial)
		pairs  int // so far
		want   Verdict
		looks  []int
	}{
		{"too early", nil, 23, Inconclusive, nil},
		{"nothing passes at the first look", nil, 24, Inconclusive, []int{24}},
		{"identical", nil, 48, OK, []int{24, 48}},
		{"much slower", func(t *trial) { t.slow = 1.5 }, 24, Regression, []int{24}},
		{"noisy", func(t *trial) { t.noise = 0.5 }, 96, Inconclusive, []int{24, 48, 96}},
	} {
		c := Compare(until(looked(tt.change).file(), tt.pairs), Options{})
		if c.Verdict != tt.want || !slices.Equal(c.Looks, tt.looks) || c.Pairs != tt.pairs || c.Verdict == OK && c.ConfidencePct != 90 {
			t.Errorf("%s: %s at %v of %d pairs, confidence %v: %v", tt.name, c.Verdict, c.Looks, c.Pairs, c.ConfidencePct, codes(c))
		}
	}
}

// A saved file is judged as it was, whatever was measured after the look that
// decided; one whose end came between looks by what there is.
func TestSavedLooksAreJudgedAgain(t *testing.T) {
	f := looked(nil).file()
	live, saved := Compare(until(f, 48), Options{}), Compare(f, Options{})
	live.ResultFile, saved.ResultFile = "", ""
	if live.Verdict != OK || saved.Pairs != 48 || saved.ArmA.Requests != live.ArmA.Requests {
		t.Errorf("live %s of %d requests, saved %s of %d pairs, %d requests", live.Verdict, live.ArmA.Requests, saved.Verdict, saved.Pairs, saved.ArmA.Requests)
	}
	if diff := cmp.Diff(live.Metrics, saved.Metrics); diff != "" {
		t.Errorf("figures (-live +saved):\n%s", diff)
	}
	short := until(f, 30)
	short.Footer = f.Footer
	if c := Compare(short, Options{}); c.Verdict != OK || !slices.Equal(c.Looks, []int{24, 30}) {
		t.Errorf("ended between looks: %s at %v", c.Verdict, c.Looks)
	}
	old := looked(func(t *trial) { t.header = func(h *results.Header) { h.Looks = make([]int, 2) } }).file()
	if c := Compare(old, Options{}); c.Verdict != OK || c.Looks != nil || c.ConfidencePct != 95 || c.Trend != nil {
		t.Errorf("an old file: %s at %v, %v%%, trend %v", c.Verdict, c.Looks, c.ConfidencePct, c.Trend)
	}
}

// Kept pairs make the looks; those at which the generator was late do not.
func TestLooksCountKeptPairs(t *testing.T) {
	f := looked(func(tr *trial) {
		tr.lag = func(pair int, arm string) float64 {
			if pair%6 == 0 {
				return 50 // of either arm
			}
			return 0.01
		}
	}).file()
	for measured, want := range map[int]int{27: 0, 28: 1, 57: 2} { // 24 and 48 kept
		c := Compare(until(f, measured), Options{})
		if len(c.Looks) != want || c.Measured != measured {
			t.Errorf("%d measured: %d, looks at %v", measured, c.Measured, c.Looks)
		}
	}
	if c := Compare(f, Options{}); c.Pairs != 48 || c.Measured != 57 {
		t.Errorf("saved: %d of %d pairs", c.Pairs, c.Measured)
	}
}

// What must not be taken for a difference of the targets, or for none.
func TestPairsThatAreNotTrusted(t *testing.T) {
	following := func(f *results.File, by float64) {
		before := ""
		for i := range f.Slices {
			s := &f.Slices[i]
			if s.Phase == results.Measure && before == results.ArmA {
				slowDown(s, by)
			}
			before = s.Arm
		}
	}
	for _, tt := range []struct {
		name    string
		change  func(*trial)
		file    func(*results.File)
		want    summary.Code
		verdict Verdict
	}{
		{"warming up", nil, func(f *results.File) {
			for i := range f.Slices {
				if s := &f.Slices[i]; s.Arm == results.ArmB && s.Phase == results.Measure {
					slowDown(s, 1+math.Exp(-float64(s.Pair)/20))
				}
			}
		}, Unsteady, Inconclusive},
		{"what follows A is slower", nil, func(f *results.File) { following(f, 1.15) }, CarryOver, Inconclusive},
		{"late beside B", func(tr *trial) {
			tr.lag = func(pair int, arm string) float64 {
				if arm == results.ArmB && pair%6 == 0 {
					return 50
				}
				return 0.01
			}
		}, nil, Lopsided, Inconclusive},
		{"A is not A", nil, func(f *results.File) { controlled(f, 1.2) }, Contaminated, Inconclusive},
		{"a control that is", nil, func(f *results.File) { controlled(f, 1) }, WithinLimits, OK},
	} {
		f := looked(tt.change).file()
		if tt.file != nil {
			tt.file(f)
		}
		c := Compare(f, Options{})
		if c.Verdict != tt.verdict || !slices.Contains(codes(c), tt.want) {
			t.Errorf("%s: %s, %v, want %s", tt.name, c.Verdict, codes(c), tt.want)
		}
		if c.LacksData() {
			t.Errorf("%s: it is said to lack data alone", tt.name)
		}
	}
}

// slowDown makes all requests of a slice take so many times as long.
func slowDown(s *results.Slice, by float64) {
	for _, d := range s.Classes {
		l := stats.NewLive()
		d.Response().Each(func(v time.Duration, n int64) {
			for range n {
				l.Record(time.Duration(by * float64(v)))
			}
		})
		h := l.Drain()
		d.Clocks[results.ClockService], d.Clocks[results.ClockResponse] = h, h
	}
}

// controlled gives each pair a slice of A's target more, which takes so many times
// as long.
func controlled(f *results.File, by float64) {
	f.Header.Control = true
	var out []results.Slice
	for _, s := range f.Slices {
		out = append(out, s)
		if s.Phase == results.Measure && s.Arm == results.ArmA {
			again := s
			again.Arm, again.Position, again.StartS = results.ArmControl, 3, s.StartS+(float64(s.Pair%2)-0.5)*0.1
			again.Classes = map[string]*results.ClassData{}
			for name, d := range s.Classes {
				c := *d
				c.Clocks = map[string]*stats.Histogram{}
				for clock, h := range d.Clocks {
					c.Clocks[clock] = h
				}
				again.Classes[name] = &c
			}
			slowDown(&again, by)
			out = append(out, again)
		}
	}
	f.Slices = out
}

// A pass waits for what is frequent, and for what somebody named.
func TestClassesThatDecide(t *testing.T) {
	slowHealth := func(tr *trial) {
		tr.classes = mixed().classes
		tr.requests = 400
		tr.class = func(name string) float64 {
			if name == "health" {
				return 1.03
			}
			return 1
		}
		tr.slice = func(pair int, s *results.Slice) { // noise that nobody could judge by
			if d := s.Classes["health"]; d != nil && (pair*7+len(s.Arm)*3+int(s.Arm[0]))%5 == 0 {
				one := results.Slice{Classes: map[string]*results.ClassData{"health": d}}
				slowDown(&one, 1+float64((pair*13+int(s.Arm[0]))%7))
			}
		}
	}
	for limits, want := range map[string]Verdict{
		"":                        OK,
		"health:p50=0.5%":         Inconclusive,
		"health:p50=0.5% watched": OK,
		"batch:p50=off":           OK,
	} {
		l, err := ParseLimits(limits)
		if err != nil {
			t.Fatal(err)
		}
		c := Compare(looked(slowHealth).file(), Options{Limits: &l})
		if c.Verdict != want {
			t.Errorf("%q: %s, want %s: %v", limits, c.Verdict, want, codes(c))
		}
		if row := c.Row("batch", "p50"); (row.LimitPct == nil) != strings.Contains(limits, "off") {
			t.Errorf("%q: batch p50 has limit %v", limits, row.LimitPct)
		}
		if row := c.Row("health", "p90"); row.Role != "watched" {
			t.Errorf("%q: health p90 is %q", limits, row.Role)
		}
	}
}

// 30% of 2 ms are within an absolute slack of 1 ms.
func TestAbsoluteSlack(t *testing.T) {
	f := looked(func(tr *trial) { tr.slow = 1.3 }).file()
	for limits, want := range map[string]Verdict{
		"p50=5%,p90=5%,p99=5%":             Regression,
		"p50=5%|1ms,p90=5%|2ms,p99=5%|3ms": OK,
		"p50=5%|0.2ms,p90=50%,p99=100%":    Regression,
	} {
		l, err := ParseLimits(limits)
		if err != nil {
			t.Fatal(err)
		}
		c := Compare(f, Options{Limits: &l})
		if c.Verdict != want {
			t.Errorf("%s: %s, want %s: %v", limits, c.Verdict, want, codes(c))
		}
		if p50 := c.Row(results.TotalClass, "p50"); strings.Contains(limits, "|1ms") && math.Abs(*p50.LimitPct-50) > 2 {
			t.Errorf("%s: limit of p50 is %v%%, want 50: 1 of 2 ms", limits, *p50.LimitPct)
		}
	}
}

// Errors of settle requests are errors, and those without any are proof.
func TestSettleRequestsCount(t *testing.T) {
	f := looked(func(tr *trial) {
		tr.slice = func(pair int, s *results.Slice) {
			if s.Discarded = 24; s.Arm == results.ArmB {
				s.SettleErrors = 6
			}
		}
	}).file()
	c := Compare(f, Options{})
	row := c.Row(results.TotalClass, "errors")
	if c.Verdict != Regression || *row.A != 0 || math.Abs(*row.B-100*6.0/124) > 1e-9 {
		t.Errorf("%s, errors %v and %v%%", c.Verdict, *row.A, *row.B)
	}
}

// In the closed model a tail beyond its limit forbids an ok, and is no regression.
func TestClosedPercentilesAreGuards(t *testing.T) {
	f := looked(nil).file()
	closedModel(f, 1)
	if c := Compare(f, Options{}); c.Verdict != OK || c.Row(results.TotalClass, "p99").Role != "guarding" {
		t.Fatalf("identical: %s, %v", c.Verdict, codes(c))
	}
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == results.ArmB && s.Phase == results.Measure {
			d := s.Classes["predict"]
			h := d.Clocks[results.ClockService].Clone()
			h.Merge(repeat(15, 10))
			d.Clocks[results.ClockService] = h
		}
	}
	c := Compare(f, Options{})
	if c.Verdict != Inconclusive || c.Row(results.TotalClass, "p99").Outcome != string(Inconclusive) {
		t.Errorf("1.5%% take 2.5 times as long: %s, p99 %q: %v", c.Verdict, c.Row(results.TotalClass, "p99").Outcome, codes(c))
	}
}

// Faster at the cost of CPU time is no improvement, but a regression of that.
func TestCPUIsJudged(t *testing.T) {
	f := looked(func(tr *trial) {
		tr.slow = 0.9
		tr.slice = func(pair int, s *results.Slice) {
			s.TargetUse = &results.TargetUse{CPUSeconds: 0.2, Requests: 100}
			if s.Arm == results.ArmB {
				s.TargetUse.CPUSeconds = 0.37
			}
		}
	}).file()
	c := Compare(f, Options{})
	row := c.Row(results.TotalClass, "cpu")
	if c.Verdict != Regression || row == nil || row.Outcome != string(Regression) || math.Abs(*row.ChangePct-85) > 0.1 || math.Abs(*row.A-2) > 1e-9 {
		t.Errorf("%s, cpu %+v: %v", c.Verdict, row, codes(c))
	}
	l, _ := ParseLimits("cpu=off")
	if c := Compare(f, Options{Limits: &l}); c.Verdict != OK || !c.Improved || c.Row(results.TotalClass, "cpu").Judged {
		t.Errorf("cpu=off: %s, improved %v", c.Verdict, c.Improved)
	}
}

// By launches one difference of each is judged: what processes differ by is noise.
func TestLaunchesAreTheUnit(t *testing.T) {
	luck := []float64{1.06, 0.95, 1.01, 0.94, 1.05, 0.97, 1.03, 0.99}
	launched := func(slow float64, launches int) *results.File {
		f := looked(func(tr *trial) { tr.pairs = 8 * launches }).file()
		f.Header.Launches, f.Header.Looks = 8, []int{4, 8}
		for i := range f.Slices {
			if s := &f.Slices[i]; s.Phase == results.Measure {
				s.Launch = 1 + (s.Pair-1)/8
				if s.Arm == results.ArmB {
					slowDown(s, slow*luck[s.Launch-1])
				}
			}
		}
		return f
	}
	c := Compare(launched(1, 8), Options{})
	row := c.Row(results.TotalClass, "p50")
	if c.Verdict == Regression || c.Launches != 8 || row.LaunchSDPct == nil || *row.LaunchSDPct < 2 || *row.LaunchSDPct > 4.5 || *row.LaunchP > 0.01 || !slices.Equal(c.Looks, []int{4, 8}) {
		t.Errorf("identical builds: %s of %d launches at %v, %+v", c.Verdict, c.Launches, c.Looks, row)
	}
	if !(row.CI95Pct[0] < -2 && row.CI95Pct[1] > 2) {
		t.Errorf("the interval %v is of two processes", *row.CI95Pct)
	}
	if c := Compare(launched(1.5, 8), Options{}); c.Verdict != Regression {
		t.Errorf("half slower: %s, %v", c.Verdict, codes(c))
	}
}

func TestProgress(t *testing.T) {
	f := looked(nil).file()
	p := ProgressOf(until(f, 24))
	if p.Verdict != Inconclusive || p.Kept != 24 || p.Measured != 24 || p.SettleS != 0 || len(p.Decided) == 0 {
		t.Errorf("at the first look: %+v", p)
	}
	if p := ProgressOf(until(f, 48)); p.Verdict != OK || len(p.Open) > 0 {
		t.Errorf("at the second look: %+v", p)
	}
	noisy := looked(func(tr *trial) { tr.noise = 0.3 }).file()
	if p := ProgressOf(until(noisy, 48)); p.Verdict != Inconclusive || len(p.Open) == 0 || !(p.MoreS > 0) {
		t.Errorf("noise: %+v", p)
	}
	for _, claim := range append(p.Open, p.Decided...) {
		better := claim.Metric == "throughput" || claim.Metric == "goodput"
		if claim.Metric != "stalls" && (claim.IntervalPct == nil || claim.LimitPct == nil || better != (*claim.LimitPct < 0)) {
			t.Errorf("%+v: want an interval and a limit, below 0 of what is to be more", claim)
		}
	}
}

// What targets used may be known of some pairs only.
func TestCPUKnownLate(t *testing.T) {
	f := looked(func(tr *trial) {
		tr.slice = func(pair int, s *results.Slice) {
			if pair > 30 {
				s.TargetUse = &results.TargetUse{CPUSeconds: 0.2, Requests: 100}
			}
		}
	}).file()
	if c := Compare(f, Options{}); c.Verdict != OK {
		t.Errorf("%s: %v", c.Verdict, codes(c))
	}
}

// A limit on errors that both have says how many requests prove it.
func TestErrorsSayWhatTheyNeed(t *testing.T) {
	f := looked(func(tr *trial) {
		tr.pairs = 24
		tr.slice = func(pair int, s *results.Slice) { failing(s.Classes["predict"], 2) }
	}).file()
	c := Compare(f, Options{})
	m := c.Findings[0].Metrics
	if c.Verdict != Inconclusive || len(m) != 1 || m[0].Metric != "errors" || *m[0].Requests != 2400 || math.Abs(float64(*m[0].Needed)-2*0.02*0.98*1.645*1.645/0.005/0.005) > 1 {
		t.Errorf("%s: %+v", c.Verdict, c.Findings[0])
	}
}

// Later launches have fewer pairs than the first, as the plan wants them: one of which
// a pair is late is none that was cut off. Of too few launches the page says that.
func TestLaunchesOfFewerPairs(t *testing.T) {
	pairs := []int{8, 8, 4, 4}
	launched := func(late int) *results.File { // pairs of the last launch
		f := looked(func(tr *trial) { tr.pairs = 24 }).file()
		f.Header.Launches, f.Header.Looks = 4, []int{4}
		for i := range f.Slices {
			s := &f.Slices[i]
			if s.Phase != results.Measure {
				continue
			}
			for first := s.Pair; first > 0; s.Launch++ {
				first -= pairs[s.Launch]
			}
			if s.Pair > 24-late {
				for _, d := range s.Classes {
					d.Clocks[results.ClockLag] = repeat(100, 1000)
				}
			}
		}
		return f
	}
	for late, want := range map[int]int{0: 4, 1: 4, 2: 4, 3: 3} {
		c := Compare(launched(late), Options{})
		if c.Launches != want || (want < 4) != slices.Contains(codes(c), FewStarts) {
			t.Errorf("%d late: %d launches, want %d; %s %v", late, c.Launches, want, c.Verdict, codes(c))
		}
	}
}

// What the budget cannot decide is told before it is spent: p99 takes 1,200 requests
// of either target, p90 120.
func TestTooRare(t *testing.T) {
	h := results.Header{Model: results.Open, RateRPS: 200, Classes: []results.Class{{Name: "predict", Share: 0.97}, {Name: "health", Share: 0.03}}}
	for _, tt := range []struct {
		limits   string
		measured time.Duration
		want     []string
	}{
		{"", 48 * time.Second, []string{"p99 of health"}},
		{"health:p99=off", 48 * time.Second, nil},
		{"", 6 * time.Second, []string{"p99 of predict", "p90 of health", "p99 of health"}},
		{"p99.9=50%", 30 * time.Second, []string{"p99.9", "p99.9 of predict", "p99 of health", "p99.9 of health"}},
	} {
		h.Limits = tt.limits
		if diff := cmp.Diff(tt.want, TooRare(&h, tt.measured)); diff != "" {
			t.Errorf("%q in %s (-want +got):\n%s", tt.limits, tt.measured, diff)
		}
	}
	if h.Model = results.Closed; TooRare(&h, time.Second) != nil {
		t.Error("nobody knows how many requests a closed model sends")
	}
}

// A class's percentile is waited for if the plan sends enough beyond it.
func TestTailsThatAreWaitedFor(t *testing.T) {
	h := &results.Header{Model: results.Open, Classes: []results.Class{{Name: "predict", Share: 0.7}, {Name: "batch", Share: 0.2}}}
	h.RateRPS, h.Looks = 200, []int{24, 48, 96, 192}
	p := &pairing{}
	for range 24 {
		p.kept = append(p.kept, slicePair{a: &measured{Slice: &results.Slice{DurationS: 0.25}}})
	}
	for _, tt := range []struct {
		class string
		q     float64
		want  bool
	}{
		{results.TotalClass, 0.999, true}, {"predict", 0.99, true}, {"batch", 0.99, false}, {"batch", 0.9, true}, {"batch", 0.5, true}, {"predict", 0.999, false},
	} {
		if got := p.settles(h, tt.class, tt.q); got != tt.want {
			t.Errorf("%s of %v: %v", summary.PercentileName(tt.q), tt.class, got)
		}
	}
	h.Looks = []int{24} // a short budget
	if p.settles(h, "predict", 0.99) {
		t.Error("p99 of 840 requests is waited for")
	}
}
