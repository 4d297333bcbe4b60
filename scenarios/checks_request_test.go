package scenarios

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// answered is an answer to a request of that body.
func answered(body string, to string) *loadgen.Answer {
	return &loadgen.Answer{Body: []byte(body), Header: []byte("X-Id: r-1\r\nX-K: 3\r\n"), Sent: func() send.Request { return send.Request{Body: []byte(to)} }}
}

func TestChecksOfWhatWasSent(t *testing.T) {
	const sent = `{"id": "r-1", "k": 3, "zero": 0, "rows": [{"x": 1, "id": "a"}, {"x": 2, "id": "b"}], "o": {"a": 1.50}, "text": "Zoë", "empty": "", "none": null, "token": "hunter2", "long": "` + "x123456789" + `"}`
	const answer = `{"id": "r-1", "k": 3.0, "other": "r-2", "scores": [0.1, 0.2], "three": [1, 2, 3], "o": {"a": 1.5}, "name": "dear Zoë", "ids": ["b", "a"], "bad": ["b", "c"], "none": null, "token": "hunter3"}`
	for _, tt := range []struct{ check, want string }{
		{"{json: $.scores, length: {request: $.rows}}", ""},
		{"{json: $.scores, length: {request: '$.rows[*]'}}", ""}, // as many as it selects
		{"{json: $.three, length: {request: $.rows}}", "$.three: of length 3, want 2, as $.rows of the request"},
		{"{json: $.three, length: {request: $.k}}", ""}, // the number that it is
		{"{json: $.three, length: {request: $.text}}", ""},
		{"{json: $.scores, length: {request: $.none}}", "$.none of the request is no text, list, object or number of elements"},

		{"{json: $.id, equals: {request: $.id}}", ""},
		{"{json: $.k, equals: {request: $.k}}", ""}, // numbers as numbers
		{"{json: $.o, equals: {request: $.o}}", ""},
		{"{json: $.none, equals: {request: $.none}}", ""},
		{"{json: $.other, equals: {request: $.id}}", `$.other: found "r-2", want "r-1", as $.id of the request`},
		{"{json: $.id, equals: {request: $.k}}", `$.id: found "r-1", want 3, as $.k of the request`},
		{"{json: $.token, equals: {request: $.token}}", "$.token: found [redacted], want [redacted], as $.token of the request"},
		{"{json: $.id, equals: {request: $.nothing}}", "$.nothing: not in the request"},
		{"{header: X-Id, equals: {request: $.id}}", ""},
		{"{header: X-K, equals: {request: $.k}}", ""},
		{"{header: X-K, equals: {request: $.id}}", `header X-K: found "3", want "r-1", as $.id of the request`},

		{"{json: '$.ids[*]', one_of: {request: '$.rows[*].id'}}", ""},
		{"{json: '$.bad[*]', one_of: {request: '$.rows[*].id'}}", `$.bad[*]: found "c", want one of ["a","b"], as $.rows[*].id of the request`},
		{"{json: $.k, one_of: {request: $.id}}", "$.id of the request is no list"},

		{"{json: $.name, contains: {request: $.text}}", ""},
		{"{json: $.id, contains: {request: $.text}}", `$.id: found "r-1", want a text that contains the one of $.text of the request`},
		{"{json: $.id, contains: {request: $.empty}}", "$.empty of the request is empty, and an empty text is in every answer"},
		{"{json: $.id, contains: {request: $.rows}}", "$.rows of the request is no text"},

		{"{json: '$.scores[*]', min: {request: $.zero}, max: {request: $.k}}", ""},
		{"{json: $.k, max: {request: $.zero}}", "$.k: found 3.0, want at most 0, as $.zero of the request"},
		{"{json: '$.scores[*]', min: {request: $.k}}", "$.scores[*]: found 0.1, want at least 3, as $.k of the request"},
		{"{json: $.k, min: {request: $.id}}", "$.id of the request is no number"},

		// An object that is no reference is what it is.
		{"{json: $.o, equals: {a: 1.5}}", ""},
		{"{json: $.o, equals: {request: 1}}", "$.o: found"},
	} {
		sc := parse(t, "requests: [{name: a, body: {text: '"+sent+"'}, checks: ["+tt.check+"]}]")
		j := judge{class: "a", checks: sc.Requests[0].Checks}
		got := ""
		if err := j.check(answered(answer, sent)); err != nil {
			got = err.Error()
		}
		if tt.want == "" && got != "" || tt.want != "" && !strings.HasPrefix(got, "a: "+tt.want) {
			t.Errorf("%s: %q, want %q", tt.check, got, tt.want)
		}
		if strings.Contains(got, "hunter") {
			t.Errorf("%s shows a secret: %s", tt.check, got)
		}
	}
}

// References that no request can satisfy are refused before anything is sent.
func TestReferencesToWhatIsNotSentAreRefused(t *testing.T) {
	for body, want := range map[string]string{
		"{json: {rows: [1]}}":                               "",
		"{json: {$choice: [{rows: [1]}, {other: 1}]}}":      "", // in some
		"{text: '{\"rows\": []}'}":                          "",
		"{json: {row: [1]}}":                                "checks[1].length: the request's body has no $.rows",
		"{text: hello}":                                     "checks[1].length: the request's body is not JSON",
		"{json: {$choice: [{row: [1]}, {rws: {rows: 1}}]}}": "checks[1].length: the request's body has no $.rows",
	} {
		sc := parse(t, "requests: [{name: a, body: "+body+", checks: [{json: $.a}, {json: $.a, length: {request: $.rows}}]}]")
		_, err := Compile(sc, CompileOptions{Target: target(t, "modern"), Seed: 1, PoolSize: 20})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), "requests[0]."+want)) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

// A compressed body is looked at as it was before.
func TestCompressedRequestsAreLookedAtUncompressed(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, `{"id": "r-1"}`)
	w.Close()
	sc := parse(t, "requests: [{name: a, body: {json: {id: x}}, checks: [{json: $.id, equals: {request: $.id}}]}]")
	a := answered(`{"id": "r-1"}`, "")
	a.Sent = func() send.Request {
		return send.Request{Body: b.Bytes(), Header: []send.Field{{Name: "content-encoding", Value: "gzip"}}}
	}
	if err := (&judge{class: "a", checks: sc.Requests[0].Checks}).check(a); err != nil {
		t.Error(err)
	}
}

// echo answers with what it was sent, and how many rows that has.
func echo(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]any
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		rows, _ := in["rows"].([]any)
		out := map[string]any{"echo": in, "scores": rows, "session": "s-" + fmt.Sprint(in["id"])}
		_ = json.NewEncoder(w).Encode(out)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// The bytes that really went out: with digits of their own in each request, rows of
// any number and captured values in their places, on every transport.
func TestChecksOfWhatWasSentHoldOnTheWire(t *testing.T) {
	sc := parse(t, `
requests:
  - name: start
    path: /a
    body: {json: {id: {$uuid: }, n: {$number: }, rows: {$matrix: {rows: 1..9, cols: 2}}}}
    checks:
      - {name: id, json: $.echo.id, equals: {request: $.id}}
      - {name: number, json: $.echo.n, equals: {request: $.n}}
      - {name: rows, json: $.scores, length: {request: $.rows}}
      - {name: same, json: $.scores, equals: {request: $.rows}}
      - {name: wrong, json: $.session, equals: {request: $.id}}
    expect: {status: 200}
  - name: session
    path: /b
    body: {json: {id: {$id: }, rows: []}}
    capture: {session: $.session}
    steps:
      - name: next
        path: /c
        body: {json: {id: "{{session}}", list: ["{{session}}"]}}
        checks:
          - {name: captured, json: $.echo.id, equals: {request: $.id}}
          - {name: listed, json: $.echo.id, one_of: {request: $.list}}
          - {name: other, json: $.session, equals: {request: $.id}}
`)
	for _, transport := range []loadgen.Transport{loadgen.Lean, loadgen.NetHTTP} {
		plan := compile(t, sc, CompileOptions{Target: target(t, echo(t)), Seed: 3, PoolSize: 4, Connect: loadgen.Connect{Transport: transport}, Override: Overrides{Requests: 40}})
		g, err := loadgen.New(*plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		sum := map[string]*results.ClassData{}
		err = g.Run(t.Context(), loadgen.Phase{Kind: results.Measure, Stream: 1}, func(s *results.Slice) error {
			for name, d := range s.Classes {
				if sum[name] == nil {
					sum[name] = &results.ClassData{}
				}
				sum[name].Add(d)
			}
			return nil
		})
		g.Close()
		if err != nil {
			t.Fatal(err)
		}
		for class, checks := range map[string][]string{"start": {"id", "number", "rows", "same"}, "session.next": {"captured", "listed"}} {
			for _, name := range checks {
				if c := sum[class].Checks[name]; c.Passed != 20 || c.Failed != 0 {
					t.Errorf("%s: %s: %s: %d passed, %d failed: %+v", transport, class, name, c.Passed, c.Failed, c.First)
				}
			}
		}
		if c := sum["start"].Checks["wrong"]; c.Failed != 20 || c.First == nil || !strings.Contains(c.First.Text, "as $.id of the request") {
			t.Errorf("%s: a check that cannot hold: %+v, %+v", transport, c, c.First)
		}
		// What was captured may be a secret.
		if c := sum["session.next"].Checks["other"]; c.Failed != 20 || c.First == nil || !strings.HasSuffix(c.First.Text, "want the value of $.id of the request") {
			t.Errorf("%s: a captured value: %+v, %+v", transport, c, c.First)
		}
	}
}

// A value is the same as itself, however its numbers are written, and as no other.
func TestSentValuesAreComparedAsJSON(t *testing.T) {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			switch kind := rapid.IntRange(0, 6).Draw(t, "kind"); {
			case kind == 0:
				return nil
			case kind == 1:
				return rapid.Bool().Draw(t, "bool")
			case kind == 2:
				return rapid.StringN(0, 3, 9).Draw(t, "text")
			case kind == 3 || depth == 0:
				return json.Number(fmt.Sprint(rapid.IntRange(-3, 3).Draw(t, "number")))
			case kind == 4:
				return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")
			}
			return rapid.MapOfN(rapid.StringN(0, 2, 4), value(depth-1), 0, 3).Draw(t, "object")
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := value(2).Draw(t, "a"), value(2).Draw(t, "b")
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if got, want := sameJSON(a, b), string(x) == string(y); got != want {
			t.Fatalf("%s and %s are the same: %v", x, y, got)
		}
		if !sameJSON(a, a) {
			t.Fatalf("%s is not itself", x)
		}
	})
	for _, tt := range []struct {
		a, b json.Number
		want bool
	}{{"1", "1.0", true}, {"1e2", "100", true}, {"9007199254740993", "9007199254740992", false}, {"1021.110967977498e2", "102111.0967977498", true}, {"0.1", "0.2", false}} {
		if sameJSON(tt.a, tt.b) != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, !tt.want)
		}
	}
}
