package scenarios

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
)

// rateShape is a rate over time, written as a function:
//
//	stages(30s:50, 1m:200)      from 0/s to 50/s in 30 s, then to 200/s in a minute
//	steps(30s:50, 1m:200)       50/s for 30 s, then 200/s for a minute
//	sine(200/s, 100/s, 1m)      around 200/s by 100/s, once a minute
//	spike(50/s, 500/s, 30s, 5s) 50/s, but 500/s for 5 s after 30 s
//
// It is a flag value, too.
type rateShape struct {
	text   string
	shape  loadgen.Shape
	length time.Duration // of all stages; 0: has no end of its own
	levels []float64     // at the ends of stages
}

const shapeForms = "stages(30s:50, 1m:200), steps(30s:50, 1m:200), sine(200/s, 100/s, 1m) or spike(50/s, 500/s, 30s, 5s)"

// UnmarshalText reads a shape.
func (s *rateShape) UnmarshalText(b []byte) error {
	name, args, err := call(string(b))
	if err != nil {
		return fmt.Errorf("found %q, want %s", b, shapeForms)
	}
	out := rateShape{text: name + "(" + strings.Join(args, ", ") + ")"}
	switch name {
	case "stages", "steps":
		err = out.stages(name, args, rateStages)
	case "sine":
		err = out.sine(args)
	case "spike":
		err = out.spike(args)
	default:
		err = fmt.Errorf("%q is no shape", name)
	}
	if err != nil {
		return fmt.Errorf("found %q: %w; want %s", b, err, shapeForms)
	}
	*s = out
	return nil
}

// stageWords are what stages are of: rates, or clients.
type stageWords struct {
	level, first string                        // what stands behind the colon
	read         func(string) (float64, error) // that
}

// rateStages are those of a shape; one may have a rate of 0.
var rateStages = stageWords{
	level: "RATE", first: "the rate to begin with",
	read: func(text string) (float64, error) {
		if v, err := strconv.ParseFloat(strings.TrimSuffix(text, "/s"), 64); err == nil && v == 0 {
			return 0, nil
		}
		var r Rate
		err := r.UnmarshalText([]byte(text))
		return float64(r), err
	},
}

func (s *rateShape) stages(name string, args []string, words stageWords) error {
	var stages []loadgen.Stage
	for _, a := range args {
		st, err := words.parse(a)
		if err != nil {
			return err
		}
		stages = append(stages, st)
	}
	for _, st := range stages {
		s.levels = append(s.levels, st.Rate)
	}
	from := 0.0
	if ramps := name == "stages"; ramps && stages[0].Duration == 0 && len(stages) > 1 {
		from, stages = stages[0].Rate, stages[1:]
	}
	for _, st := range stages {
		if st.Duration == 0 {
			return fmt.Errorf("a stage must last longer than 0s; only the first of stages(…) may be 0s:%s, %s", words.level, words.first)
		}
	}
	for _, st := range stages {
		if s.length += st.Duration; s.length > time.Duration(maxDuration) {
			return fmt.Errorf("the stages last longer than %s", maxDuration)
		}
	}
	if name == "steps" {
		s.shape = loadgen.Steps(stages)
	} else {
		s.shape = loadgen.Ramps(from, stages)
	}
	return nil
}

// parse reads a stage: 30s:50.
func (w *stageWords) parse(text string) (loadgen.Stage, error) {
	length, level, ok := strings.Cut(text, ":")
	var d duration
	if err := d.UnmarshalText([]byte(strings.TrimSpace(length))); !ok || err != nil {
		return loadgen.Stage{}, fmt.Errorf("stage %q: want DURATION:%s such as 30s:50", text, w.level)
	}
	height, err := w.read(strings.TrimSpace(level))
	if err != nil {
		return loadgen.Stage{}, fmt.Errorf("stage %q: %w", text, err)
	}
	return loadgen.Stage{Duration: time.Duration(d), Rate: height}, nil
}

func (s *rateShape) sine(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("sine takes mean, amplitude and period")
	}
	var mean, amplitude Rate
	var period duration
	if err := scanArgs(args, &mean, &amplitude, &period); err != nil {
		return err
	}
	if amplitude >= mean || period == 0 {
		return fmt.Errorf("the amplitude must be below the mean, and the period more than 0")
	}
	s.shape = loadgen.Sine(float64(mean), float64(amplitude), time.Duration(period))
	return nil
}

func (s *rateShape) spike(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("spike takes base rate, peak rate, start and length")
	}
	var base, peak Rate
	var at, length duration
	if err := scanArgs(args, &base, &peak, &at, &length); err != nil {
		return err
	}
	if length == 0 {
		return fmt.Errorf("a spike's length must be more than 0")
	}
	s.shape = loadgen.Steps([]loadgen.Stage{
		{Duration: time.Duration(at), Rate: float64(base)},
		{Duration: time.Duration(length), Rate: float64(peak)},
		{Duration: math.MaxInt64 - time.Duration(at+length), Rate: float64(base)},
	})
	return nil
}

// Set makes a shape a flag value.
func (s *rateShape) Set(text string) error { return s.UnmarshalText([]byte(text)) }

// String is the shape as written.
func (s rateShape) String() string { return s.text }

// MarshalText writes the text that it was read of.
func (s rateShape) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// Type names the flag value in help texts.
func (rateShape) Type() string { return "shape" }

// thinkTime is the time that a client of a closed model waits before its next
// request: 1s, uniform(1s, 3s) or exponential(2s). It is a flag value, too.
type thinkTime struct {
	text string
	law  loadgen.Think
}

var errThink = errors.New("no think time")

const thinkForms = "1s, uniform(1s, 3s) or exponential(2s)"

// UnmarshalText reads a think time.
func (t *thinkTime) UnmarshalText(b []byte) error {
	name, args, err := call(string(b))
	if err != nil {
		name, args = "fixed", []string{strings.TrimSpace(string(b))}
	}
	var low, high duration
	out := thinkTime{text: strings.TrimSpace(string(b))}
	switch {
	case name == "fixed" && len(args) == 1:
		err = scanArgs(args, &low)
		out.law = loadgen.Think{Min: time.Duration(low), Max: time.Duration(low)}
	case name == "uniform" && len(args) == 2:
		if err = scanArgs(args, &low, &high); high < low {
			err = errThink
		}
		out.law = loadgen.Think{Min: time.Duration(low), Max: time.Duration(high)}
	case name == "exponential" && len(args) == 1:
		if err = scanArgs(args, &low); low == 0 {
			err = errThink
		}
		out.law = loadgen.Think{Mean: time.Duration(low)}
	default:
		err = errThink
	}
	if err != nil {
		return fmt.Errorf("found %q, want a think time such as %s", b, thinkForms)
	}
	*t = out
	return nil
}

// Set makes a think time a flag value.
func (t *thinkTime) Set(text string) error { return t.UnmarshalText([]byte(text)) }

// String is the think time as written.
func (t thinkTime) String() string { return t.text }

// MarshalText writes the text that it was read of.
func (t thinkTime) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// Zero says that nobody waits.
func (t thinkTime) Zero() bool { return t.law.Zero() }

// Type names the flag value in help texts.
func (thinkTime) Type() string { return "think" }

// call reads name(a, b, …).
func call(s string) (name string, args []string, err error) {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed || strings.ContainsAny(inner, "()") {
		return "", nil, fmt.Errorf("not of the form name(…)")
	}
	for _, a := range strings.Split(inner, ",") {
		args = append(args, strings.TrimSpace(a))
	}
	return strings.TrimSpace(name), args, nil
}

type textValue interface{ UnmarshalText(b []byte) error }

func scanArgs(args []string, into ...textValue) error {
	for i, a := range args {
		if err := into[i].UnmarshalText([]byte(a)); err != nil {
			return err
		}
	}
	return nil
}
