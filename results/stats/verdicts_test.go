package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// around returns n values spread normally and symmetrically about centre, in no
// order: their Hodges-Lehmann estimate is centre.
func around(centre, spread float64, n int) []float64 {
	d := make([]float64, n)
	for i := range d {
		d[i] = centre + spread*upperZ((float64(i)+0.5)/float64(n))
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(n, func(i, j int) { d[i], d[j] = d[j], d[i] })
	return d
}

func pct(p float64) float64 { return math.Log1p(p / 100) }

// failing spreads errors evenly over pairs of 50 requests each.
func failing(class string, whole bool, pairs, errorsA, errorsB int) Errors {
	e := Errors{Class: class, Whole: whole, Margin: 0.005, Pairs: make([]ErrorPair, pairs)}
	for i := range e.Pairs {
		e.Pairs[i] = ErrorPair{RequestsA: 50, RequestsB: 50}
		e.Pairs[i].ErrorsA = (i+1)*errorsA/pairs - i*errorsA/pairs
		e.Pairs[i].ErrorsB = (i+1)*errorsB/pairs - i*errorsB/pairs
	}
	return e
}

// strictly takes the margin that 600 requests are just too few for.
func strictly(e Errors) Errors {
	e.Margin = 0.0045
	return e
}

// identical is a minute of two identical targets without noise to speak of.
func identical() Evidence {
	return Evidence{
		Metrics: []Metric{
			{Name: "p50", Class: "total", D: around(0, 0.02, 48), Margin: 0.05},
			{Name: "p90", Class: "total", D: around(0, 0.03, 48), Margin: 0.10},
			{Name: "p99", Class: "total", D: around(0, 0.10, 24), Margin: 0.20, Group: 2},
		},
		Stalls: []Stalls{{Class: "total", Pairs: 48}},
		Errors: []Errors{failing("total", true, 48, 0, 0)},
	}
}

const p50, p90, p99, stalls, failures = 0, 1, 2, 3, 4 // judgements of identical()

type found struct {
	Outcome  Outcome
	Improved bool
	Reasons  []Reason
	More     bool // a factor is given, above 1
}

func strictRule() Rule {
	r := RuleFor(1)
	r.Strict = true
	return r
}

var (
	oneLook, twoLooks, strictLook = RuleFor(1), RuleFor(2), strictRule()

	passes, open, fails = found{Outcome: OK}, found{Outcome: Inconclusive}, found{Outcome: Regression}
	wantsMore           = found{Outcome: Inconclusive, More: true}
)

// verdictTests is the truth table.
var verdictTests = []struct {
	name string
	rule Rule
	with func(e *Evidence)
	want found
	// One judgement's part in it.
	of      int
	outcome Outcome
	reason  Reason
}{
	{"identical", oneLook, func(*Evidence) {}, passes, p50, OK, ""},
	{"no difference at all", oneLook, func(e *Evidence) { e.Metrics[p50].D = make([]float64, 48) }, passes, p50, OK, ""},
	{"+10%", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(10), 0.05, 48) }, fails, p50, Regression, ""},
	{"+10% of p99 in 24 groups", oneLook, func(e *Evidence) { e.Metrics[p99].D = around(pct(30), 0.15, 24) }, fails, p99, Regression, ""},
	{"a regression elsewhere does not touch p90", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(10), 0.05, 48) }, fails, p90, OK, ""},
	{"−10%", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(-pct(10), 0.05, 48) }, found{Outcome: OK, Improved: true}, p50, Improved, ""},
	{"−2% is no improvement", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(-pct(2), 0.01, 48) }, passes, p50, OK, ""},
	{"slower within the limit", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(2), 0.01, 48) }, passes, p50, OK, ""},
	{"no difference, no margin", oneLook, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p50].Margin = make([]float64, 48), 0 }, open, p50, Inconclusive, LikelyWorse},
	{"exactly the limit", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(5), 0, 48) }, fails, p50, Regression, ""},
	{"just beyond the limit", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(5)+1e-9, 0.01, 48) }, fails, p50, Regression, ""},
	{"just under the limit", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(5)-1e-9, 0.01, 48) }, open, p50, Inconclusive, WideInterval},
	{"wide", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(0, 0.3, 48) }, wantsMore, p50, Inconclusive, WideInterval},
	{"likely worse", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(8), 0.3, 48) }, wantsMore, p50, Inconclusive, LikelyWorse},
	{"limit of nothing", oneLook, func(e *Evidence) { e.Metrics[p50].Margin = 0 }, found{Outcome: Inconclusive}, p50, Inconclusive, LikelyWorse},
	{"better p99 does not excuse p50", oneLook, func(e *Evidence) {
		e.Metrics[p50].D = around(pct(10), 0.05, 48)
		e.Metrics[p99].D = around(-pct(40), 0.10, 24)
	}, fails, p99, Improved, ""},
	{"improvement is claimed on a pass only", oneLook, func(e *Evidence) {
		e.Metrics[p50].D = around(-pct(10), 0.05, 48)
		e.Metrics[p90].D = around(0, 0.5, 48)
	}, wantsMore, p50, Improved, ""},
	{"regression beats inconclusive", oneLook, func(e *Evidence) {
		e.Metrics[p50].D = around(pct(10), 0.05, 48)
		e.Metrics[p90].D = around(0, 0.5, 48)
	}, fails, p90, Inconclusive, WideInterval},

	// Two looks take more proof on either side; the same data twice.
	{"one look finds it", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(10), 0.20, 48) }, fails, p50, Regression, ""},
	{"two looks do not yet", twoLooks, func(e *Evidence) { e.Metrics[p50].D = around(pct(10), 0.20, 48) }, wantsMore, p50, Inconclusive, LikelyWorse},
	{"one look passes it", oneLook, func(e *Evidence) { e.Metrics[p50].D = around(0, 0.185, 48) }, passes, p50, OK, ""},
	{"two looks do not pass it yet", twoLooks, func(e *Evidence) { e.Metrics[p50].D = around(0, 0.185, 48) }, wantsMore, p50, Inconclusive, WideInterval},
	{"strict: not proven to be beyond the limit", strictLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(6), 0.05, 48) }, wantsMore, p50, Inconclusive, LikelyWorse},
	{"strict: proven", strictLook, func(e *Evidence) { e.Metrics[p50].D = around(pct(10), 0.05, 48) }, fails, p50, Regression, ""},
	{"strict: better", strictLook, func(e *Evidence) { e.Metrics[p50].D = around(-pct(10), 0.05, 48) }, found{Outcome: OK, Improved: true}, p50, Improved, ""},

	{"11 groups of p99", oneLook, func(e *Evidence) { e.Metrics[p99].D = around(0.5, 0.1, 11) }, passes, p99, NotJudged, TooFewPairs},
	{"12 groups of p99", oneLook, func(e *Evidence) { e.Metrics[p99].D = around(0.5, 0.1, 12) }, fails, p99, Regression, ""},
	{"11 pairs", oneLook, func(e *Evidence) {
		for i := range e.Metrics {
			e.Metrics[i].D = around(pct(50), 0.01, 11)
		}
	}, found{Outcome: Inconclusive, Reasons: []Reason{NothingJudged}, More: true}, p50, NotJudged, TooFewPairs},
	{"no metrics", oneLook, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p90].D, e.Metrics[p99].D = nil, nil, nil }, found{Outcome: Inconclusive, Reasons: []Reason{NothingJudged}}, p99, NotJudged, TooFewPairs},

	{"11 groups of a required p99", oneLook, func(e *Evidence) { e.Metrics[p99].D, e.Metrics[p99].Required = around(0, 0.1, 11), true }, wantsMore, p99, Inconclusive, TooFewPairs},
	{"no group of a required p99", oneLook, func(e *Evidence) {
		e.Metrics[p99] = Metric{Name: "p99.9", Class: "total", Margin: 0.1, Group: 50, Pairs: 48, Required: true}
	}, wantsMore, p99, Inconclusive, TooFewPairs},
	{"no group of a p99 that is not required", oneLook, func(e *Evidence) {
		e.Metrics[p99] = Metric{Name: "p99.9", Class: "total", Margin: 0.1, Group: 50, Pairs: 48}
	}, passes, p99, NotJudged, TooFewPairs},
	{"regression beside a required p99", oneLook, func(e *Evidence) {
		e.Metrics[p50].D, e.Metrics[p99].D, e.Metrics[p99].Required = around(pct(10), 0.05, 48), nil, true
	}, fails, p99, Inconclusive, TooFewPairs},

	{"12 new stalls", oneLook, func(e *Evidence) { e.Stalls[0].OnlyB = 12 }, fails, stalls, Regression, ""},
	{"2 new stalls", oneLook, func(e *Evidence) { e.Stalls[0].OnlyB = 2 }, wantsMore, stalls, Inconclusive, MaybeStalls},
	{"5 new stalls", oneLook, func(e *Evidence) { e.Stalls[0].OnlyB = 5 }, wantsMore, stalls, Inconclusive, MaybeStalls},
	{"4 to 1", oneLook, func(e *Evidence) { e.Stalls[0].OnlyA, e.Stalls[0].OnlyB = 1, 4 }, wantsMore, stalls, Inconclusive, MaybeStalls},
	{"3 to 1", oneLook, func(e *Evidence) { e.Stalls[0].OnlyA, e.Stalls[0].OnlyB = 1, 3 }, passes, stalls, OK, ""},
	{"one stall", oneLook, func(e *Evidence) { e.Stalls[0].OnlyB = 1 }, passes, stalls, OK, ""},
	{"A stalled", oneLook, func(e *Evidence) { e.Stalls[0].OnlyA = 5 }, passes, stalls, OK, ""},
	{"12 stalls gone", oneLook, func(e *Evidence) { e.Stalls[0].OnlyA = 12 }, found{Outcome: OK, Improved: true}, stalls, Improved, ""},

	{"errors on both sides", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 192, 48, 48) }, passes, failures, OK, ""},
	{"new errors", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 0, 20) }, fails, failures, Regression, ""},
	{"errors gone", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 20, 0) }, found{Outcome: OK, Improved: true}, failures, Improved, ""},
	{"a few new errors", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 0, 7) }, wantsMore, failures, Inconclusive, WideInterval},
	{"errors that could be many", oneLook, func(e *Evidence) { e.Errors[0].Margin = 0.0005 }, wantsMore, failures, Inconclusive, WideInterval},
	{"2% more errors", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 0, 48) }, fails, p50, Inconclusive, SurvivorsOnly},
	{"2% fewer errors: those that fail may be the slow ones", oneLook, func(e *Evidence) {
		e.Errors[0] = failing("total", true, 48, 48, 0)
		e.Metrics[p50].D = around(pct(10), 0.05, 48)
	}, open, p50, Inconclusive, SurvivorsOnly},
	// However many: 2% are no regression that 6% or all could undo.
	{"6% errors in B", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 0, 144) }, fails, p50, Inconclusive, SurvivorsOnly},
	{"all fail in B", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 0, 2400) }, fails, failures, Regression, ""},
	{"all fail in B, 4% in A", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 96, 2400) }, fails, failures, Regression, ""},
	{"all fail in B, 6% in A", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 144, 2400) }, found{Outcome: Invalid, Reasons: []Reason{MostlyErrors}}, failures, Regression, ""},
	{"one slice of B fails: not proven", oneLook, func(e *Evidence) {
		e.Errors[0] = failing("total", true, 12, 0, 0)
		e.Errors[0].Pairs[3].ErrorsB = 50
	}, found{Outcome: Inconclusive, Reasons: []Reason{MostlyErrors}, More: true}, failures, Inconclusive, LikelyWorse},
	{"6% errors in A", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 144, 0) }, found{Outcome: Invalid, Reasons: []Reason{MostlyErrors}}, failures, Improved, ""},
	{"6% errors in both", oneLook, func(e *Evidence) { e.Errors[0] = failing("total", true, 48, 144, 144) }, found{Outcome: Invalid, Reasons: []Reason{MostlyErrors}}, p50, Inconclusive, MostlyErrors},
	{"no requests", oneLook, func(e *Evidence) { e.Errors[0].Pairs = nil }, open, failures, Inconclusive, TooFewRequests},

	{"class of few requests", oneLook, func(e *Evidence) { e.Errors = append(e.Errors, failing("login", false, 5, 0, 0)) }, passes, failures + 1, NotJudged, TooFewRequests},
	{"class without requests", oneLook, func(e *Evidence) { e.Errors = append(e.Errors, failing("login", false, 0, 0, 0)) }, passes, failures + 1, NotJudged, TooFewRequests},
	{"class with one error", oneLook, func(e *Evidence) { e.Errors = append(e.Errors, strictly(failing("login", false, 12, 0, 1))) }, passes, failures + 1, NotJudged, TooFewRequests},
	{"class with two errors", oneLook, func(e *Evidence) { e.Errors = append(e.Errors, strictly(failing("login", false, 12, 0, 2))) }, wantsMore, failures + 1, Inconclusive, WideInterval},
	{"class of many requests", oneLook, func(e *Evidence) { e.Errors = append(e.Errors, failing("login", false, 48, 0, 0)) }, passes, failures + 1, OK, ""},
	{"class that fails in both", oneLook, func(e *Evidence) {
		e.Metrics[p90].Class = "login"
		e.Errors = append(e.Errors, failing("login", false, 48, 1200, 1200))
	}, open, p90, Inconclusive, MostlyErrors},
	{"class that fails in one", oneLook, func(e *Evidence) {
		e.Metrics[p90].Class = "login"
		e.Errors = append(e.Errors, failing("login", false, 48, 1200, 0))
	}, open, p90, Inconclusive, SurvivorsOnly},
	{"class that fails spares others", oneLook, func(e *Evidence) {
		e.Metrics[p90].Class = "login"
		e.Errors = append(e.Errors, failing("login", false, 48, 1200, 1200))
	}, open, p50, OK, ""},

	{"class with one error of 50 requests spares its latencies", oneLook, func(e *Evidence) {
		e.Metrics[p90].Class = "login"
		e.Errors = append(e.Errors, failing("login", false, 1, 0, 1))
	}, passes, p90, OK, ""},
	{"class that failed", oneLook, func(e *Evidence) {
		e.Metrics[p90].Class = "login"
		e.Errors = append(e.Errors, failing("login", false, 1, 3, 3))
	}, open, p90, Inconclusive, MostlyErrors},

	{"generator late", oneLook, func(e *Evidence) { e.Invalid = true; e.Metrics[p50].D = around(pct(10), 0.05, 48) }, found{Outcome: Invalid, Reasons: []Reason{NoiseDecided}}, p50, Regression, ""},
	{"blocked", oneLook, func(e *Evidence) { e.Blocked = true; e.Metrics[p50].D = around(0, 0.3, 48) }, found{Outcome: Inconclusive, Reasons: []Reason{PassBlocked}}, p90, OK, ""},
	{"regression, blocked", oneLook, func(e *Evidence) { e.Blocked = true; e.Metrics[p50].D = around(pct(10), 0.05, 48) }, fails, p90, OK, ""},

	{"runs alike", oneLook, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p50].Unpaired = nil, &Shift{0.001, 0.01, 12} }, passes, p50, OK, ""},
	{"runs +10%", oneLook, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p50].Unpaired = nil, &Shift{pct(10), 0.01, 12} }, fails, p50, Regression, ""},
	{"runs −10%", oneLook, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p50].Unpaired = nil, &Shift{-pct(10), 0.01, 12} }, found{Outcome: OK, Improved: true}, p50, Improved, ""},
	{"runs too noisy", oneLook, func(e *Evidence) { e.Metrics[p50].D, e.Metrics[p50].Unpaired = nil, &Shift{pct(10), 0.08, 12} }, wantsMore, p50, Inconclusive, LikelyWorse},
	{"runs only", oneLook, func(e *Evidence) {
		*e = Evidence{
			Metrics: []Metric{{Name: "p50", Class: "total", Unpaired: &Shift{pct(10), 0.01, 12}, Margin: 0.05}},
			Errors:  []Errors{{Class: "total", Whole: true, Margin: 0.005, Pairs: []ErrorPair{{2, 24000, 3, 24000}}}},
		}
	}, fails, 1, OK, ""},
}

func TestVerdicts(t *testing.T) {
	for _, tt := range verdictTests {
		t.Run(tt.name, func(t *testing.T) {
			e := identical()
			tt.with(&e)
			v, err := Judge(e, tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			got := found{v.Outcome, v.Improved, v.Reasons, v.MoreTime > 1}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			j := v.Judgements[tt.of]
			if j.Outcome != tt.outcome || j.Reason != tt.reason {
				t.Errorf("%s of %s is %q, %q; want %q, %q: %+v", j.Name, j.Class, j.Outcome, j.Reason, tt.outcome, tt.reason, j)
			}
		})
	}
}
