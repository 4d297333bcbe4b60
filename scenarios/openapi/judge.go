package openapi

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// judge checks values by the schemas of a document, all keywords of them.
type judge struct {
	root     object
	compiler *jsonschema.Compiler // nil: not used so far
	schemas  map[string]*jsonschema.Schema
}

// base of what is checked; nothing is read from there.
const base = "openapi:///document"

// noLoader is for schemas that refer to others: those are never fetched.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is another document", url)
}

// at is the schema at a JSON pointer; nil, if it is none that can be used.
func (j *judge) at(pointer string) *jsonschema.Schema {
	if j.compiler == nil {
		j.schemas = map[string]*jsonschema.Schema{}
		j.compiler = jsonschema.NewCompiler()
		j.compiler.DefaultDraft(jsonschema.Draft2020)
		j.compiler.AssertFormat()
		j.compiler.UseLoader(noLoader{})
		j.compiler.UseRegexpEngine(readPattern)
		for _, f := range moreFormats {
			j.compiler.RegisterFormat(&jsonschema.Format{Name: f.name, Validate: f.check})
		}
		if err := j.compiler.AddResource(base, current(map[string]any(j.root), false)); err != nil {
			j.compiler = jsonschema.NewCompiler() // in which nothing is found
			j.compiler.UseLoader(noLoader{})
		}
	}
	if s, known := j.schemas[pointer]; known {
		return s
	}
	s, err := j.compiler.Compile(base + "#" + (&url.URL{Fragment: pointer}).EscapedFragment())
	if err != nil {
		s = nil
	}
	j.schemas[pointer] = s
	return s
}

// Check says which keyword of the schema a JSON value (nil, bool, string, whole
// and other numbers, json.Number, []any, map[string]any) does not meet, and where
// in the value; nil, if it meets all, or the schema is none that can be read.
func (s *Schema) Check(v any) error {
	for _, o := range s.origins {
		if s.doc.steps(o.v, map[string]int{}) >= maxSteps {
			continue // nobody would wait for it
		}
		schema := s.doc.judge.at(o.at)
		if schema == nil {
			continue
		}
		var broken *jsonschema.ValidationError
		if errors.As(schema.Validate(v), &broken) {
			return brokenRule(broken)
		}
	}
	return nil
}

// maxSteps bounds the schemas that one value is checked by: alternatives that
// refer to the same schema twice double them, in each of a row of references.
const maxSteps = 20_000

// steps counts the schemas that a value is checked by, up to maxSteps; known are
// those of references.
func (d *document) steps(v any, known map[string]int) int {
	m, _ := v.(map[string]any)
	o := object(m)
	n := 1
	if ref := o.text("$ref"); strings.HasPrefix(ref, "#/") {
		if _, has := known[ref]; !has {
			known[ref] = 0 // of a circle: it ends here
			target, _ := d.lookup(ref)
			known[ref] = d.steps(map[string]any(target), known)
		}
		n = min(n+known[ref], maxSteps)
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		for _, part := range o.list(key) {
			n = min(n+d.steps(part, known), maxSteps)
		}
	}
	for _, key := range []string{"not", "if", "then", "else"} {
		if part, is := o[key]; is {
			n = min(n+d.steps(part, known), maxSteps)
		}
	}
	return n
}

// brokenRule is the innermost cause: of alternatives the first one's.
func brokenRule(e *jsonschema.ValidationError) error {
	keyword := ""
	for {
		if path := e.ErrorKind.KeywordPath(); len(path) > 0 {
			keyword = path[0]
		}
		if _, is := e.ErrorKind.(*kind.Not); is {
			keyword = "not"
		}
		if keyword == "oneOf" || keyword == "anyOf" || keyword == "not" || len(e.Causes) == 0 {
			break
		}
		e = e.Causes[0]
	}
	at := "$"
	for _, key := range e.InstanceLocation {
		if _, err := strconv.Atoi(key); err == nil {
			at += "[" + key + "]"
		} else {
			at += "." + key
		}
	}
	if keyword == "" {
		keyword = "schema false"
	}
	return fmt.Errorf("its %s at %s", keyword, at)
}

// Probes are values that may do where nothing is found otherwise: what the
// schema mentions, what is next to it, and the plainest of each type.
func (s *Schema) Probes() []any {
	const most = 300
	out := []any{int64(0), int64(1), int64(-1), 0.5, "", "a", "text", true, false, []any{}, map[string]any{}}
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		if len(out) > most || depth > maxDepth {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				if key == "$ref" {
					if target, _ := v[key].(string); depth < 4 {
						o, _ := s.doc.lookup(target)
						walk(map[string]any(o), depth+1)
					}
					continue
				}
				walk(v[key], depth+1)
			}
		case []any:
			for _, item := range v {
				walk(item, depth+1)
			}
		case int64:
			out = append(out, v, v-1, v+1)
		case float64:
			out = append(out, v, v-1, v+1, v/2)
		case string:
			out = append(out, v)
		}
	}
	for _, o := range s.origins {
		walk(o.v, 0)
	}
	return out
}

// anyText is a pattern that cannot be read, and is not checked.
type anyText string

func (anyText) MatchString(string) bool { return true }
func (p anyText) String() string        { return string(p) }

func readPattern(pattern string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(goPattern(pattern))
	if err != nil {
		return anyText(pattern), nil
	}
	return re, nil
}

var codePoint = regexp.MustCompile(`\\u\{?([0-9A-Fa-f]{2,6})\}?`)

// goPattern is an expression of ECMAScript, as documents have them, as Go writes
// it, where they differ and can say the same.
func goPattern(pattern string) string {
	return codePoint.ReplaceAllString(pattern, `\x{$1}`)
}

// moreFormats are those that OpenAPI adds, as far as they forbid anything.
var moreFormats = []struct {
	name  string
	check func(v any) error
}{
	{"int32", wholeOf(32)}, {"int64", wholeOf(64)}, {"byte", base64Text},
}

func base64Text(v any) error {
	if s, is := v.(string); is {
		_, err := base64.StdEncoding.DecodeString(s)
		return err
	}
	return nil
}

func wholeOf(bits int) func(any) error {
	return func(v any) error {
		switch v.(type) {
		case string, bool, nil, []any, map[string]any:
			return nil
		}
		r := (object{"v": v}).number("v")
		if r == nil {
			return nil
		}
		if !r.IsInt() {
			return fmt.Errorf("%v is no whole number", v)
		}
		if n := r.Num(); n.BitLen() >= bits && !(n.Sign() < 0 && n.BitLen() == bits && n.TrailingZeroBits() == uint(bits-1)) {
			return fmt.Errorf("%v does not fit into %d bits", v, bits)
		}
		return nil
	}
}

// lastKey of a reference or pointer.
func lastKey(ref string) string {
	key := ref[strings.LastIndex(ref, "/")+1:]
	if plain, err := url.PathUnescape(key); err == nil {
		key = plain
	}
	return plainKeys.Replace(key)
}
