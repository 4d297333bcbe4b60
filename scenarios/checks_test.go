package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen"
)

// judged is what a check says about an answer; "" if it holds.
func judged(t *testing.T, check string, a *loadgen.Answer) string {
	t.Helper()
	sc := parse(t, "requests: [{name: a, checks: ["+check+"]}]")
	if err := compile(t, sc, CompileOptions{}).Classes[0].Check(a); err != nil {
		return err.Error()
	}
	return ""
}

func TestChecks(t *testing.T) {
	answer := loadgen.Answer{
		Status: 200, Service: 150 * time.Millisecond,
		Header: []byte("Content-Type: application/json\r\nX-Request-ID:\t abc-1 \r\nX-N: 5\nSet-Cookie: hunter2\r\nX-Empty:\r\n"),
		Body: []byte(`{"prediction": 0.25, "count": 5, "big": 9007199254740993, "whole": 1e3, "name": "Zoë", "ok": true, "none": null,
			"list": [1, 2, 3], "rows": [{"s": 1}, {"s": 2}], "o": {"a": [1, "x", null]}, "token": "hunter2", "text": "5"}`),
	}
	for _, tt := range []struct{ check, want string }{
		{"{json: $.prediction}", ""},
		{"{json: $.none}", ""}, // null is there
		{"{json: $.nothing}", "$.nothing: not in the answer"},
		{"{json: $.nothing, absent: true}", ""},
		{"{json: $.name, absent: true}", "$.name: is there, want none"},
		{"{json: $.name, absent: false}", ""},

		{"{json: $.prediction, type: number, min: -1000, max: 1000}", ""},
		{"{json: $.prediction, min: 0.25, max: 0.25}", ""},
		{"{json: $.prediction, min: 0.3}", "$.prediction: found 0.25, want at least 0.3"},
		{"{json: $.prediction, max: -1}", "$.prediction: found 0.25, want at most -1"},
		{"{json: $.text, min: 1}", `$.text: found "5", want a number`},
		{"{json: $.prediction, type: integer}", "$.prediction: found 0.25, want a value of type integer"},
		{"{json: $.whole, type: integer}", ""},
		{"{json: $.count, type: number}", ""},
		{"{json: $.name, type: string}", ""},
		{"{json: $.ok, type: boolean}", ""},
		{"{json: $.none, type: 'null'}", ""},
		{"{json: $.none, type: number}", "$.none: found null, want a value of type number"},
		{"{json: $.list, type: array}", ""},
		{"{json: $.o, type: object}", ""},
		{"{json: $.list, type: object}", "$.list: found [1,2,3], want a value of type object"},

		{"{json: $.count, equals: 5}", ""},
		{"{json: $.count, equals: 5.0}", ""},
		{"{json: $.count, equals: 6}", "$.count: found 5, want 6"},
		{"{json: $.count, equals: '5'}", `$.count: found 5, want "5"`},
		{"{json: $.whole, equals: 1000}", ""},
		{"{json: $.big, equals: 9007199254740993}", ""},
		{"{json: $.big, equals: 9007199254740992}", "$.big: found 9007199254740993, want 9007199254740992"},
		{"{json: $.name, equals: Zoë}", ""},
		{"{json: $.ok, equals: true}", ""},
		{"{json: $.ok, equals: false}", "$.ok: found true, want false"},
		{"{json: $.none, equals: null}", ""},
		{"{json: $.o, equals: {a: [1, x, null]}}", ""},
		{"{json: $.o, equals: {a: [1, x, 0]}}", `$.o: found {"a":[1,"x",null]}, want the mapping of the scenario`},
		{"{json: $.o, equals: {b: [1, x, null]}}", "$.o: found"},
		{"{json: $.list, equals: [1, 2]}", "$.list: found [1,2,3], want the list of the scenario"},

		{"{json: $.name, one_of: [Ann, Zoë]}", ""},
		{"{json: $.count, one_of: [4, 5.0]}", ""},
		{"{json: $.none, one_of: [1, null]}", ""},
		{"{json: $.name, one_of: [Ann, 5]}", `$.name: found "Zoë", want one of "Ann", 5`},
		{"{json: '$.list[*]', one_of: [1, 2]}", "$.list[*]: found 3, want one of 1, 2"},
		{"{header: X-N, one_of: [4, 5]}", ""},
		{"{header: X-Request-ID, one_of: [a, b]}", `header X-Request-ID: found "abc-1", want one of "a", "b"`},

		{"{json: $.list, length: 3}", ""},
		{"{json: $.list, length: 1..3}", ""},
		{"{json: $.list, length: 4..9}", "$.list: of length 3, want 4 to 9"},
		{"{json: $.name, length: 3}", ""}, // characters
		{"{json: $.o, length: 2}", "$.o: of length 1, want 2"},
		{"{json: $.count, length: 1}", "$.count: found 5, want a text, list or object"},
		{"{json: $.name, contains: o}", ""},
		{"{json: $.name, contains: x}", `$.name: found "Zoë", want a text that contains "x"`},
		{"{json: $.name, regex: '^Z'}", ""},
		{"{json: $.name, regex: '^z'}", `$.name: found "Zoë", want a text that matches ^z`},
		{"{json: $.list, contains: x}", "$.list: found [1,2,3], want a text"},
		{"{json: '$.list[*]', min: 1, max: 3}", ""},
		{"{json: '$.rows[*].s', max: 1}", "$.rows[*].s: found 2, want at most 1"},
		{"{json: $.token, equals: x}", `$.token: found [redacted], want "x"`},

		{`{text: '"prediction"'}`, ""},
		{"{text: error}", `the body does not contain "error"`},
		{`{regex: '^\{'}`, ""},
		{`{regex: '^\['}`, `the body does not match ^\[`},

		{"{header: X-Request-ID}", ""},
		{"{header: x-request-id, equals: abc-1, contains: c-, regex: '^abc'}", ""},
		{"{header: X-Request-ID, equals: abc}", `header X-Request-ID: found "abc-1", want "abc"`},
		{"{header: X-Request}", "header X-Request: not in the answer"},
		{"{header: X-Request, absent: true}", ""},
		{"{header: X-Empty}", ""},
		{"{header: X-Empty, absent: true}", "header X-Empty: is there, want none"},
		{"{header: X-N, equals: 5, min: 5, max: 5}", ""},
		{"{header: X-N, max: 4}", `header X-N: found "5", want at most 4`},
		{"{header: X-Request-ID, min: 1}", `header X-Request-ID: found "abc-1", want a number`},
		{"{header: Set-Cookie, contains: x}", `header Set-Cookie: found [redacted], want a text that contains "x"`},

		{"{latency: 150ms}", ""},
		{"{status: 200}", ""},
		{"{status: [202, 200]}", ""},
		{"{status: [202, 204]}", "status 200, want 202 or 204"},
		{"{latency: 149ms}", "service time 150ms, want at most 149ms"},
		{"{json: $.count}, {latency: 149ms}, {text: error}", "service time"}, // the first that fails
	} {
		got := judged(t, tt.check, &answer)
		if tt.want == "" && got != "" || tt.want != "" && !strings.HasPrefix(got, "a: "+tt.want) {
			t.Errorf("%s: %q, want %q", tt.check, got, tt.want)
		}
		if strings.Contains(got, "hunter2") {
			t.Errorf("%s shows a secret: %s", tt.check, got)
		}
	}
}

// Answers that are not what a check is about at all.
// Checks of a step can want what was captured, and do not show it.
func TestChecksKnowWhatWasCaptured(t *testing.T) {
	answer := loadgen.Answer{
		Status: 200, Header: []byte("X-Id: a-17\r\n"), Body: []byte(`{"id": "a-17", "n": 17, "list": [1, "x"], "plain": "{{id}}"}`),
		Captured: map[string]string{"id": `"a-17"`, "n": "17", "list": `[1,"x"]`, "other": `"hunter2"`, "empty": `""`},
	}
	for _, tt := range []struct{ check, want string }{
		{`{json: $.id, equals: "{{id}}"}`, ""},
		{`{json: $.id, equals: "a-{{n}}"}`, ""},
		{`{json: $.n, equals: "{{ n }}"}`, ""},
		{`{json: $.list, equals: "{{list}}"}`, ""},
		{`{json: $.id, contains: "{{n}}"}`, ""},
		{`{header: X-Id, equals: "{{id}}"}`, ""},
		{`{text: '"id": "{{id}}"'}`, ""},
		{`{json: $.id, equals: "{{other}}"}`, `$.id: found "a-17", want the value of {{other}}`},
		{`{json: $.id, equals: "{{n}}"}`, `$.id: found "a-17", want the value of {{n}}`},
		{`{text: "{{other}}"}`, `the body does not contain "{{other}}"`},
		{`{json: $.id, contains: "{{other}}"}`, `$.id: found "a-17", want a text that contains "{{other}}"`},
		{`{text: "{{empty}}"}`, "{{empty}} is empty, and an empty text is in every answer"},
		{`{header: X-Id, equals: "x{{other}}"}`, `header X-Id: found "a-17", want the value of x{{other}}`},
	} {
		sc := parse(t, "requests: [{name: a, capture: {id: $.id, n: $.n, list: $.list, other: $.o, empty: $.e}, steps: [{name: b, path: '/{{id}}{{n}}{{list}}{{other}}{{empty}}', checks: ["+tt.check+"]}]}]")
		got := ""
		if err := compile(t, sc, CompileOptions{}).Classes[1].Check(&answer); err != nil {
			got = err.Error()
		}
		if tt.want == "" && got != "" || tt.want != "" && got != "a.b: "+tt.want {
			t.Errorf("%s: %q, want %q", tt.check, got, tt.want)
		}
	}
}

func TestChecksOfOddAnswers(t *testing.T) {
	cut := &loadgen.Answer{Body: []byte(`{"a":1}`), Cut: true, Header: []byte("A: 1\r\n")}
	html := &loadgen.Answer{Body: []byte("<html>")}
	for _, tt := range []struct {
		check  string
		answer *loadgen.Answer
		want   string
	}{
		{"{json: $.a}", cut, "the answer's body is longer than the 1 MB that are kept for checks"},
		{"{text: a}", cut, "the answer's body is longer than the 1 MB that are kept for checks"},
		{"{regex: a}", cut, "the answer's body is longer than the 1 MB that are kept for checks"},
		{"{header: A}", cut, ""},
		{"{latency: 1s}", cut, ""},
		{"{json: $.a, absent: true}", html, "the answer is not JSON: invalid character '<'"},
		{"{json: $.a}", &loadgen.Answer{}, "the answer is not JSON: EOF"},
		{"{json: $, type: integer}", &loadgen.Answer{Body: []byte("1e999")}, "$: found 1e999, want a value of type integer"},
		{"{json: $, equals: 5}", &loadgen.Answer{Body: []byte("5")}, ""},
		{"{json: $, min: 1}", &loadgen.Answer{Body: []byte(`"` + strings.Repeat("x", 100) + `"`)}, `$: found "` + strings.Repeat("x", 59) + "…, want a number"},
	} {
		got := judged(t, tt.check, tt.answer)
		if tt.want == "" && got != "" || tt.want != "" && !strings.HasPrefix(got, "a: "+tt.want) {
			t.Errorf("%s: %q, want %q", tt.check, got, tt.want)
		}
	}
}

func TestCaptures(t *testing.T) {
	answer := loadgen.Answer{
		Header: []byte("Location: /items/17\r\n"),
		Body:   []byte(`{"token": "a\"b", "id": 17, "o": {"x": [1.50, null]}, "none": null, "lines": "a\nb"}`),
	}
	for _, tt := range []struct{ capture, want, err string }{
		{"$.token", `"a\"b"`, ""},
		{"{json: $.id}", "17", ""},
		{"$.o", `{"x":[1.50,null]}`, ""},
		{"$.none", "", "$.none: not in the answer"},
		{"$.gone", "", "$.gone: not in the answer"},
		{"{header: location}", `"/items/17"`, ""},
		{"{header: location, regex: '(\\d+)$'}", `"17"`, ""},
		{"{header: location, regex: 'x(\\d+)$'}", "", `header location does not match x(\d+)$`},
		{"{header: X}", "", "header X: not in the answer"},
		{"{regex: '\"id\": \\d+'}", `"\"id\": 17"`, ""},
		{"{regex: zzz}", "", "the body does not match zzz"},
		{"$.lines", "", "the value has a control character (0x0a): it cannot go into a path or header"},
	} {
		sc := parse(t, "requests: [{name: a, capture: {v: "+tt.capture+"}, steps: [{name: b, path: '/{{v}}'}]}]")
		answer.Captured = map[string]string{}
		err := compile(t, sc, CompileOptions{}).Classes[0].Check(&answer)
		switch {
		case tt.err != "" && (err == nil || err.Error() != "a: capture v: "+tt.err):
			t.Errorf("%s: %v, want %s", tt.capture, err, tt.err)
		case tt.err == "" && (err != nil || answer.Captured["v"] != tt.want):
			t.Errorf("%s: %q, %v, want %s", tt.capture, answer.Captured["v"], err, tt.want)
		}
	}
	// In a body line breaks do no harm.
	sc := parse(t, "requests: [{name: a, capture: {v: $.lines}, steps: [{name: b, body: {text: '{{v}}'}}]}]")
	if err := compile(t, sc, CompileOptions{}).Classes[0].Check(&answer); err != nil {
		t.Error(err)
	}
}
