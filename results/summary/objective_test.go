package summary

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// judged is the file whose figures the table below relies on: 100 requests of
// predict (1…100 ms; lag 0.5 ms; 2 wrong statuses, 1 timeout, 25 dropped) and 50 of
// health (1…50 ms, all good) in 10 s.
func judged() *Run {
	p, h := served(100), served(50)
	p.Planned, p.Dropped, p.Done = 125, 25, 99
	p.Errors = map[string]int64{results.ErrStatus: 2, results.ErrTimeout: 1}
	p.Clocks[results.ClockService] = hist(7)
	p.Clocks[results.ClockLag], h.Clocks[results.ClockLag] = hist(0.5), hist(0.25)
	return Of(openFile(map[string]*results.ClassData{"predict": p, "health": h}), Select{Arm: results.ArmA}, nil)
}

func TestObjectives(t *testing.T) {
	tests := []struct {
		expr  string
		value string // %.3g; "-" for no data
		held  bool
	}{
		{"p99<100ms", "99", true},
		{"p99 < 98ms", "99", false},
		{"p50<=38ms", "38", false}, // 38.01: the histogram's bucket
		{"p50<=38.1ms", "38", true},
		{"p50>37ms", "38", true},
		{"p50>=39ms", "38", false},
		{"response_p50<39ms", "38", true},
		{"p99<0.2s", "99", true},
		{"p99<98000µs", "99", false},
		{"p99<98000us", "99", false},
		{"p99.9<1m", "100", true},
		{"min<1ms", "1", true}, // 0.9999: the bucket's lower end
		{"mean<43ms", "42.2", true},
		{"max<100ms", "100", false},
		{"service_max<7.1ms", "50", false}, // health's 50 ms
		{"predict:service_max<7.1ms", "7", true},
		{"lag_p99<1ms", "0.5", true},
		{"lag_p99<0.4ms", "0.5", false},
		{"health:lag_max<0.3ms", "0.25", true},
		{"health:p50<25.1ms", "25", true},
		{"predict : p50 < 50ms", "50", false},
		{"errors<2.1%", "2", true},
		{"errors<2%", "2", false},
		{"errors<=3", "3", true},
		{"errors<3", "3", false},
		{"predict:errors<3%", "3", false},
		{"health:errors<=0%", "0", true},
		{"dropped<1%", "14.3", false},
		{"dropped<=25", "25", true},
		{"health:dropped<1", "0", true},
		{"throughput>14.8/s", "14.9", true},
		{"goodput>14.8/s", "14.7", false},
		{"goodput>14.6", "14.7", true},
		{"health:goodput>=5/s", "5", true},
		{"predict:throughput>=10/s", "9.9", false},
	}
	s := judged()
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			o, err := ParseObjective(tt.expr)
			if err != nil {
				t.Fatal(err)
			}
			out, err := o.Judge(s)
			if err != nil {
				t.Fatal(err)
			}
			value := "-"
			if out.Value != nil {
				value = fmt.Sprintf("%.3g", *out.Value)
			}
			if value != tt.value || out.Held != tt.held || out.Expr != tt.expr {
				t.Errorf("%q is %s, held %v; want %s, %v", out.Expr, value, out.Held, tt.value, tt.held)
			}
		})
	}
}

// A gate must not pass on nothing.
func TestObjectiveWithoutData(t *testing.T) {
	f := openFile(map[string]*results.ClassData{"predict": served(5)})
	s := Of(f, Select{Arm: results.ArmA}, nil)
	for _, expr := range []string{"health:p99<1h", "health:errors<100%", "health:dropped<100%", "health:max<1h", "health:lag_min>=0s"} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := o.Judge(s); err != nil || out.Held || out.Value != nil {
			t.Errorf("%s on a class without requests: %+v, %v; want missed without a value", expr, out, err)
		}
	}
	empty := Of(openFile(nil), Select{Arm: results.ArmA}, nil)
	o, _ := ParseObjective("throughput>=0/s")
	if out, _ := o.Judge(empty); !out.Held {
		t.Error("a rate of 0 is a number, and at least 0")
	}
}

// A percentile of too few requests is their maximum, and is said to be.
func TestObjectiveOfFewRequests(t *testing.T) {
	s := Of(openFile(map[string]*results.ClassData{"predict": served(16)}), Select{Arm: results.ArmA}, nil)
	for expr, want := range map[string]string{
		"p95<1h":           "the maximum: 16 requests are too few for p95",
		"predict:p99.9<1h": "the maximum: 16 requests are too few for p99.9",
		"p90<1h":           "",
		"max<1h":           "",
		"errors<1%":        "",
	} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := o.Judge(s); err != nil || !out.Held || out.Note != want {
			t.Errorf("%s: %+v, %v; want note %q", expr, out, err, want)
		}
	}
}

func TestJudgeAll(t *testing.T) {
	parse := func(exprs ...string) []Objective {
		var out []Objective
		for _, e := range exprs {
			o, err := ParseObjective(e)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, o)
		}
		return out
	}
	s := judged()
	held, err := s.JudgeAll(parse("p99<1s", "errors<1%", "lag_p99<1ms"))
	if err != nil || held || len(s.Objectives) != 3 || !s.Objectives[0].Held || s.Objectives[1].Held || !s.Objectives[2].Held {
		t.Errorf("held %v, error %v, outcomes %+v; want the second missed", held, err, s.Objectives)
	}
	if held, err := judged().JudgeAll(parse("p99<1s")); !held || err != nil {
		t.Errorf("one held objective: %v, %v", held, err)
	}
	if held, err := judged().JudgeAll(nil); !held || err != nil {
		t.Errorf("no objective: %v, %v", held, err)
	}
	_, err = judged().JudgeAll(parse("batch:p99<1s"))
	if err == nil || !strings.Contains(err.Error(), `no request class "batch"`) {
		t.Errorf("an unknown class: error %v", err)
	}
}

func TestParseObjectiveRefuses(t *testing.T) {
	tests := []struct{ expr, want string }{
		{"", objectiveHelp},
		{"p99", objectiveHelp},
		{"p99<", objectiveHelp},
		{"p99=5ms", objectiveHelp},
		{"p99==5ms", objectiveHelp},
		{"p99<5ms and errors<1%", objectiveHelp},
		{"p99<-5ms", objectiveHelp},
		{"a:b:p99<5ms", objectiveHelp},
		{":p99<5ms", objectiveHelp},
		{"P99<5ms", objectiveHelp},
		{"p99<5", `limit "5": want a duration such as 50ms`},
		{"p99<5%", `limit "5%": want a duration such as 50ms`},
		{"p99<5/s", `limit "5/s": want a duration`},
		{"p99<1.2.3ms", `"1.2.3" is no number`},
		{"p99<.ms", `"." is no number`},
		{"p99<99999999999h", `want a duration`},
		{"p0<5ms", `"p0" is no metric`},
		{"p100<5ms", `"p100" is no metric`},
		{"p<5ms", `"p" is no metric`},
		{"99<5ms", `"99" is no metric`},
		{"pnan<5ms", `"pnan" is no metric`},
		{"pinf<5ms", `"pinf" is no metric`},
		{"p1e1<5ms", `"p1e1" is no metric`},
		{"p0x1p4<5ms", `"p0x1p4" is no metric`},
		{"median<5ms", `"median" is no metric`},
		{"lag_errors<5", `lag_errors is no metric`},
		{"service_goodput>5/s", `service_goodput is no metric`},
		// 0.01 was fewer than 0.01 requests: none.
		{"errors<0.01", `limit "0.01": want a share, such as errors<1%, or a whole number of requests`},
		{"errors<=0.001", `limit "0.001": want a share, such as errors<=0.1%, or a whole number of requests`},
		{"errors<1.5", `limit "1.5": want a share, such as errors<1.5%`},
		{"dropped<0.5", `limit "0.5": want a share, such as dropped<50%`},
		{"a:errors<.05", `limit ".05": want a share, such as errors<5%`},
		{"errors<101%", `limit "101%": want a share of at most 100%`},
		{"errors<0", `limit "0": nothing is less; to allow none, write <=0`},
		{"dropped<0%", `limit "0%": nothing is less; to allow none, write <=0%`},
		{"p99<0s", `limit "0s": nothing is less`},
		{"errors<5ms", `limit "5ms": want a share such as 0.1% or a number of requests`},
		{"dropped<5/s", `limit "5/s": want a share`},
		{"goodput>5%", `limit "5%": want a rate such as 150/s`},
		{"throughput>5ms", `limit "5ms": want a rate`},
	}
	for _, tt := range tests {
		_, err := ParseObjective(tt.expr)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), fmt.Sprintf("objective %q: ", tt.expr)) {
			t.Errorf("%q: error %v, want %q", tt.expr, err, tt.want)
		}
	}
}

// FuzzParseObjective: no input panics, what is accepted can be judged, and its
// expression reads as itself.
func FuzzParseObjective(f *testing.F) {
	for _, s := range []string{"p99<50ms", "predict:lag_p99.9>=1.5µs", "errors<0.1%", "goodput>150/s", "dropped<=3", "x:min<1h", "p<", "::", "check:has-score>99%", "a:check:b.c>=99.5%", "check:p99<1s"} {
		f.Add(s)
	}
	s := judged()
	f.Fuzz(func(t *testing.T, expr string) {
		o, err := ParseObjective(expr)
		if err != nil {
			return
		}
		if o.limit < 0 || o.stat == "" && o.check == "" && (o.q <= 0 || o.q >= 1) {
			t.Fatalf("%q: limit %v, quantile %v", expr, o.limit, o.q)
		}
		again, err := ParseObjective(o.Expr)
		if err != nil || again != o {
			t.Fatalf("%q reads as %+v, then as %+v (%v)", expr, o, again, err)
		}
		out, err := o.Judge(s)
		if err == nil {
			if _, err := json.Marshal(out); err != nil {
				t.Fatalf("%q: outcome is no JSON: %v", expr, err)
			}
		}
	})
}

// confident judges one objective with a confidence of 95%.
func confident(t *testing.T, expr string, s *Run) ObjectiveResult {
	t.Helper()
	o, err := ParseObjective(expr)
	if err != nil {
		t.Fatal(err)
	}
	o.Confidence = 0.95
	out, err := o.Judge(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Answers of 1, 2 … n ms, by hand: of 400 the chance that none is beyond p99 is
// 1.8%, that at most one is 9%; so p99 is surely below the largest only.
func TestObjectiveConfidence(t *testing.T) {
	of := func(n int, errors int64) *Run {
		d := served(n)
		d.Done, d.Errors = d.Done-errors, map[string]int64{results.ErrStatus: errors}
		return Of(openFile(map[string]*results.ClassData{"predict": d}), Select{Arm: results.ArmA}, nil)
	}
	for _, tt := range []struct {
		n, errors int
		expr      string
		want      string // held, undecided or missed
		note      string
	}{
		{400, 0, "p99<401ms", "held", ""},
		{400, 0, "p99<399ms", "undecided", "not decided: with 400 requests it may at 95% be 400 ms"},
		{400, 0, "p99<390ms", "missed", ""},
		{299, 0, "p99<1s", "held", ""},
		{298, 0, "p99<1s", "undecided", "not decided: 298 requests are too few for p99 at 95%, which takes 299"},
		{16, 0, "predict:p99.9<1h", "undecided", "not decided: 16 requests are too few for p99.9 at 95%, which takes 2995"},
		{400, 0, "p1>0.5ms", "held", ""},
		{400, 0, "p1>2ms", "undecided", "not decided: with 400 requests it may at 95% be 1 ms"},
		{400, 0, "errors<1%", "held", ""}, // none of 400: 1 − 0.05^(1/400) = 0.75%
		{400, 0, "errors<=0%", "undecided", "not decided: with 400 requests it may at 95% be 0.7461%"},
		{400, 1, "errors<1%", "undecided", "not decided: with 400 requests it may at 95% be 1.18%"},
		{400, 5, "errors<1%", "missed", ""},
		{400, 0, "errors<=0", "held", "as measured: there is no bound of it at 95%"},
		{400, 0, "max<1s", "held", "as measured: there is no bound of it at 95%"},
	} {
		got := confident(t, tt.expr, of(tt.n, int64(tt.errors)))
		word := "missed"
		switch {
		case got.Held:
			word = "held"
		case got.Undecided:
			word = "undecided"
		}
		if word != tt.want || got.Note != tt.note || got.Held && got.Undecided || got.Missed() != (word == "missed") {
			t.Errorf("%s of %d requests, %d failed: %s, note %q; want %s, %q", tt.expr, tt.n, tt.errors, word, got.Note, tt.want, tt.note)
		}
	}
}

// A gate does not take the maximum for a percentile.
func TestObjectiveOfSufficientRequests(t *testing.T) {
	s := Of(openFile(map[string]*results.ClassData{"predict": served(16)}), Select{Arm: results.ArmA}, nil)
	for expr, want := range map[string]ObjectiveResult{
		"p95<1h":  {Undecided: true, Note: "not decided: this is the maximum: 16 requests are too few for p95"},
		"p95<1ms": {Note: "the maximum: 16 requests are too few for p95"},
		"p90<1h":  {Held: true},
	} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		o.Sufficient = true
		if out, err := o.Judge(s); err != nil || out.Held != want.Held || out.Undecided != want.Undecided || out.Note != want.Note {
			t.Errorf("%s: %+v, %v; want %+v", expr, out, err, want)
		}
	}
}

// A service that is exactly at its limit passes a limit at 95% in at most a
// twentieth of runs, and by what was measured alone in about half.
func TestObjectiveConfidenceIsKept(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 5))
	const trials, n = 800, 500
	counts := map[string]int{}
	for range trials {
		d, l := served(0), stats.NewLive()
		d.Sent, d.Errors = n, map[string]int64{}
		for range n {
			l.Record(time.Duration(rng.ExpFloat64() * float64(time.Second)))
			if rng.Float64() < 0.02 {
				d.Errors[results.ErrStatus]++
			}
		}
		d.Done = n - d.Errors[results.ErrStatus]
		d.Clocks[results.ClockResponse] = l.Drain()
		s := Of(openFile(map[string]*results.ClassData{"predict": d}), Select{Arm: results.ArmA}, nil)
		for _, expr := range []string{"p99<4605ms", "p50<693.1ms", "p50>693.1ms", "errors<2%"} {
			out := confident(t, expr, s)
			if out.Held {
				counts[expr]++
			}
			if !out.Missed() {
				counts[expr+" as measured"]++
			}
		}
	}
	t.Log(counts)
	for _, expr := range []string{"p99<4605ms", "p50<693.1ms", "p50>693.1ms", "errors<2%"} {
		// Three standard errors of a twentieth: 2.3 points.
		if held, measured := counts[expr], counts[expr+" as measured"]; held > trials*73/1000 || held == 0 || measured < trials*3/10 {
			t.Errorf("%s: held in %d of %d, as measured in %d", expr, held, trials, measured)
		}
	}
}
