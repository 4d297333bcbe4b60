package summary

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// journeys is a run whose journeys are timed: 10 of 20, 15 of them done.
func journeys() *results.File {
	f := openFile(map[string]*results.ClassData{"predict": served(20), "health": served(10)})
	f.Header.Classes = append(f.Header.Classes, results.Class{Name: "predict.total", Span: true})
	d := served(20)
	d.Errors = map[string]int64{results.ErrCheck: 5}
	f.Slices[0].Spans = map[string]*results.ClassData{"predict.total": d}
	f.Slices[0].Examples = []results.Example{{Error: results.ErrCheck, Class: "predict.total", Span: true, Text: "not after 3 times: x"}}
	return f
}

// A span has its own times and errors, and changes nothing of the rest.
func TestSpansOfARun(t *testing.T) {
	f := journeys()
	with := Of(f, Select{}, nil)
	f.Header.Classes, f.Slices[0].Spans, f.Slices[0].Examples = f.Header.Classes[:2], nil, nil
	without := Of(f, Select{}, nil)
	span := with.Class("predict.total")
	if span == nil || !span.Span || span.Requests != 20 || span.Errors.Total != 5 || int(span.Latency[results.ClockResponse].Max) != 20 || span.Through != 0 {
		t.Fatalf("%+v", span)
	}
	if len(span.Errors.Examples) != 1 || span.Errors.Examples[0].Text != "not after 3 times: x" {
		t.Errorf("examples %+v", span.Errors.Examples)
	}
	warned := 0
	for _, w := range with.Warnings {
		if w.Code == Failure && w.Args["class"] == "predict.total" && w.Args["requests"] == int64(5) {
			warned++
		}
	}
	if warned != 1 || len(without.Warnings) != len(with.Warnings)-1 {
		t.Errorf("warnings %v", with.Warnings)
	}
	with.Spans, with.Warnings = nil, without.Warnings
	a, errA := json.Marshal(with)
	b, errB := json.Marshal(without)
	if d := cmp.Diff(string(b), string(a)); d != "" || errA != nil || errB != nil {
		t.Errorf("without spans and with: %v %v %s", errA, errB, d)
	}
}

func TestSpansInJSON(t *testing.T) {
	b, err := json.Marshal(Of(journeys(), Select{}, []float64{0.5}))
	if err != nil {
		t.Fatal(err)
	}
	var run struct{ Spans map[string]map[string]any }
	if err := json.Unmarshal(b, &run); err != nil {
		t.Fatal(err)
	}
	span := run.Spans["predict.total"]
	if span["count"] != 20.0 || len(span) != 3 {
		t.Errorf("%v", span)
	}
	plain, err := json.Marshal(Of(openFile(map[string]*results.ClassData{"predict": served(1)}), Select{}, nil))
	if err != nil || strings.Contains(string(plain), "spans") {
		t.Errorf("%v, %s", err, plain)
	}
}

// Objectives on spans are of times and errors; what they do not have is said before
// a run.
func TestObjectivesOnSpans(t *testing.T) {
	run := Of(journeys(), Select{}, nil)
	for expr, want := range map[string]float64{
		"predict.total:p50<20ms": 10, "predict.total:max<1s": 20, "predict.total:errors<30%": 25, "predict.total:errors<9": 5, "errors<1%": 0,
	} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.CheckClasses(journeys().Header.Classes); err != nil {
			t.Error(err)
		}
		out, err := o.Judge(run)
		if err != nil || !out.Held || out.Value == nil || *out.Value < 0.99*want || *out.Value > 1.01*want {
			t.Errorf("%s: %+v, %v, want %v", expr, out, err, want)
		}
	}
	for _, expr := range []string{"predict.total:throughput>1/s", "predict.total:goodput>1", "predict.total:dropped<1%", "predict.total:first_byte_p50<1s", "predict.total:check:x>1%"} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.CheckClasses(journeys().Header.Classes); err == nil || !strings.Contains(err.Error(), "predict.total is a time of several requests") {
			t.Errorf("%s: %v", expr, err)
		}
	}
}
