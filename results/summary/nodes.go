package summary

import (
	"strings"

	"github.com/mlbench/mlbench/results"
)

// mostInvalidNodes is the share of the requests that machines may have sent of
// which the generator or host decided the numbers.
const mostInvalidNodes = 0.05

// checkNodes judges each machine by itself: what one was late, the others do not
// make good.
func (s *Run) checkNodes(f *results.File, arm string) {
	var spoilt int64
	var names []string
	for i := range f.Nodes {
		own := f.Of(f.Nodes[i].Name)
		n := summarize(own, arm, nil, leftOutOf(own, arm).figures())
		n.Warnings, n.Valid = nil, true
		n.checkGenerator(own, arm)
		for _, w := range n.Warnings {
			s.warn(OfNode, args{"node": f.Nodes[i].Name, "reason": w})
		}
		if !n.Valid {
			spoilt += n.Requests
			names = append(names, f.Nodes[i].Name)
		}
	}
	if float64(spoilt) > mostInvalidNodes*float64(s.Requests) {
		s.invalid(InvalidNodes, args{"nodes": strings.Join(names, ", "), "pct": 100 * float64(spoilt) / float64(s.Requests)})
	}
}
