package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/results/answers"
)

func jsonAnswer(status int, body string) answers.Answer {
	return answers.Answer{Status: status, Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(body)}
}

// exchanged is n exchanges of a class and case, numbered from a number on.
func exchanged(c *answers.Collector, class, kind string, from, n int, a, b, again answers.Answer) {
	for i := from; i < from+n; i++ {
		c.Add(answers.Exchange{Number: i, Class: class, Case: kind, Ordinary: kind == "scenario", Size: i, A: a, B: b, Again: again})
	}
}

func described(p *answers.Parity) *answers.Parity {
	p.Complete, p.Scenario, p.Seed = true, "mix", 42
	p.A, p.B = answers.Party{Name: "legacy", URL: "http://127.0.0.1:5000"}, answers.Party{Name: "modern", URL: "http://127.0.0.1:8000"}
	p.Rules = answers.RuleNames{Absolute: 1e-9, Relative: 1e-6, Ignored: []string{}, Headers: answers.ValueHeaders}
	for i := range p.Differences {
		e := &p.Differences[i].Example
		e.Curl = `curl -sS -i -H "Authorization: Bearer $TOKEN" --data-raw '{"features":[1,2]}' http://127.0.0.1:8000/predict`
		if e.Case != "scenario" {
			e.About = "$.features[0] = 1e400"
		}
	}
	return p
}

// differentAnswers has most kinds of differences, noise, and expected ones.
func differentAnswers() *answers.Parity {
	c := answers.NewCollector(answers.Rules{Relative: 1e-6})
	a := jsonAnswer(200, `{"prediction":1.5,"label":"high","at":"now"}`)
	b := jsonAnswer(200, `{"prediction":1.6,"at":"then"}`)
	b.Header["X-Request-Id"] = []string{"8f3c"}
	exchanged(c, "predict", "scenario", 0, 20, a, b, jsonAnswer(200, `{"prediction":1.5,"label":"high","at":"later"}`))
	refused := jsonAnswer(400, `{"error":"no"}`)
	for i, kind := range []string{"wrong-type", "huge-number", "missing-field", "extra-field", "broken-json", "size", "nesting", "limit"} {
		exchanged(c, "predict", kind, 20+2*i, 2, refused, jsonAnswer(422, `{"error":"no","detail":[]}`), refused)
	}
	exchanged(c, "batch", "empty-body", 50, 1, refused, answers.Answer{Failure: "timeout"}, refused)
	p := described(c.Parity([]answers.Expected{
		{Reason: "invalid input is 422 now", Difference: answers.Status, StatusA: 400, StatusB: 422},
		{Reason: "it never happens", Where: "$.never"},
	}))
	p.Rules.Ignored = []string{"$.uptime"}
	p.Warnings = append(p.Warnings, "expected, but did not occur: it never happens")
	return p
}

func sameAnswers() *answers.Parity {
	c := answers.NewCollector(answers.Rules{})
	a := jsonAnswer(200, `{"prediction":1.5}`)
	exchanged(c, "predict", "scenario", 0, 3, a, a, a)
	return described(c.Parity(nil))
}

// brokenOff is interrupted, and of a service with hostile names.
func brokenOff() *answers.Parity {
	c := answers.NewCollector(answers.Rules{})
	a := jsonAnswer(200, `{"a|b":{"\u001b[31m":"`+"`x`"+` \u202e|"}}`)
	exchanged(c, hostile, hostile, 0, 1, a, jsonAnswer(200, `{"a|b":{"\u001b[31m":"<b>"}}`), a)
	p := described(c.Parity([]answers.Expected{{Reason: hostile, Class: hostile, Case: "no"}}))
	p.Complete, p.Ended, p.Scenario, p.A.Name = false, "interrupted "+hostile, hostile, hostile
	p.Differences[0].Example.Curl, p.Differences[0].Example.About = "curl '"+hostile+"'", hostile
	return p
}

func unfinished() *answers.Parity {
	p := described(answers.NewCollector(answers.Rules{}).Parity(nil))
	p.Complete, p.Ended = false, "interrupted"
	return p
}

var parities = map[string]func() *answers.Parity{
	"different": differentAnswers, "same": sameAnswers, "broken": brokenOff, "unfinished": unfinished,
}

func renderParity(t *testing.T, p *answers.Parity, f Format, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Parity(&b, f, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestParityGolden(t *testing.T) {
	for name, of := range parities {
		for _, f := range []Format{Text, JSON, Markdown} {
			t.Run(name+" "+string(f), func(t *testing.T) {
				got := renderParity(t, of(), f, Options{})
				path := filepath.Join("testdata", "parity-"+name+"."+string(f)+".golden")
				matches(t, path, got)
				for _, r := range got {
					if r != '\n' && !unicode.IsGraphic(r) {
						t.Errorf("holds %U", r)
					}
				}
			})
		}
	}
}

func TestParityColor(t *testing.T) {
	for name, of := range parities {
		word := map[string]string{"different": ansiRed, "broken": ansiRed, "same": ansiGreen, "unfinished": ansiYellow}[name]
		page := renderParity(t, of(), Text, Options{Color: true})
		if !strings.HasPrefix(page, ansiBold+word) {
			t.Errorf("%s begins %.40q", name, page)
		}
	}
}

func TestParityErrors(t *testing.T) {
	for _, f := range []Format{CSV, JUnit, "pdf"} {
		if err := Parity(io.Discard, f, sameAnswers(), Options{}); err == nil {
			t.Errorf("%s is rendered", f)
		}
	}
	if err := Parity(brokenWriter{}, Text, sameAnswers(), Options{}); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a broken pipe: %v", err)
	}
}

// The schema takes all documents, names every kind of difference, and refuses a
// document with any key added, or any needed one missing.
func TestParitySchema(t *testing.T) {
	s := compile(t, "parity")
	var tree struct {
		Title string
		Defs  struct{ Kind struct{ Enum []answers.Kind } } `json:"$defs"`
	}
	if err := json.Unmarshal(ParitySchema(), &tree); err != nil {
		t.Fatal(err)
	}
	kinds := slices.Sorted(slices.Values(tree.Defs.Kind.Enum))
	if diff := cmp.Diff(slices.Sorted(slices.Values(answers.Kinds)), kinds); diff != "" || tree.Title != answers.ParitySchema {
		t.Errorf("title %q, kinds:\n%s", tree.Title, diff)
	}
	for name, of := range parities {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(renderParity(t, of(), JSON, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		walkObjects(doc, "$", func(at string, object map[string]any) {
			object["zzz"] = json.Number("1")
			if s.Validate(doc) == nil {
				t.Errorf("%s: a key added at %s is accepted", name, at)
			}
			delete(object, "zzz")
			for _, key := range slices.Sorted(maps.Keys(object)) {
				if at == "$" && key == "ended" || strings.HasPrefix(at, "$.expected") && key != "reason" && key != "requests" {
					continue
				}
				old := object[key]
				delete(object, key)
				if s.Validate(doc) == nil {
					t.Errorf("%s: %s without %s is accepted", name, at, key)
				}
				object[key] = old
			}
		})
	}
}

func walkObjects(v any, at string, visit func(at string, object map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(at, v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walkObjects(v[key], at+"."+key, visit)
		}
	case []any:
		for _, item := range v {
			walkObjects(item, at, visit)
		}
	}
}
