package report

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// spannedRun is a run of jobs that are asked for until they are done.
func spannedRun() *summary.Run {
	f := file(results.Open,
		results.Class{Name: "job", Share: 0.5}, results.Class{Name: "job.result", Share: 0.5, Repeats: true},
		results.Class{Name: "job.total", Span: true}, results.Class{Name: "job.result.total", Span: true})
	s := measured(results.ArmA, 0, 60, map[string]*results.ClassData{"job": class(1000, 3, 9), "job.result": class(5200, 1, 4)})
	whole, result := class(1000, 1500, 4800), class(1000, 1400, 4700)
	for _, d := range []*results.ClassData{whole, result} {
		d.Errors = map[string]int64{results.ErrCheck: 12}
		delete(d.Clocks, results.ClockFirstByte)
	}
	s.Spans = map[string]*results.ClassData{"job.total": whole, "job.result.total": result}
	s.Examples = []results.Example{{
		Error: results.ErrCheck, Class: "job.result.total", Span: true, AtS: 3,
		Text: `not after 30 times: job.result: $.status: found "running", want "done"`,
	}}
	f.Slices = append(f.Slices, s)
	run := summary.Of(f, summary.Select{}, nil)
	judge(run, "job.total:p95<5s", "job.result.total:errors<1%", "p99<20ms")
	return run
}

// comparedSpans are two targets that answer as quickly, of which one is slower to be
// done.
func comparedSpans() *verdict.Comparison {
	f := pairedFile(48, constantly(1))
	f.Header.Classes = append(f.Header.Classes, results.Class{Name: "job.total", Span: true})
	for i := range f.Slices {
		s := &f.Slices[i]
		d := class(40, 1500, 4800)
		if s.Arm == results.ArmB {
			d = class(40, 2100, 6000)
		}
		delete(d.Clocks, results.ClockFirstByte)
		s.Spans = map[string]*results.ClassData{"job.total": d}
	}
	return judged(f)
}

// A table of a span has what spans have, in words for them.
func TestTablesOfSpans(t *testing.T) {
	text := render(t, "spans", Text, Options{})
	for _, want := range []string{"job.total  ", "spans: times of several requests", `12 times, for example of job.result.total: not after 30 times`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	rows := render(t, "spans", CSV, Options{})
	for row, there := range map[string]bool{",job.total,count,": true, ",job.total,p95,ms,": true, ",job.total,throughput,": false, ",job.total,share,": false} {
		if strings.Contains(rows, row) != there {
			t.Errorf("%s: %v", row, !there)
		}
	}
	if compared := render(t, "compared-spans", Text, Options{}); !strings.Contains(compared, "job.total (a time of several requests: A 1920, B 1920)") || strings.Contains(compared, "job.total (0.0%") {
		t.Errorf("%s", compared)
	}
}
