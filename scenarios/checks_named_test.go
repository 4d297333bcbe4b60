package scenarios

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen"
)

// A check without a name has its own words, as the scenario has them, and no two of
// a class are the same.
func TestNamesOfChecks(t *testing.T) {
	sc := parse(t, `requests: [{name: a, checks: [
		{name: score, json: $.score, type: number}, {json: $.score, type: number, min: 0, max: 1.5}, {json: '$.list[*]', one_of: [a, 1, null]},
		{json: $.o, equals: {a: [1, x]}}, {json: $.list, length: 1..3}, {json: $.error, absent: true}, {json: $.n, contains: x, regex: '^x'},
		{header: X-Id}, {text: "two\n words"}, {regex: '^\{'}, {latency: 500ms}, {latency: 500ms}, {status: [200, 202]},
		{name: latency-500ms, latency: 1s}, {text: `+strings.Repeat("é", 70)+`}, {text: `+strings.Repeat("é", 71)+`}]}]`)
	long := "text " + strings.Repeat("é", 54) + "…"
	want := []string{
		"score", "$.score type number min 0 max 1.5", `$.list[*] one_of ["a",1,null]`,
		`$.o equals {"a":[1,"x"]}`, "$.list length 1 to 3", "$.error absent", "$.n contains x regex ^x",
		"header X-Id", "text two words", `regex ^\{`, "latency 500ms", "latency 500ms (2)", "status 200 or 202",
		"latency-500ms", long, long + " (2)",
	}
	if d := cmp.Diff(want, compile(t, sc, CompileOptions{}).Classes[0].Checks); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, sc.ResultClasses()[0].Checks); d != "" {
		t.Error(d)
	}
}

// All checks are looked at, whichever fails first; the answer is one error, and
// nothing is captured of it.
func TestAllChecksOfAnAnswerAreLookedAt(t *testing.T) {
	sc := parse(t, `requests: [{name: a, checks: [{json: $.a}, {json: $.b}, {header: X}, {json: $.c, min: 2}], capture: {x: $.b},
		steps: [{name: b, path: "/{{x}}", checks: [{text: "{{x}}"}, {json: $.y}]}]}]`)
	plan := compile(t, sc, CompileOptions{})
	a := loadgen.Answer{Body: []byte(`{"b": 1, "c": 1}`), Captured: map[string]string{}}
	if err := plan.Classes[0].Check(&a); err == nil || err.Error() != "a: $.a: not in the answer" {
		t.Errorf("the answer's error is %v", err)
	}
	var got []string
	for _, err := range a.Failures() {
		got = append(got, err.Error())
	}
	if d := cmp.Diff([]string{"$.a: not in the answer", "header X: not in the answer", "$.c: found 1, want at least 2"}, got); d != "" {
		t.Error(d)
	}
	if len(a.Captured) > 0 {
		t.Errorf("captured %v of an answer that is not as it should be", a.Captured)
	}
	// A captured value that leaves nothing to check fails that check alone.
	a = loadgen.Answer{Body: []byte(`{"y": 1}`), Captured: map[string]string{"x": `""`}}
	if err := plan.Classes[1].Check(&a); err == nil || len(a.Failures()) != 1 || !strings.Contains(a.Failures()[0].Error(), "{{x}} is empty") {
		t.Errorf("%v, failures %v", err, a.Failures())
	}
	// What is captured is no check.
	a = loadgen.Answer{Body: []byte(`{"a": 1, "b": null, "c": 2}`), Header: []byte("X: 1\r\n"), Captured: map[string]string{}}
	if err := plan.Classes[0].Check(&a); err == nil || len(a.Failures()) != 0 {
		t.Errorf("%v, failures %v", err, a.Failures())
	}
}
