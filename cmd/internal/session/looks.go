package session

import (
	"fmt"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// looking judges a comparison as it grows.
type looking struct {
	o     Observer
	f     *results.File
	pairs int           // that the budget holds, by what the warm-up showed
	pair  time.Duration // about how long one takes
}

// next says whether what there is decides the comparison.
func (l *looking) next() loadgen.Next {
	p := verdict.ProgressOf(l.f)
	l.o.Look(p)
	if settled(p) {
		return loadgen.Next{Stop: true}
	}
	if rest := l.untilNext(p.Kept, p.Measured); rest > 0 {
		l.o.Phase(fmt.Sprintf("%s after %d pairs: measuring on", decidedText(p), p.Kept), rest.Round(time.Second))
	}
	return loadgen.Next{Lost: p.Measured - p.Kept, Settle: time.Duration(p.SettleS * float64(time.Second))}
}

// settled says that more would change nothing: the verdict is known, and every
// objective is decided.
func settled(p verdict.Progress) bool {
	return p.Verdict == verdict.Regression || p.Verdict == verdict.OK && !p.Undecided
}

func decidedText(p verdict.Progress) string {
	if len(p.Decided)+len(p.Open) == 0 {
		return "nothing decided yet" // too many pairs were left out for the look that was due
	}
	return fmt.Sprintf("%d of %d metrics decided", len(p.Decided), len(p.Decided)+len(p.Open))
}

// untilNext is about how long it takes to the next look, or to the budget's end.
func (l *looking) untilNext(kept, measured int) time.Duration {
	next := l.pairs - measured
	for _, at := range l.f.Header.Looks {
		if at > kept {
			next = min(next, at-kept)
			break
		}
	}
	return time.Duration(next) * l.pair
}
