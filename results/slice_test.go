package results

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Response once shared Service's histogram when only one of two parts had its
// own: each value then counted twice.
func TestAddMixedClocks(t *testing.T) {
	own := func() *ClassData {
		return &ClassData{Clocks: histograms{ClockResponse: hist(10, 20), ClockService: hist(1, 2)}}
	}
	none := func() *ClassData { return &ClassData{Clocks: histograms{ClockService: hist(3)}} }
	for name, parts := range map[string][2]*ClassData{"own first": {own(), none()}, "own second": {none(), own()}} {
		t.Run(name, func(t *testing.T) {
			var d ClassData
			d.Add(parts[0])
			d.Add(parts[1])
			if d.Clocks[ClockResponse].Count() != 3 || d.Clocks[ClockService].Count() != 3 {
				t.Fatalf("response %d, service %d values; want 3, 3", d.Clocks[ClockResponse].Count(), d.Clocks[ClockService].Count())
			}
			got := []float64{Milliseconds(d.Clocks[ClockResponse].Min()), Milliseconds(d.Clocks[ClockResponse].Max()), Milliseconds(d.Clocks[ClockService].Max())}
			if diff := cmp.Diff([]float64{3, 20, 3}, got, cmpopts.EquateApprox(0.001, 0)); diff != "" {
				t.Errorf("response min, max and service max (-want +got):\n%s", diff)
			}
		})
	}
}
