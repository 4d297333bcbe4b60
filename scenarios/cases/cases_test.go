package cases

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

func parse(t *testing.T, yaml string) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Parse([]byte(yaml), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	return sc
}

func casesOf(t *testing.T, yaml string, o Options) []Case {
	t.Helper()
	set, err := Of(parse(t, yaml), o)
	if err != nil {
		t.Fatal(err)
	}
	return set.Cases
}

// about is "kind: what" of every edge case, with its body where there is one.
func about(cases []Case) map[string]string {
	out := map[string]string{}
	for _, c := range cases {
		if c.Kind != Ordinary {
			out[c.Kind+": "+c.About] = string(c.Body)
		}
	}
	return out
}

const tinyScenario = `
requests:
  - name: predict
    path: /predict?x=1
    auth: bearer
    headers: {X-Key: "${CASE_TEST_KEY}"}
    body: {json: {rows: {$vector: {size: 2..3, min: -5, max: 1000}}, id: a, n: {deep: true}}}
login: {}
`

func TestOrdinaryCases(t *testing.T) {
	t.Setenv("CASE_TEST_KEY", "hush-hush")
	o := Options{Requests: 20, Seed: 7, UserAgent: "test/1", Headers: []targets.Field{{Name: "X-Flag", Value: "f"}}}
	cases := casesOf(t, tinyScenario, o)
	if len(cases) != 20 {
		t.Fatalf("%d cases, want 20", len(cases))
	}
	bodies := map[string]bool{}
	for _, c := range cases {
		bodies[string(c.Body)] = true
		if !json.Valid(c.Body) {
			t.Errorf("no JSON: %s", c.Body)
		}
	}
	if len(bodies) != 20 {
		t.Errorf("%d different bodies of 20", len(bodies))
	}
	c := cases[0]
	c.Body = nil
	want := Case{Class: "predict", Kind: Ordinary, Method: "POST", Path: "/predict?x=1", Auth: scenarios.Bearer, Header: []targets.Field{
		{Name: "User-Agent", Value: "test/1"},
		{Name: "Accept", Value: "*/*"},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "X-Key", Value: "hush-hush", Secret: true},
		{Name: "X-Flag", Value: "f"},
	}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(cases, casesOf(t, tinyScenario, o)); diff != "" {
		t.Errorf("another time:\n%s", diff)
	}
	o.Seed = 8
	if again := casesOf(t, tinyScenario, o); bytes.Equal(again[0].Body, cases[0].Body) {
		t.Error("another seed, the same body")
	}
}

func TestEdgeCases(t *testing.T) {
	t.Setenv("CASE_TEST_KEY", "hush-hush")
	all := casesOf(t, tinyScenario, Options{Requests: 1, Seed: 7, Edges: true})
	got := about(all)
	rest := `"n":{"deep":true},"rows":`
	list := string(all[0].Body[bytes.IndexByte(all[0].Body, '['):bytes.IndexByte(all[0].Body, ']')]) + "]"
	tail := list[strings.IndexByte(list, ','):]
	for name, want := range map[string]string{
		"missing-field: $ without id":                     `{` + rest + list + `}`,
		"extra-field: $ with mlbench_extra = 1":           `{"id":"a","mlbench_extra":1,` + rest + list + `}`,
		"wrong-type: $ = []":                              `[]`,
		"wrong-type: $.id = 7":                            `{"id":7,` + rest + list + `}`,
		"wrong-type: $.n.deep = \"text\"":                 `{"id":"a","n":{"deep":"text"},"rows":` + list + `}`,
		"wrong-type: $.rows = {}":                         `{"id":"a",` + rest + `{}}`,
		"huge-number: $.rows[0] = 1e400":                  `{"id":"a",` + rest + `[1e400` + tail + `}`,
		"limit: $.rows[0] = 1000":                         `{"id":"a",` + rest + `[1000` + tail + `}`,
		"limit: $.rows[0] = -5":                           `{"id":"a",` + rest + `[-5` + tail + `}`,
		"past-limit: $.rows[0] = 1000.0000000000001":      `{"id":"a",` + rest + `[1000.0000000000001` + tail + `}`,
		"past-limit: $.rows[0] = 1001":                    `{"id":"a",` + rest + `[1001` + tail + `}`,
		"past-limit: $.rows[0] = -6":                      `{"id":"a",` + rest + `[-6` + tail + `}`,
		"broken-json: $.rows[0] = NaN":                    `{"id":"a",` + rest + `[NaN` + tail + `}`,
		"odd-text: $.id = \"\\ud800\"":                    `{"id":"\ud800",` + rest + list + `}`,
		"double-field: $.id twice, the first a text":      `{"id":"text",` + string(all[0].Body[1:]),
		"empty-body: no bytes at all":                     ``,
		"broken-json: twice in a row":                     string(all[0].Body) + string(all[0].Body),
		"content-type: no Content-Type":                   string(all[0].Body),
		"token: no token":                                 string(all[0].Body),
		"unknown-path: a path that is not there":          string(all[0].Body),
		"unknown-path: a slash at the end of the path":    string(all[0].Body),
		"method: method GET":                              ``,
		"size: $.rows of 0 items":                         `{"id":"a",` + rest + `[]}`,
		"past-limit: $.rows of 1 items":                   `{"id":"a",` + rest + list[:strings.IndexByte(list, ',')] + `]}`,
		"nesting: $ with mlbench_extra = " + `[[[[[[[[[[`: "",
	} {
		if strings.HasPrefix(name, "nesting") {
			if !slices.ContainsFunc(all, func(c Case) bool {
				return c.Kind == deepNesting && bytes.Contains(c.Body, []byte(strings.Repeat("[", nestingLevels)))
			}) {
				t.Error("nothing is nested")
			}
			continue
		}
		if body, ok := got[name]; !ok || body != want {
			t.Errorf("%s (there: %v):\n got %s\nwant %s", name, ok, body, want)
		}
	}
	for _, c := range all {
		switch c.Kind {
		case BadToken:
			if c.Auth != scenarios.NoAuth {
				t.Errorf("%s has the right token", c.About)
			}
		case unknownPath:
			if !strings.HasSuffix(c.Path, "?x=1") || c.Path == "/predict?x=1" {
				t.Errorf("%s: path %s", c.About, c.Path)
			}
		case unknownMethod:
			if c.Method == "POST" || c.Body != nil || c.get("Content-Type") != "" {
				t.Errorf("%s: %+v", c.About, c)
			}
		case contentType:
			if c.get("Content-Type") == "application/json" {
				t.Errorf("%s: %+v", c.About, c)
			}
		}
		if _, err := answers.Decode(c.Body); c.Kind == brokenJSON && err == nil {
			t.Errorf("%s is JSON: %s", c.About, c.Body)
		}
		if c.Method == "DELETE" || c.Method == "PUT" || c.Method == "PATCH" {
			t.Errorf("%s may do harm", c.Method)
		}
	}
}

// Secrets are sent, and can be taken out of what is shown.
func TestCasesHideVariables(t *testing.T) {
	t.Setenv("CASE_TEST_KEY", "hush-hush")
	t.Setenv("CASE_TEST_SIZE", "10")
	sc := parse(t, `{variables: {K: {env: CASE_TEST_KEY}, S: {env: CASE_TEST_SIZE}},
		requests: [{name: a, path: "/a/${K}", body: {json: {key: "${K}", size: "${S}"}}}]}`)
	set, err := Of(sc, Options{Requests: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	c := set.Cases[0]
	if c.Path != "/a/hush-hush" || string(c.Body) != `{"key":"hush-hush","size":"10"}` {
		t.Errorf("%s %s", c.Path, c.Body)
	}
	if got := set.Hide(c.Path + " " + string(c.Body)); got != `/a/[redacted] {"key":"[redacted]","size":"10"}` {
		t.Errorf("hidden: %s", got)
	}
}

// Each edge case is made from another ordinary request, as far as there are.
func TestEdgeCasesDoNotShareNumbers(t *testing.T) {
	sc, err := scenarios.Load("mix")
	if err != nil {
		t.Fatal(err)
	}
	set, err := Of(sc, Options{Requests: 100, Seed: 1, Edges: true})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, c := range set.Cases {
		if c.Class != "predict" || c.Kind != contentType && c.Kind != BadToken && c.Kind != unknownPath {
			continue
		}
		if other, ok := seen[string(c.Body)]; ok {
			t.Errorf("%s and %s have one body", c.About, other)
		}
		seen[string(c.Body)] = c.About
	}
	if len(seen) < 8 {
		t.Errorf("only %d bodies were looked at", len(seen))
	}
}

// A scenario of raw bytes, and one of no body at all, have edge cases, too.
func TestEdgeCasesWithoutJSON(t *testing.T) {
	all := casesOf(t, "requests: [{name: a, body: {text: hello}}, {name: b, path: /b}]", Options{Requests: 2, Seed: 1, Edges: true})
	kinds := map[string]int{}
	for _, c := range all {
		kinds[c.Class+" "+c.Kind]++
	}
	want := map[string]int{
		"a scenario": 2, "b scenario": 2, "a empty-body": 2, "a content-type": 4, "a unknown-path": 1, "b unknown-path": 2, "a method": 4, "b method": 3,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if all[0].Path != "" {
		t.Errorf("a request of the target's own URL has the path %q", all[0].Path)
	}
}

func TestCapturedStepsAreLeftOut(t *testing.T) {
	sc := parse(t, `requests: [{name: a, path: /a, capture: {id: $.id}, steps: [{name: b, path: "/b/{{id}}"}, {name: c, path: /c}]}]`)
	set, err := Of(sc, Options{Requests: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var classes []string
	for _, c := range set.Cases {
		classes = append(classes, c.Class+" "+c.Path)
	}
	if diff := cmp.Diff([]string{"a /a", "a.c /c"}, classes); diff != "" {
		t.Errorf("cases:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a.b is left out: it needs what an earlier step captures"}, set.Notes); diff != "" {
		t.Errorf("notes:\n%s", diff)
	}
}

// Whatever the body, edge cases can be made of it.
func FuzzEdgeCases(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}]}`, `[]`, `"x"`, `1e400`, `{"":{"":[[[]]]}}`, ``, `nul`, `{"\ud800":"\u0000"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		base := Case{Class: "x", Kind: Ordinary, Method: "POST", Path: "/x", Body: body}.set("Content-Type", "application/json")
		for _, c := range edgeCases([]Case{base}, limits{"$": {}}) {
			if c.Kind == Ordinary || c.About == "" {
				t.Fatalf("%+v says nothing about itself", c)
			}
			if (c.Kind == wrongType || c.Kind == missingField || c.Kind == extraField) && !json.Valid(c.Body) {
				t.Fatalf("%s is no JSON: %q of %q", c.About, c.Body, body)
			}
		}
	})
}

// Rows that are to be sent once were sent again, and by the second target's turn a third
// time.
func TestRowsThatAreSentOnceAreNotAskedUntold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "once.yaml")
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "rows.csv"), []byte("id\n1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := scenarios.Parse([]byte("data: {rows: {file: rows.csv, once: true}}\nrequests: [{name: sign-up, path: /u, body: {json: {$row: rows}}}, {name: list, path: /u}]"), file)
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range []bool{false, true} {
		set, err := Of(sc, Options{Requests: 3, Edges: true, OnceRows: all})
		if err != nil {
			t.Fatal(err)
		}
		sent := slices.ContainsFunc(set.Cases, func(c Case) bool { return c.Class == "sign-up" })
		if told := len(set.Notes) == 1 && strings.HasPrefix(set.Notes[0], "sign-up is left out: its rows are to be sent once"); sent != all || set.Once != all || told == all {
			t.Errorf("asked for: %v; sent: %v, told %q", all, sent, set.Notes)
		}
		if !slices.ContainsFunc(set.Cases, func(c Case) bool { return c.Class == "list" }) {
			t.Error("nothing else is sent either")
		}
	}
}
