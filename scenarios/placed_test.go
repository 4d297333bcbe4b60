package scenarios

import (
	"errors"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/targets/strict"
)

// Of mistakes that show only when requests are made the first one was told, without a
// place.
func TestMistakesOfMadeRequestsAreToldAtOnceWithTheirPlace(t *testing.T) {
	sc := parse(t, `
loads: {main: {duration: 1s, classes: [a, b]}, other: {classes: [c]}}
setup: [{path: /s, headers: {A: {$choice: ["a\nb"]}}}]
requests:
  - {name: a, path: "/{x}", params: {x: {$choice: [".."]}}}
  - {name: b, path: /b, headers: {X: [ok, {$choice: ["a\nb"]}]}}
  - {name: c, path: /c, body: {json: {a: 1}}, checks: [{json: $.a, equals: {request: $.b}}]}
teardown: [{path: "/{y}", params: {y: ""}}]
`)
	_, err := Once(sc, CompileOptions{Target: target(t, "http://h:1")})
	if err == nil {
		t.Fatal("no mistake")
	}
	var found strict.Mistakes
	if !errors.As(err, &found) || len(found) != 5 {
		t.Errorf("%d mistakes with a place, want 5", len(found))
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{
		"test.yaml:3:33: setup[0].headers.A: header A: a value",
		"test.yaml:5:21: requests[0].path: what stands for",
		"test.yaml:6:43: requests[1].headers.X[1]: header X: a value",
		"test.yaml:7:76: requests[2].checks[0].equals: the request's body has no $.b",
		"test.yaml:8:19: teardown[0].path: what stands for",
	} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is not %q of\n%v", i+1, want, err)
		}
	}
	if len(lines) != 5 {
		t.Errorf("%d lines, want 5", len(lines))
	}
}
