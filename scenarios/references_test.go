package scenarios

import (
	"strings"
	"testing"
)

// A13: without steps {{id}} was sent as it is, percent-encoded in paths.
func TestReferencesWithoutACaptureAreRefusedEverywhere(t *testing.T) {
	for _, src := range []string{
		`requests: [{name: a, path: "/items/{{id}}"}]`,
		`requests: [{name: a, path: "/items?id={{ id }}"}]`,
		`requests: [{name: a, headers: {X: "{{id}}"}}]`,
		`requests: [{name: a, body: {json: {x: ["{{id}}"]}}}]`,
		`requests: [{name: a, body: {json: {"{{id}}": 1}}}]`,
		`requests: [{name: a, body: {text: "x {{id}}"}}]`,
		`requests: [{name: a, body: {form: {x: "{{id}}"}}}]`,
		`requests: [{name: a, checks: [{text: "{{id}}"}]}]`,
		`{requests: [{name: a}], setup: [{path: "/x/{{id}}"}]}`,
		`{requests: [{name: a}], teardown: [{path: /x, headers: {X: "{{id}}"}}]}`,
		`{requests: [{name: a, auth: bearer}], login: {path: "/x/{{id}}"}}`,
		`{requests: [{name: a, auth: bearer}], login: {path: /x, body: {json: {user: "{{id}}"}}}}`,
	} {
		_, err := Parse([]byte(src), "f.yaml")
		if err == nil || !strings.Contains(err.Error(), "f.yaml:1:") || !strings.Contains(err.Error(), "{{id}}: nothing captures it before") {
			t.Errorf("%s: %v", src, err)
		}
	}
	// Bodies that have such braces of their own can be sent, are imported so, and
	// written down so for a request of the command line.
	sc := parse(t, `requests: [{name: a, body: {base64: SGVsbG8ge3tuYW1lfX0=}}]`)
	if got := bodiesOf(compile(t, sc, CompileOptions{}).Classes[0])[0]; got != "Hello {{name}}" {
		t.Errorf("sent %q", got)
	}
	made, err := AdHoc("", nil, []byte(`{"prompt":"Hello {{name}}"}`), "")
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, made.Text())
	if got := bodiesOf(compile(t, again, CompileOptions{}).Classes[0])[0]; got != `{"prompt":"Hello {{name}}"}` {
		t.Errorf("sent %q", got)
	}
}
