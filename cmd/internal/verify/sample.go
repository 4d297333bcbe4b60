package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios/cases"
)

// Sample asks some of the questions between the slices of a comparison, and in
// none of its figures.
type Sample struct {
	*Verification
	share float64
	owed  float64 // requests to ask
	next  int
	err   error // that ended it
}

// SamplePool is how many requests of each class a sample needs; when all are
// asked, they begin again.
const SamplePool = 500

// Sample has so many of the questions asked as is this share (0…1) of the requests
// that each of the two is measured with.
func (q *Questions) Sample(share float64, a, b Party) (*Sample, error) {
	v, err := q.Between(a, b)
	if err != nil {
		return nil, err
	}
	v.cases = inTurn(v.cases)
	return &Sample{Verification: v, share: share}, nil
}

// inTurn orders requests so that each class has its turn.
func inTurn(all []cases.Case) []cases.Case {
	byClass := map[string][]cases.Case{}
	var classes []string
	for _, c := range all {
		if byClass[c.Class] == nil {
			classes = append(classes, c.Class)
		}
		byClass[c.Class] = append(byClass[c.Class], c)
	}
	var out []cases.Case
	for len(out) < len(all) {
		for _, class := range classes {
			if rest := byClass[class]; len(rest) > 0 {
				out, byClass[class] = append(out, rest[0]), rest[1:]
			}
		}
	}
	return out
}

// After asks what is due when a slice has ended. A target that answers no more
// ends the sample, not the comparison, in which it shows by itself.
func (s *Sample) After(ctx context.Context, slice *results.Slice, pairEnded bool) {
	for range s.due(slice, pairEnded) {
		if s.err != nil {
			return
		}
		s.err = s.exchange(ctx, s.next%len(s.cases))
		s.next++
	}
}

// due is how many requests to ask now: none within a pair, whose slices are to
// follow closely.
func (s *Sample) due(slice *results.Slice, pairEnded bool) int {
	if slice.Phase != results.Measure {
		return 0
	}
	for _, d := range slice.Classes {
		if slice.Arm == results.ArmB { // all arms were sent the same
			s.owed += s.share * float64(d.Sent)
		}
	}
	if !pairEnded {
		return 0
	}
	n := int(s.owed)
	s.owed -= float64(n)
	return n
}

// Result is what was found.
func (s *Sample) Result() *results.Parity {
	s.Close()
	p := s.found.Parity(s.Expected)
	out := &results.Parity{Requests: p.Requests, Differing: p.Differing}
	if s.err != nil {
		out.Ended = s.err.Error()
	}
	for i := range p.Differences {
		d := &p.Differences[i]
		var classes []string
		for _, seen := range d.Seen {
			classes = append(classes, seen.Class)
		}
		where := d.Where
		if where != "" {
			where = " of " + where
		}
		out.Differences = append(out.Differences, fmt.Sprintf("%s%s in %s (%s)", d.Difference, where, cli.Plural(d.Requests, "answer"), strings.Join(classes, ", ")))
	}
	return out
}
