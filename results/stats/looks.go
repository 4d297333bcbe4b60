package stats

import (
	"errors"
	"fmt"
	"math"
)

// Look is one of the times at which data are judged as they grow. What is sure
// may end the measurement there; that one looks more than once must not make
// false alarms likelier, so each look spends a share of α and β (Bonferroni).
type Look struct {
	Pairs       int     // judged: the first so many
	Alpha, Beta float64 // shares; those of all looks sum to 1
}

// firstLook is after 24 pairs: enough for proof among 40,000 tests.
const firstLook = 24

// PlanLooks are after how many pairs to look at a measurement that holds so many:
// 24, each time there are twice as many, and all. None comes when less than a
// third more is left.
func PlanLooks(pairs int) []int {
	return planned(pairs, func(before int) int { return max(firstLook, 2*before) })
}

// PlanLaunchLooks are those of a measurement of so many launches: after each
// four up to 16, and with all.
func PlanLaunchLooks(launches int) []int {
	return planned(launches, func(before int) int {
		if before == 4*MinLaunches {
			return math.MaxInt / 4
		}
		return before + MinLaunches
	})
}

func planned(n int, next func(before int) int) (looks []int) {
	for at := next(0); 4*at <= 3*n; at = next(at) {
		looks = append(looks, at)
	}
	return append(looks, max(n, 1))
}

// Looks gives each look after so many pairs its shares. They depend on nothing
// but how many looks there are, and result files rely on that.
func Looks(pairs []int) []Look {
	alpha, beta := lookShares(len(pairs))
	out := make([]Look, len(pairs))
	for i, n := range pairs {
		out[i] = Look{Pairs: n, Alpha: alpha[i], Beta: beta[i]}
	}
	return out
}

// lookShares are how α and β are spent. The first of three and more looks passes
// nothing: so early only differences that leap to the eye are sure. Looks beyond
// the fourth share its part.
func lookShares(looks int) (alpha, beta []float64) {
	switch looks {
	case 0:
		return nil, nil
	case 1:
		return []float64{1}, []float64{1}
	case 2:
		return []float64{0.5, 0.5}, []float64{0.5, 0.5}
	case 3:
		return []float64{0.3, 0.3, 0.4}, []float64{0, 0.5, 0.5}
	}
	alpha, beta = []float64{0.25, 0.20, 0.25}, []float64{0, 0.4, 0.3}
	for range looks - 3 {
		alpha, beta = append(alpha, 0.30/float64(looks-3)), append(beta, 0.3/float64(looks-3))
	}
	return alpha, beta
}

// JudgeLooks judges data as they grow, n pairs by now, at each look of the plan
// that they have reached, and stops at the first that decides; evidence is asked
// for what the first so many pairs say, metric by metric in the same order. The
// same data lead to the same verdict again, whatever came after it.
//
// An interim look finds a regression only where the change is proven to exceed
// its limit; otherwise looking early would turn one within it into a regression
// more often than not. The last look takes the rule as it is. If the measurement
// ended before that, there is one more look, at what there is, which spends what
// was left. That is no bias where nothing that the pairs said since the look
// before made it end: a budget used up, a target gone, an interrupt.
func JudgeLooks(plan []Look, n int, ended bool, evidence func(pairs int) Evidence, r Rule) (Verdict, error) {
	return judgeLooks(plan, n, ended, evidence, r, nullRanks{})
}

func judgeLooks(plan []Look, n int, ended bool, evidence func(pairs int) Evidence, r Rule, null nullRanks) (Verdict, error) {
	if err := checkLooks(plan); err != nil {
		return Verdict{}, fmt.Errorf("judge: %w", err)
	}
	all := plan[len(plan)-1]
	rest := Look{Pairs: n}
	j := sequence{rule: r, null: null}
	for i, l := range plan {
		if l.Pairs > n {
			for _, unmade := range plan[i:] {
				rest.Alpha, rest.Beta = rest.Alpha+unmade.Alpha, rest.Beta+unmade.Beta
			}
			break
		}
		v, err := j.look(evidence(l.Pairs), r.at(l, all, len(plan)))
		if err != nil || l == all || v.Outcome == OK || v.Outcome == Regression {
			return v, err
		}
		j.last = v
	}
	if ended {
		return j.look(evidence(n), r.at(rest, rest, len(plan)))
	}
	if len(j.last.Looks) == 0 {
		return Verdict{}, fmt.Errorf("judge: %d pairs are fewer than the %d of the first look", n, plan[0].Pairs)
	}
	j.last.Interim = true
	return j.last, nil
}

func checkLooks(plan []Look) error {
	if len(plan) == 0 {
		return errors.New("no looks are planned")
	}
	var alpha, beta float64
	for i, l := range plan {
		if l.Pairs < 1 || i > 0 && l.Pairs <= plan[i-1].Pairs || !(l.Alpha > 0 && l.Beta >= 0) {
			return fmt.Errorf("look %d after %d pairs, of %v of alpha and %v of beta", i+1, l.Pairs, l.Alpha, l.Beta)
		}
		alpha, beta = alpha+l.Alpha, beta+l.Beta
	}
	if !(alpha <= 1+1e-9 && beta <= 1+1e-9 && plan[len(plan)-1].Beta > 0) {
		return fmt.Errorf("looks spend %v of alpha and %v of beta", alpha, beta)
	}
	return nil
}

// standard is what one look asks for.
type standard struct {
	look     Look
	alpha    float64 // bound of adjusted p, over all looks
	share    float64 // of it for this look
	beta     float64 // error probability of one-sided bounds
	interval float64 // of each end of the intervals shown
	strict   bool
	seed     uint64
	interim  bool
	passes   bool    // bounds may decide
	growth   float64 // how many times the data there will be at the last look
	// confidence of the intervals shown, over all looks.
	confidence float64
}

const interval95 = 0.025 // of each end

// single is the standard of judging once.
func (r Rule) single() *standard {
	return &standard{
		alpha: r.Alpha, share: 1, beta: r.Beta, interval: interval95, strict: r.Strict, seed: r.Seed,
		passes: true, growth: 1, confidence: 0.95,
	}
}

// at is the standard of a look; last is that of the plan.
func (r Rule) at(l, last Look, looks int) *standard {
	s := r.single()
	s.look, s.share = l, l.Alpha
	s.interim = l != last
	s.passes = l.Beta > 0
	s.strict = r.Strict || s.interim
	s.growth = float64(last.Pairs) / float64(l.Pairs)
	s.beta = r.Beta * l.Beta
	if !s.passes {
		s.beta = r.Beta * last.Beta // to be shown, and for advice
	}
	if looks > 1 {
		s.interval, s.confidence = min(interval95, r.Beta*last.Beta), 1-2*r.Beta
	}
	return s
}

// sequence is the looks made so far.
type sequence struct {
	rule          Rule
	null          nullRanks
	last          Verdict
	worse, better []float64 // p of each judgement, the smallest of all looks for its share
}

// look judges once more.
func (q *sequence) look(e Evidence, s *standard) (Verdict, error) {
	if err := e.check(q.rule); err != nil {
		return Verdict{}, fmt.Errorf("judge: %w", err)
	}
	tests := make([]test, 0, len(e.Metrics)+len(e.Stalls)+len(e.Errors))
	for i := range e.Metrics {
		tests = append(tests, e.Metrics[i].measure(s, q.null))
	}
	for _, x := range e.Stalls {
		tests = append(tests, x.measure())
	}
	for i := range e.Errors {
		tests = append(tests, e.Errors[i].measure(s))
	}
	if err := q.spend(tests, s); err != nil {
		return Verdict{}, fmt.Errorf("judge: %w", err)
	}
	k := adjust(tests)
	v := Verdict{
		Rule: q.rule, Tests: k, Slowest: -1, Confidence: s.confidence, EndAlpha: s.interval,
		Judgements: make([]Judgement, 0, len(tests)), Looks: append(q.last.Looks, s.look),
	}
	v.Trend, v.CarryOver = e.Course.examine()
	v.Control = e.control(s.seed, q.null)
	for i := range tests {
		tests[i].decide(s, k)
		v.Judgements = append(v.Judgements, tests[i].Judgement)
	}
	e.require(v.Judgements)
	e.withhold(v.Judgements)
	v.conclude(&e, s)
	if s.interim && v.Outcome == OK {
		for i := range v.Judgements { // it is by these that it passes
			j := &v.Judgements[i]
			j.Low, j.High = j.Lower, j.Upper
		}
	}
	return v, nil
}

// spend makes p that of all looks so far.
func (q *sequence) spend(tests []test, s *standard) error {
	if q.worse == nil {
		for range tests {
			q.worse, q.better = append(q.worse, math.NaN()), append(q.better, math.NaN())
		}
	}
	if len(q.worse) != len(tests) {
		return fmt.Errorf("%d tests at one look and %d at the next", len(q.worse), len(tests))
	}
	smaller := func(before, p float64) float64 {
		p = min(1, p/s.share)
		if p < before || math.IsNaN(before) {
			return p
		}
		return before
	}
	for i := range tests {
		t := &tests[i]
		q.worse[i], q.better[i] = smaller(q.worse[i], t.P), smaller(q.better[i], t.PBetter)
		t.P, t.PBetter = q.worse[i], q.better[i]
	}
	return nil
}
