package scenarios

import (
	"testing"

	"github.com/mlbench/mlbench/loadgen/send"
)

func TestCapturedValuesAreHidden(t *testing.T) {
	sc, err := Parse([]byte(`requests:
  - {name: l, path: /in, capture: {token: $.tok}, steps: [{name: e, path: /echo, body: {json: {t: "{{token}}"}}}]}
`), "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(sc, CompileOptions{Target: target(t, "http://127.0.0.1:1")})
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Redact(`$.t: found "SECRETCAP", want "no"`, `"SECRETCAP"`, "no"); got != `$.t: found "`+send.Hidden+`", want "no"` {
		t.Error(got)
	}
}
