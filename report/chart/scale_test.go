package chart

import (
	"math"
	"slices"
	"testing"
)

func TestShare(t *testing.T) {
	for _, test := range []struct {
		axis  Axis
		value float64
		want  float64
	}{
		{Axis{From: 10, To: 30}, 15, 0.25},
		{Axis{From: -5, To: 5}, 0, 0.5},
		{Axis{Scale: Log, From: 1, To: 10000}, 100, 0.5},
		{Axis{Scale: Log, From: 0.1, To: 10}, 0.1, 0},
		{Axis{Scale: Tail, From: 0, To: 0.999}, 0.9, 1. / 3},   // a nine of three
		{Axis{Scale: Tail, From: 0, To: 0.9999}, 0.99, 0.5},    // two of four
		{Axis{Scale: Tail, From: 0, To: 0.9}, 0.5, 0.30102999}, // log10 of 1/(1-0.5)
	} {
		if got := test.axis.Share(test.value); math.Abs(got-test.want) > 1e-8 {
			t.Errorf("%+v: %v is at %v, want %v", test.axis, test.value, got, test.want)
		}
		if back := test.axis.Value(test.axis.Share(test.value)); math.Abs(back-test.value) > 1e-9 {
			t.Errorf("%+v: %v comes back as %v", test.axis, test.value, back)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		axis  Axis
		about int
		want  []float64
	}{
		{Axis{From: 0, To: 10}, 5, []float64{0, 2, 4, 6, 8, 10}},
		{Axis{From: -0.31, To: 0.27}, 6, []float64{-0.3, -0.2, -0.1, 0, 0.1, 0.2}},
		{Axis{From: 0, To: 3600}, 8, []float64{0, 500, 1000, 1500, 2000, 2500, 3000, 3500}},
		{Axis{Scale: Log, From: 0.1, To: 100}, 5, []float64{0.1, 1, 10, 100}},
		{Axis{Scale: Log, From: 1, To: 12}, 5, []float64{1, 2, 5, 10}},
		{Axis{Scale: Tail, From: 0, To: 0.9995}, 8, []float64{0, 0.5, 0.9, 0.99, 0.999}},
		{Axis{From: 0, To: 9, Ticks: []float64{1, 5, 20}}, 5, []float64{1, 5}},
	} {
		got := test.axis.ticks(test.about)
		if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
			t.Errorf("%+v: ticks %v, want %v", test.axis, got, test.want)
		}
		for _, v := range got {
			if v == 0 && math.Signbit(v) {
				t.Errorf("%+v: a tick at −0", test.axis)
			}
		}
	}
}

// Whatever the values, an axis has two ends and every one of them is between.
func TestFitHoldsAllValues(t *testing.T) {
	for _, scale := range []Scale{Linear, Log, Tail} {
		for _, values := range [][]float64{nil, {0}, {0, 0}, {0.5}, {0.5, 0.5}, {0.1, 0.9}, {math.NaN(), 0.3}, {0.2, math.Inf(1)}} {
			a := Axis{Scale: scale}
			a.fit(values)
			if !(a.From < a.To) {
				t.Errorf("scale %d, values %v: from %v to %v", scale, values, a.From, a.To)
			}
			for _, v := range values {
				if at := a.Share(v); a.shown(v) && !(at >= -1e-9 && at <= 1+1e-9) {
					t.Errorf("scale %d, values %v: %v is at %v", scale, values, v, at)
				}
			}
		}
	}
}
