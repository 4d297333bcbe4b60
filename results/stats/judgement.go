package stats

import (
	"math"
	"slices"
)

// Outcome is what came of one metric, or of the whole comparison.
type Outcome string

const (
	OK           Outcome = "ok"           // proven to be within the limit
	Regression   Outcome = "regression"   // proven to be worse, by estimate beyond the limit
	Inconclusive Outcome = "inconclusive" // neither
	Improved     Outcome = "improved"     // the mirror image of Regression; of one metric only
	Invalid      Outcome = "invalid"      // nothing was measured; of the whole only
	NotJudged    Outcome = ""             // too little data to judge; of one metric only
)

// Reason is why something was not judged or is inconclusive or invalid.
type Reason string

// Of one metric.
const (
	TooFewPairs    Reason = "too-few-pairs"
	TooFewRequests Reason = "too-few-requests" // even without errors the limit could not be proven
	WideInterval   Reason = "wide-interval"    // may be within the limit, may be beyond
	LikelyWorse    Reason = "likely-worse"     // by estimate beyond the limit, not proven
	MaybeStalls    Reason = "maybe-stalls"     // too uneven to pass, too few to prove
	SurvivorsOnly  Reason = "survivors-only"   // the arms fail too differently to compare what did not fail
	MostlyErrors   Reason = "mostly-errors"    // too many requests fail for latencies to mean much
)

// Of one metric and of the whole.
const (
	Unsteady    Reason = "unsteady"   // the difference changed while it was measured: Verdict.Trend
	CarriedOver Reason = "carry-over" // a slice depends on the one before it: Verdict.CarryOver
	// Contaminated: A differs from itself, by Verdict.Control.
	Contaminated Reason = "contaminated"
)

// Of the whole; MostlyErrors too.
const (
	NoiseDecided  Reason = "noise-decided"  // Evidence.Invalid
	PassBlocked   Reason = "pass-blocked"   // Evidence.Blocked
	NothingJudged Reason = "nothing-judged" // no metric had enough pairs
	Lopsided      Reason = "lopsided"       // the generator was late beside B more than beside A
	Pending       Reason = "pending"        // at an interim look: what the rest of the plan will judge, or show, is missing
)

// Kind says in what unit a Judgement is.
type Kind int

const (
	// LogRatio: the natural logarithm of a ratio, turned so that positive is
	// worse.
	LogRatio Kind = iota
	// ErrorShare: share of requests that failed, B − A; 0.01 is one percentage
	// point.
	ErrorShare
	// StallShare: share of pairs in which only B stalled, less those in which
	// only A did. It has neither interval nor limit.
	StallShare
)

// Judgement is one metric with all that was found about it. NaN stands for what
// does not exist or could not be computed.
type Judgement struct {
	Kind        Kind
	Name, Class string
	Role        Role
	N           int // pairs, or groups of pairs, behind the estimate; 0 for single runs
	Group       int // pairs in each
	Estimate    float64
	Low, High   float64 // two-sided interval, of Verdict.Confidence
	// Lower and Upper are one-sided bounds, of error probability β each, or as
	// much of it as the look may spend. Upper below Limit is what a pass takes.
	Lower, Upper float64
	Limit        float64
	Slot         float64 // ln of second/first slices, which was taken out; 0 if it was not
	// P is one-sided for "worse", PBetter for "better", the smallest of all looks
	// for what each may spend; the Holm forms are adjusted for all tests of the
	// comparison.
	P, PHolm             float64
	PBetter, PBetterHolm float64
	Outcome              Outcome
	Reason               Reason
	// Proven: the change is real in the direction of Estimate, however small
	// (under Rule.Strict, and at interim looks: and larger than the limit).
	Proven bool
	// MoreTime is by what factor the measurement would have to grow to settle
	// the metric if the estimate is right; 0 where growing is not known to help.
	MoreTime float64
}

// Verdict is the decision about two targets.
type Verdict struct {
	Outcome  Outcome
	Improved bool // on an OK only: some metric is proven to be better beyond the limit
	// Reasons concern the whole; those of single metrics are with them.
	Reasons []Reason
	// MoreTime is by what factor the measurement would have to grow to settle an
	// inconclusive verdict; 0 where growing is not known to help. Slowest is the
	// judgement that so much is for, −1 if none.
	MoreTime   float64
	Slowest    int
	Tests      int // family of the Holm correction
	Rule       Rule
	Judgements []Judgement // metrics, stalls, errors, in the order given
	// Looks are those that were made, the last the one that this verdict is of.
	// Interim: nothing is decided yet, and the plan goes on.
	Looks   []Look
	Interim bool
	// Confidence of the intervals Low…High: 0.95, or over all looks together 0.90.
	// EndAlpha is the error probability of each end of them, at this look.
	Confidence, EndAlpha float64

	Trend     Trend     // of Evidence.Course
	CarryOver CarryOver // likewise
	Control   Control
}

const (
	// survivorsDiff is the difference in error shares above which latencies of
	// the two arms are not comparable.
	survivorsDiff = 0.01
	// mostErrors is the share of errors above which an arm was not measured.
	mostErrors = 0.05
	// guardLevel is that of the tests of a Course, and guardInterim that of what
	// would be proven at an interim look, where a suspicion costs no more than going
	// on. To pass it takes no more than at the last look: else a tenth of identical
	// targets would go on for nothing, for twice the time.
	guardLevel, guardInterim = 0.01, 0.05
)

// withhold takes back what was found about latencies where requests failed, per
// class: those that fail may be the slow ones.
func (e *Evidence) withhold(js []Judgement) {
	for i := range e.Errors {
		reason := e.Errors[i].Withholds()
		if reason == "" {
			continue
		}
		for k := range js {
			j := &js[k]
			if j.Kind == LogRatio && j.Class == e.Errors[i].Class && j.Outcome != NotJudged {
				j.Outcome, j.Reason, j.MoreTime = Inconclusive, reason, 0
			}
		}
	}
}

// distrust takes back what pairs seem to say of latencies where they are not what
// they are taken for, and says why. A regression stands that would be beyond its
// limit without all that is doubtful about it: a target five times as slow is, though
// it was four and a half times as slow at first.
func (v *Verdict) distrust(s *standard) {
	v.Reasons = v.doubts(guardLevel)
	level, why := guardLevel, v.Reasons
	if s.interim {
		level = guardInterim
		why = v.doubts(level)
	}
	if len(why) == 0 {
		return
	}
	less, more := v.doubtful(level)
	harmless := v.harmless()
	for i := range v.Judgements {
		j := &v.Judgements[i]
		switch {
		case j.Kind != LogRatio:
		case j.Outcome == Improved && j.Upper+more < j.Limit:
			j.Outcome, j.Reason = OK, why[0] // by how much it is better is what is doubtful
		case j.Outcome == Improved || j.Outcome == Regression && j.Estimate-less < j.Limit:
			j.Outcome, j.Reason, j.MoreTime = Inconclusive, why[0], 0
			harmless = false
		}
	}
	if harmless {
		v.Reasons = nil
	}
}

// harmless says that all that passes would pass with what is doubtful added to it: a
// difference that shrinks, or grows by little, is no reason to know nothing.
func (v *Verdict) harmless() bool {
	_, more := v.doubtful(guardLevel)
	return !slices.ContainsFunc(v.Judgements, func(j Judgement) bool {
		return j.Kind == LogRatio && j.Role != Watched && j.Outcome == OK && !(j.Upper+more < j.Limit)
	})
}

// doubtful is by how much an estimate, as a logarithm, may be too high (less) and too
// low (more): of a difference that changes, by what it fell or rose from the first third
// to the last and as much once more, for it may go on; of a carry-over by all of it, of
// which the estimate has about half.
func (v *Verdict) doubtful(level float64) (less, more float64) {
	if t := v.Trend; t.P <= level {
		less, more = 2*max(0, t.First-t.Last), 2*max(0, t.Last-t.First)
	}
	if c := v.CarryOver; c.P <= level {
		less, more = less+math.Abs(c.Effect), more+math.Abs(c.Effect)
	}
	if v.Control.P <= level {
		return math.Inf(1), math.Inf(1) // whoever asks for a control wants it to hold
	}
	return less, more
}

// doubts are why pairs may not be what they are taken for.
func (v *Verdict) doubts(level float64) (why []Reason) {
	if v.Trend.P <= level {
		why = append(why, Unsteady)
	}
	if v.CarryOver.P <= level {
		why = append(why, CarriedOver)
	}
	if v.Control.P <= level {
		why = append(why, Contaminated)
	}
	return why
}

// conclude makes one verdict of the judgements.
func (v *Verdict) conclude(e *Evidence, s *standard) {
	var invalid []Reason
	if e.Invalid {
		invalid = append(invalid, NoiseDecided)
	}
	failsA, failsB := e.mostlyErrors()
	if failsA {
		invalid = append(invalid, MostlyErrors)
	}
	if invalid != nil {
		v.Outcome, v.Reasons = Invalid, invalid
		return
	}
	v.distrust(s)
	is := func(o Outcome) bool {
		return slices.ContainsFunc(v.Judgements, func(j Judgement) bool { return j.Outcome == o })
	}
	if is(Regression) {
		v.Outcome, v.Reasons = Regression, nil
		return
	}
	if failsB { // while A does not, and that is not proven
		v.Reasons = append(v.Reasons, MostlyErrors)
	}
	if e.Blocked {
		v.Reasons = append(v.Reasons, PassBlocked)
	}
	if e.Late.lopsided() {
		v.Reasons = append(v.Reasons, Lopsided)
	}
	if !slices.ContainsFunc(v.Judgements, Judgement.measures) {
		v.Reasons = append(v.Reasons, NothingJudged)
	}
	if s.interim && (!s.passes || v.pending(e, s)) {
		v.Reasons = append(v.Reasons, Pending)
	}
	if len(v.Reasons) == 0 && !slices.ContainsFunc(v.Judgements, Judgement.blocks) {
		v.Outcome, v.Improved = OK, is(Improved)
		return
	}
	v.Outcome = Inconclusive
	v.advise(s)
}

// pending says whether the rest of the plan will judge what this look could not,
// or stalls may be due that it was too short to see.
func (v *Verdict) pending(e *Evidence, s *standard) bool {
	for _, x := range e.Stalls {
		if x.Pairs < 2*x.Gap || x.OnlyB > x.OnlyA {
			return true
		}
	}
	return slices.ContainsFunc(v.Judgements, func(j Judgement) bool {
		return j.Outcome == NotJudged && j.Role != Watched && j.MoreTime > 0 && j.MoreTime <= s.growth
	})
}

// mostlyErrors says of which arm too many of all requests failed. Of A, there is
// nothing to compare with; if only B fails, the errors are what was measured. That
// they are many must not make them count for less.
func (e *Evidence) mostlyErrors() (a, b bool) {
	shareA, shareB := e.whole().shares()
	return shareA > mostErrors, shareB > mostErrors
}

// whole has the errors of all requests; check has seen that there are.
func (e *Evidence) whole() *Errors {
	return &e.Errors[slices.IndexFunc(e.Errors, func(e Errors) bool { return e.Whole })]
}

// require opens what has to be judged and could not be, unless nothing could.
func (e *Evidence) require(js []Judgement) {
	if !slices.ContainsFunc(js, Judgement.measures) {
		return
	}
	for i := range e.Metrics {
		if e.Metrics[i].Required && js[i].Outcome == NotJudged {
			js[i].Outcome = Inconclusive
		}
	}
}

// measures says whether j judges a metric that a pass rests on.
func (j Judgement) measures() bool {
	return j.Kind == LogRatio && j.Role == Deciding && j.Outcome != NotJudged
}

// blocks says whether j forbids an OK. A proven improvement without a proven
// upper bound, which takes odd data, does.
func (j Judgement) blocks() bool {
	return j.Role != Watched && (j.Outcome == Inconclusive || j.Outcome == Improved && j.Kind != StallShare && !(j.Upper < j.Limit))
}

// advise says how much more data would settle the verdict: as soon as one metric
// that is likely worse is proven to be, it is a regression; if none is likely
// worse, all that are open must be within their limits, and one that growing does
// not help makes it unknown.
func (v *Verdict) advise(s *standard) {
	for _, r := range v.Reasons {
		switch r {
		case PassBlocked, Unsteady, CarriedOver, Contaminated, Lopsided:
			return
		}
	}
	within, likely, least := 0.0, 0.0, 0.0
	slowest, soonest, first := -1, -1, -1
	for i := range v.Judgements {
		j := &v.Judgements[i]
		if j.Kind == LogRatio && j.Role == Deciding && j.Outcome == NotJudged && j.MoreTime > 0 && (first < 0 || j.MoreTime < least) {
			least, first = j.MoreTime, i
		}
		switch {
		case j.blocks() && j.Reason == LikelyWorse && j.Role != Guarding && j.MoreTime > 0:
			if soonest < 0 || j.MoreTime < likely {
				likely, soonest = j.MoreTime, i
			}
		case j.blocks() && j.MoreTime == 0:
			within = math.Inf(1)
		case j.blocks(), s.interim && j.Outcome == NotJudged && j.Role != Watched && j.MoreTime <= s.growth:
			if j.MoreTime > within {
				within, slowest = j.MoreTime, i
			}
		}
	}
	if soonest >= 0 {
		within, slowest = likely, soonest
	}
	if slices.Contains(v.Reasons, NothingJudged) {
		// One metric must get its pairs; which, is open.
		if first < 0 {
			return
		}
		if least > within {
			within, slowest = least, first
		}
	}
	if slowest >= 0 && !math.IsInf(within, 1) {
		v.MoreTime, v.Slowest = within, slowest
	}
}
