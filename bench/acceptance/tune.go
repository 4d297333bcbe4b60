package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

// tuneFactors on the work are measured tuneRounds times each.
var tuneFactors = []float64{1.05, 1.10, 1.15, 1.20, 1.30}

const tuneRounds = 2

// measureFactors prints what factors on the work do to the pooled p50, and the
// factors for +5, +10 and +20%. It is for the constants in conditions.go.
func (h *harness) measureFactors(ctx context.Context, w io.Writer) error {
	h.results = h.dir // nothing of this is kept
	var x, y []float64
	for round := range tuneRounds {
		for _, factor := range tuneFactors {
			c := condition{
				name: fmt.Sprintf("tune-%g", factor), service: reference, slow: factor, flags: atRate,
				budget: 20 * time.Second, runs: tuneRounds,
			}
			r, err := h.run(ctx, newTask(c, round+1))
			if err != nil {
				return err
			}
			pct, ok := r.effect()
			if !ok || r.Verdict == verdict.Invalid || r.Verdict == failed {
				fmt.Fprintf(w, "%.2f  %s: %s\n", factor, r.Verdict, r.Reason)
				continue
			}
			x, y = append(x, factor-1), append(y, pct)
			fmt.Fprintf(w, "%.2f  p50 %+.2f%% pooled, %.4g and %.4g ms, %s\n", factor, pct, r.PooledA, r.PooledB, r.Verdict)
		}
	}
	a, b := fit(x, y)
	fmt.Fprintf(w, "fit: %+.1f%% · work + %.1f%% · work²\n", a, b)
	for _, want := range []float64{5, 10, 20} {
		fmt.Fprintf(w, "%+.0f%% in p50: factor %.3f\n", want, 1+solve(a, b, want))
	}
	return ctx.Err()
}

// fit finds y = a·x + b·x² by least squares: no more work is no change.
func fit(x, y []float64) (a, b float64) {
	var s2, s3, s4, t1, t2 float64
	for i := range x {
		q := x[i] * x[i]
		s2, s3, s4 = s2+q, s3+q*x[i], s4+q*q
		t1, t2 = t1+x[i]*y[i], t2+q*y[i]
	}
	det := s2*s4 - s3*s3
	return (t1*s4 - t2*s3) / det, (s2*t2 - s3*t1) / det
}

// solve finds x with a·x + b·x² = want by bisection, between no more work and
// twice the work.
func solve(a, b, want float64) float64 {
	low, high := 0.0, 1.0
	for range 50 {
		x := (low + high) / 2
		if a*x+b*x*x < want {
			low = x
		} else {
			high = x
		}
	}
	return (low + high) / 2
}
