package stats

import "slices"

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

// Of the whole; MostlyErrors too.
const (
	NoiseDecided  Reason = "noise-decided"  // Evidence.Invalid
	PassBlocked   Reason = "pass-blocked"   // Evidence.Blocked
	NothingJudged Reason = "nothing-judged" // no metric had enough pairs
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
	N           int // pairs, or groups of pairs, behind the estimate; 0 for single runs
	Group       int // pairs in each
	Estimate    float64
	Low, High   float64 // two-sided 95% interval
	// Lower and Upper are one-sided bounds of error probability β each. Upper
	// below Limit is what a pass takes.
	Lower, Upper float64
	Limit        float64
	// P is one-sided for "worse", PBetter for "better"; the Holm forms are
	// adjusted for all tests of the comparison.
	P, PHolm             float64
	PBetter, PBetterHolm float64
	Outcome              Outcome
	Reason               Reason
	// Proven: the change is real in the direction of Estimate, however small
	// (under Rule.Strict: and larger than the limit).
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
	// inconclusive verdict; 0 where growing is not known to help.
	MoreTime   float64
	Tests      int // family of the Holm correction
	Rule       Rule
	Judgements []Judgement // metrics, stalls, errors, in the order given
}

const (
	// survivorsDiff is the difference in error shares above which latencies of
	// the two arms are not comparable.
	survivorsDiff = 0.01
	// mostErrors is the share of errors above which an arm was not measured.
	mostErrors = 0.05
	// suspicion: unevenness that chance makes at least this rare (two stalls to
	// none, four to one) blocks a pass.
	suspicion = 0.25
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

// conclude makes one verdict of the judgements.
func (v *Verdict) conclude(e *Evidence) {
	if e.Invalid {
		v.Reasons = append(v.Reasons, NoiseDecided)
	}
	failsA, failsB := e.mostlyErrors()
	if failsA {
		v.Reasons = append(v.Reasons, MostlyErrors)
	}
	if len(v.Reasons) > 0 {
		v.Outcome = Invalid
		return
	}
	is := func(o Outcome) bool {
		return slices.ContainsFunc(v.Judgements, func(j Judgement) bool { return j.Outcome == o })
	}
	if is(Regression) {
		v.Outcome = Regression
		return
	}
	if failsB { // while A does not, and that is not proven
		v.Reasons = append(v.Reasons, MostlyErrors)
	}
	if e.Blocked {
		v.Reasons = append(v.Reasons, PassBlocked)
	}
	if !slices.ContainsFunc(v.Judgements, Judgement.measures) {
		v.Reasons = append(v.Reasons, NothingJudged)
	}
	if len(v.Reasons) == 0 && !slices.ContainsFunc(v.Judgements, Judgement.blocks) {
		v.Outcome, v.Improved = OK, is(Improved)
		return
	}
	v.Outcome = Inconclusive
	v.MoreTime = v.moreTime()
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

// measures says whether j judges a metric.
func (j Judgement) measures() bool { return j.Kind == LogRatio && j.Outcome != NotJudged }

// blocks says whether j forbids an OK. A proven improvement without a proven
// upper bound, which takes odd data, does.
func (j Judgement) blocks() bool {
	return j.Outcome == Inconclusive || j.Outcome == Improved && j.Kind != StallShare && !(j.Upper < j.Limit)
}

// moreTime is the largest factor that any open metric needs; one that growing
// does not help makes it 0.
func (v *Verdict) moreTime() float64 {
	if slices.Contains(v.Reasons, PassBlocked) {
		return 0
	}
	need, least := 0.0, 0.0
	for i := range v.Judgements {
		j := &v.Judgements[i]
		switch {
		case j.blocks() && j.MoreTime == 0:
			return 0
		case j.blocks():
			need = max(need, j.MoreTime)
		case j.Kind == LogRatio && j.MoreTime > 0 && (least == 0 || j.MoreTime < least):
			least = j.MoreTime
		}
	}
	if slices.Contains(v.Reasons, NothingJudged) {
		// One metric must get its pairs; which, is open.
		if least == 0 {
			return 0
		}
		need = max(need, least)
	}
	return need
}
