package reference

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name    string
		options Options
		want    []string // one fragment for each mistake, in order
	}{
		{"zero value", Options{}, nil},
		{"everything on", Options{
			Service: 2 * ms, Sigma: 0.3, SecondShare: 0.1, SecondService: 20 * ms, Slow: 1.1, Burn: true,
			Stall: 500 * ms, StallEvery: 10 * time.Second, Workers: 4, Errors: 0.01, Seed: 1,
		}, nil},
		{"second mode that answers at once", Options{SecondShare: 0.1}, nil},
		{"negative service", Options{Service: -ms}, []string{"service time -1ms"}},
		{"sigma not a number", Options{Sigma: math.NaN()}, []string{"sigma NaN"}},
		{"slow is a percentage", Options{Slow: -0.1}, []string{"slow factor -0.1"}},
		{"slow infinite", Options{Slow: math.Inf(1)}, []string{"slow factor +Inf"}},
		{"second mode without share", Options{SecondService: ms}, []string{"has no share"}},
		{"stall without period", Options{Stall: ms}, []string{"both must be positive"}},
		{"period without stall", Options{StallEvery: ms}, []string{"both must be positive"}},
		{"stall as long as its period", Options{Stall: ms, StallEvery: ms}, []string{"shorter than its period"}},
		{"all at once", Options{
			Service: time.Hour, Sigma: 3, SecondShare: 2, SecondService: -ms, Slow: 1e9,
			Stall: -ms, StallEvery: -ms, Workers: -1, Errors: 1.5,
		}, []string{
			"service time 1h0m0s", "sigma 3", "share 2 of the second mode", "service time -1ms of the second mode",
			"slow factor", "both must be positive", "workers -1", "error share 1.5",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.options.Validate()
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %d mistakes, want %d:\n%v", len(got), len(tt.want), err)
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("mistake %d is %q, want %q in it", i, got[i], want)
				}
			}
			if _, newErr := New(tt.options); err != nil && newErr == nil {
				t.Error("New takes invalid options")
			}
		})
	}
}

func TestParseStall(t *testing.T) {
	type result struct {
		Stall, Every time.Duration
		OK           bool
	}
	tests := map[string]result{
		"500ms/10s":   {500 * time.Millisecond, 10 * time.Second, true},
		" 1s / 1m ":   {time.Second, time.Minute, true},
		"":            {},
		"500ms":       {},
		"500/10s":     {},
		"500ms/":      {},
		"/10s":        {},
		"0s/10s":      {},
		"-1s/10s":     {},
		"1s/-10s":     {},
		"10s/10s":     {},
		"1s/10s/100s": {},
	}
	for in, want := range tests {
		stall, every, err := ParseStall(in)
		if diff := cmp.Diff(want, result{stall, every, err == nil}); diff != "" {
			t.Errorf("ParseStall(%q) (-want +got):\n%s\nerror: %v", in, diff, err)
		}
	}
}

func TestParseShare(t *testing.T) {
	type result struct {
		Share float64
		OK    bool
	}
	tests := map[string]result{
		"1%": {0.01, true}, "0.01": {0.01, true}, " 2.5 % ": {0.025, true}, "0": {0, true}, "0%": {0, true},
		"1": {1, true}, "100%": {1, true},
		"": {}, "%": {}, "one": {}, "2": {}, "101%": {}, "-1%": {}, "NaN": {}, "Inf": {}, "1e999%": {}, "1%%": {},
	}
	for in, want := range tests {
		share, err := ParseShare(in)
		if diff := cmp.Diff(want, result{share, err == nil}); diff != "" {
			t.Errorf("ParseShare(%q) (-want +got):\n%s\nerror: %v", in, diff, err)
		}
	}
}

func TestParseBimodal(t *testing.T) {
	type result struct {
		Share   float64
		Service time.Duration
		OK      bool
	}
	tests := map[string]result{
		"10%:20ms": {0.1, 20 * time.Millisecond, true},
		"0.1:20ms": {0.1, 20 * time.Millisecond, true},
		"":         {}, "10%": {}, "10%:": {}, ":20ms": {}, "0%:20ms": {}, "10%:0s": {}, "200%:20ms": {}, "10%:20": {},
	}
	for in, want := range tests {
		share, service, err := ParseBimodal(in)
		if diff := cmp.Diff(want, result{share, service, err == nil}); diff != "" {
			t.Errorf("ParseBimodal(%q) (-want +got):\n%s\nerror: %v", in, diff, err)
		}
	}
}

// FuzzParse: no panic, and whatever a parser accepts Validate accepts too, apart
// from service times that are merely too long.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"500ms/10s", "1%", "0.01", "10%:20ms", "", "/", ":", "%", "1e999%:1h/2h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var o Options
		if stall, every, err := ParseStall(s); err == nil {
			o.Stall, o.StallEvery = stall, every
		}
		if share, err := ParseShare(s); err == nil {
			o.Errors = share
		}
		if share, service, err := ParseBimodal(s); err == nil {
			o.SecondShare, o.SecondService = share, min(service, maxService)
		}
		if err := o.Validate(); err != nil {
			t.Errorf("%q was parsed into invalid options: %v", s, err)
		}
	})
}
