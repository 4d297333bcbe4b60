package answers

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func answer(body string) Answer {
	return Answer{Status: 200, Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(body)}
}

func mustPath(t testing.TB, text string) Path {
	t.Helper()
	p, err := ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var usual = Rules{Absolute: 1e-9, Relative: 1e-6}

func TestCompareBodies(t *testing.T) {
	for _, tc := range []struct {
		name, a, b string
		want       []Difference
	}{
		{"equal", `{"p":1.5,"c":[1,2],"s":"x","n":null}`, ` {"n":null,"s":"x","c":[1,2],"p":1.50}`, nil},
		{"value", `{"p":1.5}`, `{"p":1.6}`, []Difference{{Value, "$.p", "1.5", "1.6"}}},
		{"within the relative tolerance", `{"p":1000000.5}`, `{"p":1000001}`, nil},
		{"beyond it", `{"p":1000000.5}`, `{"p":1000002}`, []Difference{{Value, "$.p", "1000000.5", "1000002"}}},
		{"within the absolute tolerance", `[1e-10]`, `[-1e-12]`, nil},
		{"whole numbers are exact", `{"id":1000000000}`, `{"id":1000000001}`, []Difference{{Value, "$.id", "1000000000", "1000000001"}}},
		{"also beyond float64's 53 bits", `[9007199254740993]`, `[9007199254740992]`, []Difference{{Value, "$[0]", "9007199254740993", "9007199254740992"}}},
		{"minus zero", `[-0]`, `[0]`, nil},
		{"two spellings", `[1e2]`, `[100]`, nil},
		{"beyond float64", `[1e400]`, `[2e400]`, []Difference{{Value, "$[0]", "1e400", "2e400"}}},
		{"opposite ends of float64", `[1.7e308]`, `[-1.7e308]`, []Difference{{Value, "$[0]", "1.7e308", "-1.7e308"}}},
		{"type", `{"p":1}`, `{"p":"1"}`, []Difference{{Type, "$.p", "number 1", `string "1"`}}},
		{"null is a type", `{"p":1}`, `{"p":null}`, []Difference{{Type, "$.p", "number 1", "null null"}}},
		{"missing and extra", `{"a":1,"b":2}`, `{"b":2,"c":[3]}`, []Difference{{Missing, "$.a", "1", ""}, {Extra, "$.c", "", "[3]"}}},
		{"length, and what both have", `[1,2,3]`, `[1,5]`, []Difference{{Length, "$", "3 items", "2 items"}, {Value, "$[1]", "2", "5"}}},
		{"odd keys", `{"a b":{"it's":1}}`, `{"a b":{"it's":2}}`, []Difference{{Value, `$['a b']['it\'s']`, "1", "2"}}},
		{"form", `{"a":1}`, `a: 1`, []Difference{{Form, "", "JSON", "text"}}},
		{"empty", `{"a":1}`, ``, []Difference{{Form, "", "JSON", "empty"}}},
		{"text", "one\ntwo\n", "one\ntoo\n", []Difference{{Text, "", `"one\ntwo\n"`, `"one\ntoo\n"`}}},
		{"secrets are not shown", `{"token":"t1","user":{"api_key":"k"},"max_tokens":5}`, `{"token":"t2","max_tokens":6}`, []Difference{
			{Value, "$.max_tokens", "5", "6"}, {Value, "$.token", `"[redacted]"`, `"[redacted]"`}, {Missing, "$.user", `{"api_key":"[redacted]"}`, ""},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Compare(answer(tc.a), answer(tc.b), usual)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCompareStatusAndFailures(t *testing.T) {
	ok, refused, none := answer(`{"p":1}`), answer(`{"error":"no"}`), Answer{Failure: "timeout"}
	refused.Status = 422
	other := refused
	other.Status, other.Body = 400, []byte(`{"error":"nay"}`)
	for _, tc := range []struct {
		a, b Answer
		want []Difference
	}{
		{none, none, nil},
		{ok, none, []Difference{{NoAnswer, "", "200", "timeout"}}},
		{Answer{Failure: "connection reset"}, none, []Difference{{NoAnswer, "", "connection reset", "timeout"}}},
		{ok, refused, []Difference{{Status, "", "200", "422"}}}, // the bodies are of different things
		{other, refused, []Difference{{Status, "", "400", "422"}, {Value, "$.error", `"nay"`, `"no"`}}},
	} {
		if diff := cmp.Diff(tc.want, Compare(tc.a, tc.b, usual)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestCompareHeaders(t *testing.T) {
	with := func(pairs ...string) Answer {
		a := Answer{Status: 200, Header: map[string][]string{}}
		for i := 0; i < len(pairs); i += 2 {
			a.Header[pairs[i]] = append(a.Header[pairs[i]], pairs[i+1])
		}
		return a
	}
	for _, tc := range []struct {
		name  string
		a, b  Answer
		rules Rules
		want  []Difference
	}{
		{"the charset of JSON is none", with("Content-Type", "application/json; charset=utf-8"), with("Content-Type", "Application/JSON"), usual, nil},
		{"that of text is one", with("Content-Type", "text/plain; charset=UTF-8"), with("Content-Type", "text/plain"), usual, []Difference{{Header, "Content-Type", "text/plain; charset=UTF-8", "text/plain"}}},
		{"its case is none", with("Content-Type", "text/plain; charset=UTF-8"), with("Content-Type", "text/plain;charset=utf-8"), usual, nil},
		{"values of others do not count", with("X-Id", "1"), with("X-Id", "2"), usual, nil},
		{"unless asked for", with("X-Id", "1"), with("X-Id", "2"), Rules{Headers: []string{"x-id"}}, []Difference{{Header, "X-Id", "1", "2"}}},
		{"whether they are there does", with("X-Id", "1"), with(), usual, []Difference{{Header, "X-Id", "1", ""}}},
		{"but not of the connection", with("Date", "now", "Server", "a"), with("Connection", "close"), usual, nil},
		{"nor of those ignored", with("X-Id", "1"), with(), Rules{IgnoreHeaders: []string{"x-id"}}, nil},
		{"empty is not absent", with("X-Id", ""), with(), usual, []Difference{{Header, "X-Id", `""`, ""}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Compare(tc.a, tc.b, tc.rules)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestIgnore(t *testing.T) {
	a := answer(`{"at":1,"in":[{"id":1,"v":1},{"id":2,"v":2}],"deep":{"id":7,"x":{"y":1}}}`)
	b := answer(`{"at":2,"in":[{"id":3,"v":1},{"id":4,"v":9}],"deep":{"x":{"y":2,"z":3}}}`)
	for path, want := range map[string]string{
		"$.at":          "$.deep.id $.deep.x.y $.deep.x.z $.in[0].id $.in[1].id $.in[1].v",
		"$..id":         "$.at $.deep.x.y $.deep.x.z $.in[1].v",
		"$.in[*].id":    "$.at $.deep.id $.deep.x.y $.deep.x.z $.in[1].v",
		"$.in[1]":       "$.at $.deep.id $.deep.x.y $.deep.x.z $.in[0].id",
		"$.deep":        "$.at $.in[0].id $.in[1].id $.in[1].v",
		"$.deep['x'].z": "$.at $.deep.id $.deep.x.y $.in[0].id $.in[1].id $.in[1].v",
		"$":             "",
	} {
		rules := usual
		rules.Ignore = []Path{mustPath(t, path)}
		got := ""
		for i, d := range Compare(a, b, rules) {
			if i > 0 {
				got += " "
			}
			got += d.Where
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// A body that was cut is not compared as JSON, nor beyond the cut.
func TestCutBodies(t *testing.T) {
	a, b := answer(`{"a":"0123`), answer(`{"a":"0123`)
	a.Cut, b.Cut = true, true
	if d := Compare(a, b, usual); d != nil {
		t.Errorf("%v", d)
	}
	b.Body = []byte(`{"a":"0124`)
	if d := Compare(a, b, usual); len(d) != 1 || d[0].Kind != Text {
		t.Errorf("%v", d)
	}
}

// Secrets are taken out before values are shortened, and compared all the same.
func TestHide(t *testing.T) {
	rules := usual
	rules.Hide = func(s string) string { return strings.ReplaceAll(s, "hush-hush-1", "…") }
	long := strings.Repeat("x", shownRunes-5)
	a, b := answer(`{"v":"`+long+`hush-hush-1"}`), answer(`{"v":"`+long+`hush-hush-2"}`)
	if d := Compare(a, b, rules); len(d) != 1 || strings.Contains(d[0].A, "hush") {
		t.Errorf("%v", d)
	}
	a.Body, b.Body = []byte(long+"hush-hush-1"), []byte(long+"hush")
	if d := Compare(a, b, rules); len(d) != 1 || strings.Contains(d[0].A, "hush") {
		t.Errorf("%v", d)
	}
}

func TestMostDifferences(t *testing.T) {
	var a, b []int
	for i := range 10 * most {
		a, b = append(a, i), append(b, -i-1)
	}
	ja, _ := json.Marshal(a)
	jb, _ := json.Marshal(b)
	if n := len(Compare(answer(string(ja)), answer(string(jb)), usual)); n != most {
		t.Errorf("%d differences, want %d", n, most)
	}
}

// anyAnswer draws answers that are often alike in parts.
var anyAnswer = rapid.Custom(func(t *rapid.T) Answer {
	a := Answer{Status: rapid.SampledFrom([]int{0, 200, 201, 400, 422}).Draw(t, "status"), Header: map[string][]string{}}
	if a.Status == 0 {
		a.Failure = rapid.SampledFrom([]string{"timeout", "reset"}).Draw(t, "failure")
		return a
	}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"Content-Type", "X-A", "Date"}), rapid.ID).Draw(t, "headers") {
		a.Header[name] = []string{rapid.SampledFrom([]string{"", "text/plain", "application/json"}).Draw(t, "value")}
	}
	a.Body = []byte(rapid.OneOf(rapid.SampledFrom([]string{"", "text", "{"}), rapid.Custom(func(t *rapid.T) string {
		raw, err := json.Marshal(anyValue(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	})).Draw(t, "body"))
	return a
})

func anyValue(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth == 0 {
		kind = min(kind, 4)
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.SampledFrom([]string{"", "a", "ü"}).Draw(t, "text")
	case 3:
		return rapid.SampledFrom([]json.Number{"0", "-0", "1", "1.0000001", "1e400", "9007199254740993"}).Draw(t, "number")
	case 4:
		return rapid.Float64Range(-1e300, 1e300).Draw(t, "float")
	case 5:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "items"))
		for i := range list {
			list[i] = anyValue(t, depth-1)
		}
		return list
	}
	object := map[string]any{}
	for _, k := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "odd key", "it's", "0"}), 0, 3, rapid.ID).Draw(t, "keys") {
		object[k] = anyValue(t, depth-1)
	}
	return object
}

func TestCompareIsReflexive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyAnswer.Draw(t, "a")
		if d := Compare(a, a, Rules{}); d != nil {
			t.Fatalf("%+v differs from itself: %v", a, d)
		}
	})
}

func TestCompareIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyAnswer.Draw(t, "a"), anyAnswer.Draw(t, "b")
		rules := Rules{Absolute: rapid.SampledFrom([]float64{0, 1e-6, 10}).Draw(t, "absolute"), Relative: rapid.SampledFrom([]float64{0, 1e-6, 0.5}).Draw(t, "relative")}
		swapped := Compare(b, a, rules)
		for i := range swapped {
			d := &swapped[i]
			d.A, d.B = d.B, d.A
			switch d.Kind {
			case Missing:
				d.Kind = Extra
			case Extra:
				d.Kind = Missing
			}
		}
		if diff := cmp.Diff(Compare(a, b, rules), swapped); diff != "" {
			t.Fatalf("swapped:\n%s", diff)
		}
	})
}

// Wider tolerances never find more, and a path ignored hides its differences
// and no others.
func TestCompareIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyAnswer.Draw(t, "a"), anyAnswer.Draw(t, "b")
		strict := Compare(a, b, Rules{})
		if wide := Compare(a, b, Rules{Absolute: 1, Relative: 0.1}); len(wide) > len(strict) {
			t.Fatalf("%v, but with tolerance %v", strict, wide)
		}
		for _, d := range strict {
			if d.Where == "" || d.Kind == Header {
				continue
			}
			p, err := ParsePath(d.Where)
			if err != nil {
				t.Fatalf("%s is no path: %v", d.Where, err)
			}
			left := Compare(a, b, Rules{Ignore: []Path{p}})
			for _, l := range left {
				if l.Where == d.Where {
					t.Fatalf("%s is ignored and reported", d.Where)
				}
			}
			if len(left) >= len(strict) {
				t.Fatalf("ignoring %s leaves %d of %d", d.Where, len(left), len(strict))
			}
		}
	})
}
