package servers

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/servers/predict"
)

// Both subjects answer what Forest.Predict says, to the last bit.
func TestPredictionsAreTheSameBits(t *testing.T) {
	f, err := forest()
	if err != nil {
		t.Fatal(err)
	}
	inputs := parityInputs(300)
	for _, name := range subjects {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, nil, nil)
			check := func(way string, i int, got float64) {
				if want := f.Predict(&inputs[i]); math.Float64bits(got) != math.Float64bits(want) {
					t.Errorf("%s: input %v: %v, want %v", way, inputs[i], got, want)
				}
			}
			for i := range inputs { // a batch asks the model, a single one then the cache
				if i%50 == 0 {
					for j, y := range predictBatch(t, s, inputs[i:i+50]) {
						check("batch", i+j, y)
					}
				}
				check("cached", i, predictOne(t, s, inputs[i]))
			}
			s.send(t, post("/cache/clear", ""))
			for i := range inputs {
				check("single", i, predictOne(t, s, inputs[i]))
			}
		})
	}
}

func parityInputs(n int) []predict.Features {
	r := rand.New(rand.NewPCG(1, 2))
	inputs := []predict.Features{
		{1000, -1000, 1000, -1000, 1000, -1000, 1000, -1000, 1000, -1000},
		{5e-324, -5e-324, 1e-310, math.Copysign(0, -1), 1.0 / 3, 0.1 + 0.2, 999.9999999999999, -1e-9, 123.456789012345678, 1e2},
	}
	for len(inputs) < n {
		var x predict.Features
		for i := range x {
			x[i] = r.NormFloat64()
			if len(inputs)%10 == 0 {
				x[i] = 2000*r.Float64() - 1000
			}
		}
		inputs = append(inputs, x)
	}
	return inputs
}

func numbers(x predict.Features) string {
	items := make([]string, len(x))
	for i, v := range x {
		items[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func predictOne(t testing.TB, s *subject, x predict.Features) float64 {
	t.Helper()
	status, _, body := s.send(t, features(numbers(x)))
	var p predict.Prediction
	if err := json.Unmarshal(body, &p); status != 200 || err != nil {
		t.Fatalf("%s: %d %s %v", s.name, status, body, err)
	}
	return p.Prediction
}

func predictBatch(t testing.TB, s *subject, xs []predict.Features) []float64 {
	t.Helper()
	lists := make([]string, len(xs))
	for i, x := range xs {
		lists[i] = numbers(x)
	}
	status, _, body := s.send(t, samples(lists...))
	var b predict.Batch
	if err := json.Unmarshal(body, &b); status != 200 || err != nil || len(b.Predictions) != len(xs) {
		t.Fatalf("%s: %d %s %v", s.name, status, body, err)
	}
	return b.Predictions
}
