package stats

import "testing"

// 25 requests to a slice are planned, and a few fewer come; whether there are
// twelve groups in 48 pairs must not hang on that.
func TestMergeSize(t *testing.T) {
	for _, tt := range []struct {
		requests, q float64
		want        int
	}{
		{25, 0.99, 4},
		{23, 0.99, 4},
		{22, 0.99, 5},
		{50, 0.99, 2},
		{46, 0.99, 2},
		{100, 0.99, 1},
		{20, 0.50, 1},
		{1, 0.99, 90},
		{0, 0.99, 0},
		{10, 1, 0},
		{1e-9, 0.99, 0},
	} {
		if got := MergeSize(tt.requests, tt.q); got != tt.want {
			t.Errorf("slices of %v requests, quantile %v: groups of %d, want %d", tt.requests, tt.q, got, tt.want)
		}
	}
}
