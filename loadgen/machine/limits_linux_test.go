package machine

import (
	"math"
	"testing"
)

func TestParsePressure(t *testing.T) {
	for in, want := range map[string]float64{
		"some avg10=46.55 avg60=46.74 avg300=60.03 total=1580269844\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n": 1580.269844,
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n":                                                             0,
		"some total=x\n": 0,
		"some\n\n":       0,
		"":               0,
	} {
		if got := parsePressure([]byte(in)); math.Abs(got-want) > 1e-9 {
			t.Errorf("%q: %v s, want %v", in, got, want)
		}
	}
}

// What every Linux tells.
func TestReadLimits(t *testing.T) {
	l := ReadLimits()
	if l.OpenFiles == 0 || l.PortsFrom <= 0 || l.PortsTo < l.PortsFrom || l.TimeWait < 0 {
		t.Errorf("%+v", l)
	}
	cores := usableCores()
	if len(cores) == 0 {
		t.Fatal("no core to run on")
	}
	for i, c := range cores {
		if c < 0 || i > 0 && c <= cores[i-1] {
			t.Errorf("cores %v", cores)
		}
	}
}
