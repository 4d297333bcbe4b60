package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// M11: each of these was compared with all others: 60,000 headers took 38 s, and
// 40,000 variables minutes.
func TestHeadersAndVariablesAreBounded(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "X%d: 1, ", i)
		}
		return b.String()
	}
	for src, want := range map[string]string{
		"requests: [{name: a, headers: {" + many(1001) + "}}]":                                                          "requests[0].headers: found 1001 headers, want at most 1000",
		"requests: [{name: a, headers: {" + many(1000) + "}}]":                                                          "",
		"requests: [{name: a, headers: {X: [" + strings.Repeat("1, ", 1000) + "]}}]":                                    "requests[0].headers: found 1001 headers",
		"{variables: {" + many(1001) + "}, requests: [{name: a}]}":                                                      "variables: found 1001 variables, want at most 1000",
		"{variables: {A: 1}, requests: [{name: a, path: /, body: {text: '${A}" + strings.Repeat(" ${B}", 300) + "'}}]}": "did you mean ${A}",
	} {
		_, err := Parse([]byte(src), "f.yaml")
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%.60s…: %.200s, want %s", src, got, want)
		}
	}
}
