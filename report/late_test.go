package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// A throughput of nothing beside no errors is explained: a slow target's answers
// came when their slices were over.
func TestLowThroughputOfLateAnswersIsExplained(t *testing.T) {
	page := func(late int64) string {
		f := pairedFile(16, constantly(1))
		for i := range f.Slices {
			for _, d := range f.Slices[i].Classes {
				if f.Slices[i].Arm == results.ArmB {
					d.Late = d.Done * late / 100
				}
			}
		}
		var b bytes.Buffer
		if err := Comparison(&b, Text, judged(f), Options{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := page(100); strings.Count(got, "came after their slices") != 1 || !strings.Contains(got, "throughput: 3200 of the 3200 answers of modern") {
		t.Error(got)
	}
	if got := page(5); strings.Contains(got, "after their slices") {
		t.Errorf("a few are at every slice's end:\n%s", got)
	}
}
