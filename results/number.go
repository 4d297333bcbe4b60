package results

import (
	"encoding/json"
	"math"
)

// Number is a float64 that is null in JSON when there is none (NaN) or no limit
// (±Inf); others have six decimals at most.
type Number float64

// OrNil is v, or nil for what JSON has no numbers for.
func (v Number) OrNil() *float64 {
	if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return &f
	}
	return nil
}

// MarshalJSON writes it, rounded, or null; it has no error.
func (v Number) MarshalJSON() ([]byte, error) {
	return json.Marshal(Number(math.Round(float64(v)*1e6) / 1e6).OrNil())
}
