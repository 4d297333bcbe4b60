package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// A9: the table has the columns that the load has, and no row of nothing.
func TestTimelineOfAnOpenLoad(t *testing.T) {
	f := file(results.Open, mixClasses[:1]...)
	f.Header.RateRPS = 50
	for i, n := range []int{50, 200, 0} {
		s := measured(results.ArmA, 0, float64(min(n, 1)), map[string]*results.ClassData{"predict": class(n, 1, 10)})
		s.StartS, s.RateRPS, s.InFlightMax = float64(i), 50, 3
		f.Slices = append(f.Slices, s)
	}
	f.Slices[1].Classes["predict"].Errors = map[string]int64{results.ErrTimeout: 2}
	f.Slices[1].Excluded = "the generator stood still"
	var b bytes.Buffer
	if err := Timelines(&b, Text, []*results.File{f}, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"asked, 1/s  achieved, 1/s", "\nmeasure ", "left out: the generator stood still", "2: timeout 2", "fewer than 100 requests",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "stage") || strings.Contains(b.String(), "pair") || strings.Contains(b.String(), "last answers") {
		t.Errorf("a column, or a row, of nothing:\n%s", b.String())
	}
}
