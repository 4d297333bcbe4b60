package loadgen

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// A9: slices say what rate was asked, and of which stage they are.
func TestSlicesSayTheRateAskedAndTheirStage(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	load := openLoad(0, 0)
	load.Rate = Steps([]Stage{{130 * time.Millisecond, 100}, {170 * time.Millisecond, 400}})
	load.Duration = 300 * time.Millisecond
	g, err := New(closedPlan(t, srv.URL, load), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var asked float64
	var stages []int
	err = g.Run(context.Background(), Phase{Kind: results.Measure, Interval: 100 * time.Millisecond}, func(s *results.Slice) error {
		asked += s.RateRPS * s.DurationS
		if n := len(stages); n == 0 || stages[n-1] != s.Stage {
			stages = append(stages, s.Stage)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// 13 requests and 68, however late the machine ended the slices.
	if math.Abs(asked-81) > 4 {
		t.Errorf("the slices asked for %.1f requests in all, want 81", asked)
	}
	if len(stages) == 0 || stages[len(stages)-1] != 2 {
		t.Errorf("stages %v, want 1 and 2", stages)
	}
}

func TestSlicesEndWithTheirStage(t *testing.T) {
	plan := closedPlan(t, "http://127.0.0.1:1", openLoad(1, 1))
	plan.Load.Rate = Ramps(0, []Stage{{2500 * time.Millisecond, 50}, {time.Second, 200}})
	g, err := New(plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	g.recorder.settled = 10 * time.Second
	s := newSlicer(g, results.Measure, g.plan.Load.Rate, 10*time.Second, 10*time.Second)
	var ends []time.Duration
	for range 5 {
		s.begin = s.next(time.Second)
		ends = append(ends, s.begin-10*time.Second)
	}
	for i, want := range []time.Duration{1000, 2000, 2500, 3000, 3500} {
		if ends[i] != want*time.Millisecond {
			t.Fatalf("slices end at %v", ends)
		}
	}
	// The last stage of a spike has as good as no end.
	s.rate, s.begin = Steps([]Stage{{time.Second, 10}, {time.Second, 100}, {math.MaxInt64 - 2*time.Second, 10}}), 12*time.Second
	if next := s.next(time.Second); next != 13*time.Second {
		t.Errorf("the slice from 12 s ends at %s", next)
	}
	if number, end := stageAt(ConstantRate(5), 0); number != 0 || end != 0 {
		t.Errorf("a constant rate has stage %d", number)
	}
}

// A ramp that ends with a number of requests has a mean rate as well: that of the
// time they take.
func TestMeanRateOfARampThatEndsWithItsRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		load Load
		want float64
	}{
		// 10/s more every second: 500 requests take 10 s.
		"from 0":      {Load{Rate: Ramps(0, []Stage{{Duration: 100 * time.Second, Rate: 1000}}), Requests: 500}, 50},
		"for a time":  {Load{Rate: Ramps(0, []Stage{{Duration: 100 * time.Second, Rate: 1000}}), Duration: 100 * time.Second}, 500},
		"never":       {Load{Rate: Ramps(10, []Stage{{Duration: time.Second, Rate: 0}}), Requests: 500}, 0},
		"one request": {Load{Rate: Ramps(10, []Stage{{Duration: time.Hour, Rate: 10}}), Requests: 1}, 10},
	} {
		if got := tt.load.MeanRate(); math.Abs(got-tt.want) > tt.want/100 {
			t.Errorf("%s: %v/s, want %v", name, got, tt.want)
		}
	}
}
