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
	c := verdict.Compare(l.f, verdict.Options{})
	if c.Verdict == verdict.OK || c.Verdict == verdict.Regression {
		return loadgen.Next{Stop: true}
	}
	if rest := l.untilNext(c.Pairs, c.Measured); rest > 0 {
		decided, judged := decidedOf(c)
		l.o.Phase(fmt.Sprintf("%d of %d metrics decided after %d pairs: measuring on", decided, judged, c.Pairs), rest.Round(time.Second))
	}
	return loadgen.Next{Lost: c.Measured - c.Pairs}
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

// decidedOf counts the judged metrics, and those whose outcome is known.
func decidedOf(c *verdict.Comparison) (decided, judged int) {
	for i := range c.Metrics {
		if m := &c.Metrics[i]; m.Judged {
			judged++
			if m.Outcome != string(verdict.Inconclusive) {
				decided++
			}
		}
	}
	return decided, judged
}
