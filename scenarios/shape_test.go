package scenarios

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen"
)

func TestShapes(t *testing.T) {
	for _, tc := range []struct {
		text   string
		at     time.Duration
		want   float64 // rate at
		length time.Duration
	}{
		{"stages(30s:50, 1m:200)", time.Minute, 125, 90 * time.Second},
		{"stages(10s:0,10s:100/s)", 15 * time.Second, 50, 20 * time.Second},
		{"stages(0s:40, 10s:100/s)", 5 * time.Second, 70, 10 * time.Second},
		{"steps( 30s:50 , 1m:600/m )", 40 * time.Second, 10, 90 * time.Second},
		{"sine(200/s, 100/s, 1m)", 15 * time.Second, 300, 0},
		{"spike(50/s, 500/s, 30s, 5s)", 31 * time.Second, 500, 0},
		{"spike(50, 0.5k, 0s, 5s)", 5 * time.Second, 50, 0},
	} {
		var s rateShape
		if err := s.Set(tc.text); err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		if got := s.shape.Rate(tc.at); math.Abs(got-tc.want) > 1e-6 || s.length != tc.length {
			t.Errorf("%s: %v/s at %s, %s long; want %v/s, %s", tc.text, got, tc.at, s.length, tc.want, tc.length)
		}
		var again rateShape
		if err := again.Set(s.String()); err != nil || again.String() != s.String() {
			t.Errorf("%s reads back as %s, %v", s, again, err)
		}
	}
	for _, text := range []string{
		"", "stages", "stages()", "stages(30s)", "stages(0s:5)", "stages(1s:5, 0s:5)", "stages(0s:5, 0s:6)", "steps(0s:5, 1s:5)", "stages(-1s:5)", "stages(1s:-5)", "stages(1s:x)", "stages(1s:5",
		"sine(1,2,3)", "sine(10,20,1m)", "sine(10,5,0s)", "spike(1,2,3s)", "spike(1,2,3s,0s)", "wave(1)", "spike((1,2,3s,4s))",
	} {
		var s rateShape
		if err := s.Set(text); err == nil || !strings.Contains(err.Error(), "stages(30s:50, 1m:200)") {
			t.Errorf("%q: %v; want an error that shows the forms", text, err)
		}
	}
}

func TestThinkTimes(t *testing.T) {
	for text, want := range map[string]loadgen.Think{
		"1s":                {Min: time.Second, Max: time.Second},
		"fixed(1500ms)":     {Min: 1500 * time.Millisecond, Max: 1500 * time.Millisecond},
		" uniform(1s, 3s) ": {Min: time.Second, Max: 3 * time.Second},
		"exponential(2s)":   {Mean: 2 * time.Second},
	} {
		var th thinkTime
		if err := th.Set(text); err != nil || th.law != want {
			t.Errorf("%q: %+v, %v; want %+v", text, th.law, err, want)
		}
	}
	for _, text := range []string{"", "x", "-1s", "uniform(1s)", "uniform(3s,1s)", "exponential(0s)", "exponential()", "normal(1s,2s)"} {
		var th thinkTime
		if err := th.Set(text); err == nil || !strings.Contains(err.Error(), "uniform(1s, 3s)") {
			t.Errorf("%q: %v; want an error that shows the forms", text, err)
		}
	}
}

func TestThinkAndShapeAreCompiled(t *testing.T) {
	sc, err := Load("users")
	if err != nil {
		t.Fatal(err)
	}
	o := CompileOptions{Target: target(t, "http://127.0.0.1:1"), PoolSize: 1}
	plan, err := Compile(sc, o)
	if err != nil {
		t.Fatal(err)
	}
	if want := (loadgen.Think{Min: time.Second, Max: 3 * time.Second}); plan.Load.Think != want || plan.Load.SpawnRate != 10 || plan.Load.Connections != 100 {
		t.Errorf("users: %+v", plan.Load)
	}
	// A rate over time by flag opens the model, sets the duration, and drops
	// what only workers have.
	err = o.Override.Shape.Set("stages(10s:5, 20s:10)")
	if err != nil {
		t.Fatal(err)
	}
	if plan, err = Compile(sc, o); err != nil {
		t.Fatal(err)
	}
	if plan.Load.Model != "open" || plan.Load.Duration != 30*time.Second || plan.Load.Rate.Rate(10*time.Second) != 5 || !plan.Load.Think.Zero() {
		t.Errorf("users with stages: %+v", plan.Load)
	}
	for name, ov := range map[string]Overrides{
		"think in an open model": {Rate: 5, Think: thinkTime{text: "1s"}},
		"rate and shape":         {Rate: 5, Shape: o.Override.Shape},
	} {
		o.Override = ov
		if _, err := Compile(sc, o); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if sc, err = Load("ramp"); err != nil {
		t.Fatal(err)
	}
	o.Override = Overrides{}
	if plan, err = Compile(sc, o); err != nil || plan.Load.Duration != 2*time.Minute || math.Abs(plan.Load.MeanRate()-250) > 1e-6 {
		t.Errorf("ramp: %+v, %v", plan.Load, err)
	}
}
