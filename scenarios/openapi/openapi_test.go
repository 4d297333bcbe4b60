package openapi

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

func read(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The model of documents by huma (3.1), FastAPI (3.0) and by hand (3.1, YAML).
func TestLoad(t *testing.T) {
	for _, name := range []string{"huma.json", "fastapi.json", "many.yaml"} {
		t.Run(name, func(t *testing.T) {
			ops, _, err := Load(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, op := range ops {
				b.WriteString(compact(t, op) + "\n")
			}
			got := b.String()
			path := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(read(t, name+".golden")), got); d != "" {
				t.Errorf("%s (-want +got, go test -update accepts it):\n%s", path, d)
			}
		})
	}
}

// compact is JSON without what is zero.
func compact(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	if raw, err = json.MarshalIndent(prune(tree), "", " "); err != nil {
		t.Fatal(err)
	}
	// The braces' own lines are noise.
	return regexp.MustCompile(`\s*\n\s*([]}]+,?)`).ReplaceAllString(string(raw), "$1")
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			switch item {
			case nil, "", false, 0.0:
				delete(v, key)
			default:
				v[key] = prune(item)
			}
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
	}
	return v
}

// JSON and YAML of one document are the same.
func TestYAMLIsJSON(t *testing.T) {
	raw := read(t, "fastapi.json")
	fromJSON, _, err := Load(raw)
	if err != nil {
		t.Fatal(err)
	}
	fromYAML, _, err := Load(append([]byte("# not JSON\n"), raw...))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(fromJSON, fromYAML, plainSchemas...); d != "" {
		t.Error(d)
	}
}

// plainSchemas compare what readers of schemas see.
var plainSchemas = []cmp.Option{
	cmpopts.IgnoreUnexported(Schema{}),
	cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }),
}

// one loads a document with a single schema.
func one(t *testing.T, schema string) *Schema {
	t.Helper()
	ops, _, err := Load([]byte(`{"openapi": "3.0.3", "paths": {"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": ` +
		schema + `}}}}}}, "components": {"schemas": {"A": {"type": "integer", "minimum": 3}, "L": {"$ref": "#/components/schemas/L"}}}}`))
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return ops[0].Body.Schema
}

func rat(s string) *big.Rat {
	r, _ := new(big.Rat).SetString(s)
	return r
}

func ptr[T any](v T) *T { return &v }

func TestSchema(t *testing.T) {
	for _, tt := range []struct {
		schema string
		want   Schema
	}{
		{`{}`, Schema{}},
		{`true`, Schema{}},
		{`{"type": "string", "nullable": true}`, Schema{Type: "string", Nullable: true}},
		{`{"type": ["null", "number", "string"]}`, Schema{Type: "number", Others: []string{"string"}, Nullable: true}},
		{`{"anyOf": [{"type": "null"}, {"type": "string"}, {"type": "integer"}]}`, Schema{Hard: true, Type: "string", Others: []string{"integer"}, Nullable: true}},
		{`{"type": "number", "minimum": 1, "exclusiveMinimum": true}`, Schema{Type: "number", Min: rat("1.0"), ExclusiveMin: true}},
		{`{"type": "number", "minimum": 1, "exclusiveMinimum": 2.5, "maximum": 4}`, Schema{Type: "number", Min: rat("2.5"), ExclusiveMin: true, Max: rat("4.0")}},
		{`{"allOf": [{"$ref": "#/components/schemas/A"}, {"minimum": 1, "maximum": 9}]}`, Schema{Type: "integer", Min: rat("3.0"), Max: rat("9.0")}},
		{`{"$ref": "#/components/schemas/A", "minimum": 5}`, Schema{Type: "integer", Min: rat("5.0")}},
		{`{"$ref": "#/components/schemas/L"}`, Schema{Recursive: true}},
		{`{"const": null}`, Schema{Enum: []any{nil}, Nullable: true}},
		{`{"properties": {"a": {}}, "required": ["b", "a", "a", 7]}`, Schema{Type: "object", Properties: map[string]*Schema{"a": {}}, Required: []string{"a", "b"}}},
		{`{"items": {"type": "string"}, "maxItems": 1e30, "minItems": -4}`, Schema{Type: "array", Items: &Schema{Type: "string"}, MaxItems: ptr(1<<31 - 1)}},
		{`{"items": [{"type": "string"}, {}]}`, Schema{Type: "array", Prefix: []*Schema{{Type: "string"}, {}}}},
		{`{"type": 5, "minLength": "x", "enum": [], "maximum": null}`, Schema{}},
	} {
		if d := cmp.Diff(&tt.want, one(t, tt.schema), plainSchemas...); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.schema, d)
		}
	}
}

// A document that doubles at every level must not fill the memory.
func TestUnfoldingIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","paths":{"/x":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/d/0"}}}}}}},"d":{`)
	const levels = 20 // a million schemas
	for i := range levels {
		fmt.Fprintf(&b, `"%d":{"properties":{"a":{"$ref":"#/d/%d"},"b":{"$ref":"#/d/%d"}}},`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `"%d":{}}}`, levels)
	ops, _, err := Load([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if n := count(ops[0].Body.Schema); n < levels || n > 2*maxSchemas {
		t.Errorf("%d schemas", n)
	}
}

func count(s *Schema) int {
	n := 1
	for _, p := range s.Properties {
		n += count(p)
	}
	return n
}

func TestWhatIsNoDocument(t *testing.T) {
	for doc, want := range map[string]string{
		``:                     "empty",
		`{`:                    "not readable as JSON",
		`<html>`:               "it has no field openapi",
		`[]`:                   "it has no field openapi",
		`{"swagger": "2.0"}`:   "Swagger 2.0",
		`{"openapi": "4.0.0"}`: "openapi: 4.0.0",
		`{"openapi": 3.1}`:     "openapi: 3.1",
		`{"paths": {}}`:        "no field openapi",
		`{"openapi": "3.0.0", "paths": {"/a": {"$ref": "b.json"}}}`:                               "bundle it into one file",
		`{"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [{"$ref": "#/nowhere"}]}}}}`: "leads nowhere",
	} {
		_, _, err := Load([]byte(doc))
		if !errors.Is(err, errDocument) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", doc, err, want)
		}
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		schema Schema
		want   string
		ok     bool
	}{
		{Schema{}, "text", true},
		{Schema{MaxLength: ptr(2)}, "te", true},
		{Schema{MaxLength: ptr(0)}, "", true},
		{Schema{MinLength: 6}, "textte", true},
		{Schema{Format: "ipv4"}, "192.0.2.1", true},
		{Schema{Pattern: "^[0-9]{5}$"}, "00000", true},
		{Schema{Pattern: `^(cat|dog)s?-[^a-z]\d+$`}, "cat-A0", true},
		{Schema{Pattern: `^\w+$`, MinLength: 7, MaxLength: ptr(7)}, "texttex", true},
		{Schema{Pattern: `^a*$`, MinLength: 3}, "aaa", true},
		{Schema{Pattern: `^(?=.*\d).+$`}, "text", false}, // no lookarounds in RE2
		{Schema{Pattern: `^ab$`, MinLength: 3}, "text", false},
	} {
		got, ok := tt.schema.Text()
		if got != tt.want || ok != tt.ok {
			t.Errorf("%+v: %q %v, want %q %v", tt.schema, got, ok, tt.want, tt.ok)
		}
	}
}

func TestAllows(t *testing.T) {
	s := Schema{Type: "number", Others: []string{"string"}, Nullable: true}
	for kind, want := range map[string]bool{"number": true, "integer": true, "string": true, "null": true, "boolean": false, "object": false} {
		if s.Allows(kind) != want {
			t.Errorf("%s: %v", kind, !want)
		}
	}
	if any := (&Schema{}); !any.Allows("array") {
		t.Error("a schema without a type allows everything")
	}
}

// Whatever it is given, Load ends, and what it returns can be used.
func FuzzLoad(f *testing.F) {
	// Small seeds only: the fuzzer spends its time on making big ones smaller.
	for _, document := range []string{
		`{"openapi":"3.1.0","paths":{"/a/{b}":{"parameters":[{"$ref":"#/components/parameters/B"}],"post":{"requestBody":{"content":{"application/json":{"schema":{"allOf":[{"type":"object","properties":{"x":{"type":["number","null"],"minimum":1}}}]}}}},"responses":{"200":{"description":"ok"}},"security":[{"k":[]}]}}},"components":{"parameters":{"B":{"name":"b","in":"path","required":true,"schema":{"type":"string","format":"uuid"}}},"securitySchemes":{"k":{"type":"http","scheme":"bearer"}}}}`,
		"openapi: 3.0.0\npaths:\n  /x:\n    get:\n      parameters:\n        - {name: q, in: query, schema: {$ref: '#/components/schemas/Q'}}\ncomponents:\n  schemas:\n    Q: {oneOf: [{type: integer, nullable: true}, {enum: [a, b]}]}\n",
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		ops, _, err := Load(raw)
		if err != nil {
			if !errors.Is(err, errDocument) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		for _, op := range ops {
			if op.Method == "" || !strings.HasPrefix(op.Path, "/") {
				t.Errorf("operation %+v", op)
			}
			for _, p := range op.Parameters {
				if p.Schema == nil {
					t.Errorf("parameter %+v", p)
				}
				if text, ok := p.Schema.Text(); ok && !p.Schema.Accepts(text) {
					t.Errorf("%+v does not accept its own %q", p.Schema, text)
				}
			}
			if op.Body != nil && op.Body.Schema == nil {
				t.Errorf("body of %s %s", op.Method, op.Path)
			}
		}
	})
}
