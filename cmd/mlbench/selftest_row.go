package main

import (
	"encoding/json"
	"fmt"
	"math"
)

// row is one statement of a check: what had to be measured, what was, and how
// far apart the two may be.
type row struct {
	What     string `json:"what"`
	Unit     unit   `json:"unit"`
	Expected number `json:"expected"`
	Measured number `json:"measured"`
	Below    number `json:"tolerance_below"`
	Above    number `json:"tolerance_above"`
	Held     bool   `json:"held"`
}

// unit is a row's unit.
type unit string

const (
	inMS    unit = "ms"
	inPct   unit = "%"
	inRPS   unit = "/s"
	inCount unit = "requests"
	inOnes  unit = "1"
	inYesNo unit = "yes/no" // 1 and 0
)

// number is a float64 that is null in JSON when there is none.
type number float64

// MarshalJSON writes what JSON has no numbers for as null.
func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(math.Round(float64(n)*1e6) / 1e6)
}

// newRow judges: what was not measured (NaN) does not hold.
func newRow(what string, u unit, expected, measured, below, above float64) row {
	return row{
		What: what, Unit: u, Expected: number(expected), Measured: number(measured),
		Below: number(below), Above: number(above),
		Held: measured >= expected-below && measured <= expected+above,
	}
}

func countRow(what string, expected, measured int64) row {
	return newRow(what, inCount, float64(expected), float64(measured), 0, 0)
}

func yesRow(what string, expected, measured bool) row {
	one := map[bool]float64{true: 1}
	return newRow(what, inYesNo, one[expected], one[measured], 0, 0)
}

// format is a value of the row as text.
func (r *row) format(v number) string {
	switch {
	case math.IsNaN(float64(v)):
		return "none"
	case r.Unit == inYesNo && v == 1:
		return "yes"
	case r.Unit == inYesNo:
		return "no"
	case r.Unit == inCount:
		return fmt.Sprintf("%.0f", float64(v))
	case r.Unit == inOnes:
		return fmt.Sprintf("%.4g", float64(v))
	case r.Unit == inPct:
		return fmt.Sprintf("%.2f%%", float64(v))
	case r.Unit == inRPS:
		return fmt.Sprintf("%.1f/s", float64(v))
	}
	return fmt.Sprintf("%.2f ms", float64(v))
}

// tolerance as text.
func (r *row) tolerance() string {
	above, below := r.format(r.Above), r.format(r.Below)
	switch {
	case r.Above == 0 && r.Below == 0:
		return "exact"
	case math.IsInf(float64(r.Above), 1):
		return "at least"
	case math.IsInf(float64(r.Below), 1):
		return "at most"
	case r.Below == r.Above:
		return "±" + above
	case r.Below == 0:
		return "+" + above
	case r.Above == 0:
		return "-" + below
	}
	return "-" + below + " +" + above
}

// outcome is "ok" or "FAILED".
func (r *row) outcome() string {
	if r.Held {
		return "ok"
	}
	return "FAILED"
}
