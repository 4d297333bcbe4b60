package verdict

import (
	"math"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results/summary"
)

// B's objectives at a confidence: held, or neither held nor missed, which leads
// where the verdict itself is ok; with several looks each has its share of the error.
func TestObjectivesAtAConfidence(t *testing.T) {
	f := minute().file()
	for _, tt := range []struct {
		expr   string
		looks  []int
		kind   FindingKind // "": held
		weight Weight
		says   string
	}{
		{"p50<10s", nil, "", ByVerdict, ""},
		{"p50<1us", nil, FoundMissed, ByObjective, ""},
		{"p99.99<10s", nil, FoundUndecided, ByOpenObjective, "too few for p99.99 at 95%, which takes 29956"},
		{"p99.99<10s", []int{24, 48, 96, 192}, FoundUndecided, ByOpenObjective, "too few for p99.99 at 98.75%, which takes 43819"},
	} {
		o, err := summary.ParseObjective(tt.expr)
		if err != nil {
			t.Fatal(err)
		}
		f.Header.Looks = tt.looks
		c := Compare(f, Options{Objectives: []summary.Objective{o}, ObjectiveConfidence: 0.95})
		if c.Verdict != OK || c.Weightiest() != tt.weight || c.MissesObjective() != (tt.kind == FoundMissed) || c.Undecided() != (tt.kind == FoundUndecided) {
			t.Errorf("%s, %v: %s, weight %d, %+v", tt.expr, tt.looks, c.Verdict, c.Weightiest(), c.Objectives)
		}
		if tt.kind != "" && (c.Findings[1].Kind != tt.kind || !strings.Contains(c.Objectives[0].Note, tt.says)) {
			t.Errorf("%s, %v: second finding %q; %+v", tt.expr, tt.looks, c.Findings[1].Kind, c.Objectives)
		}
	}
	// As the file itself has it.
	f.Header.Objectives, f.Header.ObjectiveConfidence, f.Header.Looks = []string{"p99.99<10s"}, 0.95, nil
	if c := Compare(f, Options{}); !c.Undecided() {
		t.Errorf("the file's own: %+v", c.Objectives)
	}
	if n := math.Ceil(math.Log(0.0125) / math.Log(0.9999)); n != 43819 {
		t.Errorf("by hand %v", n)
	}
}
