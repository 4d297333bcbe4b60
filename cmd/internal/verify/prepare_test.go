package verify

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results/answers"
)

// All mistakes are told at once, and the Spec stays as it is.
func TestSpecTellsAllMistakes(t *testing.T) {
	good := Spec{Requests: 20, Connections: 4, Timeout: time.Second, Rules: Usual(), Ignored: []string{"$.a", "header X-Id"}}
	if err := good.Validate(); err != nil || good.Rules.Ignore != nil {
		t.Errorf("%v, %+v", err, good.Rules)
	}
	bad := Spec{Connections: 101, Timeout: -1, Rules: answers.Rules{Absolute: math.NaN(), Relative: 1, Headers: []string{"a b"}}, Ignored: []string{"$[", "header a b"}}
	err := bad.Validate()
	if err == nil {
		t.Fatal("no mistake")
	}
	var flags []string
	for line := range strings.Lines(err.Error()) {
		flag, _, _ := strings.Cut(line, " ")
		flags = append(flags, strings.TrimSuffix(flag, ":"))
	}
	want := []string{"--connections", "--requests", "--timeout", "--tolerance", "--relative", "--headers", "--ignore", "--ignore"}
	if diff := cmp.Diff(want, flags); diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
