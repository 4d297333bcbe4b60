package results

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumbersThatAreNoneAreNull(t *testing.T) {
	for v, want := range map[Number]string{
		0: "0", -1.5: "-1.5", 1.23456789: "1.234568", 1e-9: "0", 1e15: "1000000000000000",
		Number(math.Inf(1)): "null", Number(math.Inf(-1)): "null", Number(math.MaxFloat64): "null", // whose millionths no float64 holds
	} {
		if b, err := json.Marshal(v); err != nil || string(b) != want {
			t.Errorf("%g: %s, %v; want %s", v, b, err, want)
		}
	}
	if b, err := json.Marshal(Number(math.NaN())); err != nil || string(b) != "null" {
		t.Errorf("NaN: %s, %v", b, err)
	}
	if p := Number(2).OrNil(); p == nil || *p != 2 || Number(math.NaN()).OrNil() != nil {
		t.Error("OrNil")
	}
}
