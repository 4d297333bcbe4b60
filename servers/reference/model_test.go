package reference

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// quantile is the smallest value that at least the share q of xs does not exceed.
func quantile(xs []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(xs))
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

func mean(xs []time.Duration) time.Duration {
	var sum time.Duration
	for _, x := range xs {
		sum += x
	}
	return sum / time.Duration(len(xs))
}

// open is the response times of an open model: constant rate over whole periods
// from the start of the clock, all in virtual time.
func open(o Options, rate, periods int) []time.Duration {
	q := newQueue(o)
	n := int(float64(rate)*o.StallEvery.Seconds()) * periods
	times := make([]time.Duration, n)
	for i := range times {
		arrival := time.Duration(i) * time.Second / time.Duration(rate)
		_, finish := q.plan(arrival, o.Service)
		times[i] = finish - arrival
	}
	return times
}

// closed is what one client sees that sends when its last answer came.
func closed(o Options, periods int) []time.Duration {
	q := newQueue(o)
	var times []time.Duration
	for now := time.Duration(0); now < o.StallEvery*time.Duration(periods); {
		_, finish := q.plan(now, o.Service)
		times = append(times, finish-now)
		now = finish
	}
	return times
}

// TestStallCurve holds the model to the analytic curve of a stalling server, to
// within the distance of two arrivals. The wanted figures are written out as
// well as computed, so that neither can drift.
func TestStallCurve(t *testing.T) {
	const ms = time.Millisecond
	quantiles := []float64{.5, .9, .95, .99, .999}
	tests := []struct {
		name    string
		stall   time.Duration
		every   time.Duration
		workers int
		rate    int
		want    []float64 // ms, of quantiles
		closed  []float64 // ms, p99 and p99.9 of one closed-loop client
	}{
		{"gate 0.5s in 10s", 500 * ms, 10 * time.Second, 0, 100, []float64{5, 5, 5, 405, 495}, []float64{5, 5}},
		{"FIFO 0.5s in 10s", 500 * ms, 10 * time.Second, 1, 100, []float64{5, 5, 255, 455, 500}, []float64{5, 5}},
		{"FIFO 1s in 10s", time.Second, 10 * time.Second, 1, 100, []float64{5, 505, 755, 955, 1000}, []float64{5, 5}},
		{"FIFO 0.2s in 5s", 200 * ms, 5 * time.Second, 1, 150, []float64{5, 80, 142.5, 192.5, 203.8}, []float64{5, 205}},
		{"four workers 0.5s in 10s", 500 * ms, 10 * time.Second, 4, 400, []float64{5, 5, 255, 455, 500}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := Options{Service: 5 * ms, Stall: tt.stall, StallEvery: tt.every, Workers: tt.workers}
			rho := 0.0
			if tt.workers > 0 {
				rho = float64(tt.rate) * o.Service.Seconds() / float64(tt.workers)
			}
			// With several workers the curve is a fluid approximation: a batch
			// of c leaves at once, every service time.
			tolerance := time.Second / time.Duration(tt.rate)
			if tt.workers > 1 {
				tolerance += o.Service
			}
			near := func(what string, got time.Duration, want float64) {
				t.Helper()
				if math.Abs(got.Seconds()*1000-want) > tolerance.Seconds()*1000 {
					t.Errorf("%s = %v, want %.1f ms within %v", what, got, want, tolerance)
				}
			}
			times := open(o, tt.rate, 6)
			for i, q := range quantiles {
				near(fmt.Sprintf("p%g", 100*q), quantile(times, q), tt.want[i])
				s, stall, every := 5.0, tt.stall.Seconds()*1000, tt.every.Seconds()*1000
				formula := s + max(0, stall-(1-rho)*(1-q)*every)
				if math.Abs(formula-tt.want[i]) > 0.06 {
					t.Errorf("the formula gives %.2f ms for quantile %v, the table says %v", formula, q, tt.want[i])
				}
			}
			wantMean := 5 + 1000*tt.stall.Seconds()*tt.stall.Seconds()/(2*(1-rho)*tt.every.Seconds())
			near("mean", mean(times), wantMean)
			near("max", slices.Max(times), 5+tt.stall.Seconds()*1000)
			if tt.closed != nil {
				times := closed(o, 6)
				near("closed-loop p99", quantile(times, .99), tt.closed[0])
				near("closed-loop p99.9", quantile(times, .999), tt.closed[1])
			}
		})
	}
}

// TestGateLeavesWorkInHandAlone: a stall holds back who arrives, not who is
// served already; with FIFO workers it freezes both.
func TestGateLeavesWorkInHandAlone(t *testing.T) {
	const ms = time.Millisecond
	o := Options{Stall: 20 * ms, StallEvery: 100 * ms} // the first stall is 10 to 30 ms
	tests := []struct {
		name          string
		workers       int
		arrival, work time.Duration
		start, finish time.Duration
	}{
		{"gate, before", 0, 0, 5 * ms, 0, 5 * ms},
		{"gate, in hand", 0, 8 * ms, 5 * ms, 8 * ms, 13 * ms},
		{"gate, at the first instant", 0, 10 * ms, 5 * ms, 30 * ms, 35 * ms},
		{"gate, during", 0, 29 * ms, 5 * ms, 30 * ms, 35 * ms},
		{"gate, at the end", 0, 30 * ms, 5 * ms, 30 * ms, 35 * ms},
		{"gate, second stall", 0, 115 * ms, 5 * ms, 130 * ms, 135 * ms},
		{"FIFO, in hand", 1, 8 * ms, 5 * ms, 8 * ms, 33 * ms},
		{"FIFO, done as the stall begins", 1, 5 * ms, 5 * ms, 5 * ms, 10 * ms},
		{"FIFO, during", 1, 29 * ms, 5 * ms, 30 * ms, 35 * ms},
		{"FIFO, no work, during", 1, 20 * ms, 0, 30 * ms, 30 * ms},
		{"FIFO, through two stalls", 1, 0, 100 * ms, 0, 140 * ms},
		{"FIFO, done as the second begins", 1, 0, 90 * ms, 0, 110 * ms},
	}
	for _, tt := range tests {
		o.Workers = tt.workers
		start, finish := newQueue(o).plan(tt.arrival, tt.work)
		if start != tt.start || finish != tt.finish {
			t.Errorf("%s: plan(%v, %v) = %v, %v, want %v, %v", tt.name, tt.arrival, tt.work, start, finish, tt.start, tt.finish)
		}
	}
}

// TestAdvanceIsStepwise holds the closed form to an oracle that walks tick by
// tick.
func TestAdvanceIsStepwise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		every := rapid.IntRange(2, 40).Draw(t, "every")
		s := stalls{
			every:  time.Duration(every),
			length: time.Duration(rapid.IntRange(1, every-1).Draw(t, "length")),
		}
		begin := time.Duration(rapid.IntRange(0, 200).Draw(t, "begin"))
		work := time.Duration(rapid.IntRange(0, 300).Draw(t, "work"))
		stalled := func(tick time.Duration) bool {
			since := tick - s.every/10
			return since >= 0 && since%s.every < s.length
		}
		now := begin
		for stalled(now) {
			now++
		}
		for left := work; left > 0; now++ {
			if !stalled(now) {
				left--
			}
		}
		if got := s.advance(begin, work); got != now {
			t.Fatalf("%+v.advance(%d, %d) = %d, want %d", s, begin, work, got, now)
		}
	})
}

// TestQueueKeepsItsPromises: whatever arrives, no work is lost or done twice, no
// more of it is in hand than there are workers, and one worker keeps the order.
func TestQueueKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Workers: rapid.IntRange(0, 4).Draw(t, "workers")}
		if rapid.Bool().Draw(t, "stalls") {
			o.StallEvery = time.Duration(rapid.IntRange(20, 100).Draw(t, "every"))
			o.Stall = o.StallEvery * time.Duration(rapid.IntRange(1, 9).Draw(t, "tenths")) / 10
		}
		q := newQueue(o)
		type span struct{ start, finish time.Duration }
		var spans []span
		var arrival, lastFinish time.Duration
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			arrival += time.Duration(rapid.IntRange(0, 15).Draw(t, "gap"))
			work := time.Duration(rapid.IntRange(0, 20).Draw(t, "work"))
			start, finish := q.plan(arrival, work)
			if start < arrival || finish-start < work {
				t.Fatalf("plan(%d, %d) = %d, %d: too early", arrival, work, start, finish)
			}
			if o.Workers == 1 && finish < lastFinish {
				t.Fatalf("one worker finished at %d after %d", finish, lastFinish)
			}
			lastFinish = finish
			inHand := 1
			for _, s := range spans {
				if s.start <= start && start < s.finish {
					inHand++
				}
			}
			if o.Workers > 0 && finish > start && inHand > o.Workers {
				t.Fatalf("%d requests in hand at %d with %d workers", inHand, start, o.Workers)
			}
			if o.Stall == 0 && finish != start+work {
				t.Fatalf("plan(%d, %d) = %d, %d without stalls", arrival, work, start, finish)
			}
			spans = append(spans, span{start, finish})
		}
	})
}
