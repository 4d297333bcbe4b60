package report

import (
	"math"
	"strings"
	"testing"
)

// M7: no table has an infinite number.
func TestNoNumberIsInfinite(t *testing.T) {
	tiny, huge := 5e-324, 1e15
	if c := percentChange(&tiny, &huge); c != nil {
		t.Errorf("a change of %v%%", *c)
	}
	for _, v := range []float64{math.Inf(1), math.Inf(-1)} {
		for _, text := range []string{msText(v), rateText(v), shareText(v), fixed(v, 2)} {
			if strings.Contains(text, "Inf") {
				t.Errorf("%v is shown as %q", v, text)
			}
		}
	}
}
