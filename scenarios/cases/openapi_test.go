package cases

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

const tinyDocument = `{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
 "/items/{id}": {
  "get": {"operationId": "item", "parameters": [
    {"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 3, "maximum": 3}},
    {"name": "n", "in": "query", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": 9}}]},
  "delete": {"operationId": "drop"}},
 "/predict": {"post": {"security": [{"b": []}], "requestBody": {"required": true, "content": {"application/json": {"schema": {
   "type": "object", "required": ["v"], "properties": {
    "v": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number", "minimum": -1, "maximum": 1}},
    "mode": {"type": "string", "enum": ["fast", "good"]},
    "id": {"type": "string", "maxLength": 8}}}}}}}},
 "/form": {"post": {"requestBody": {"required": true, "content": {"multipart/form-data": {"schema": {"type": "object"}}}}}}},
 "components": {"securitySchemes": {"b": {"type": "http", "scheme": "bearer"}}}}`

func TestOpenAPICases(t *testing.T) {
	ops, _, err := openapi.Load([]byte(tinyDocument))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Requests: 30, Seed: 1, Edges: true, UserAgent: "test/1"}
	cases, notes := OfDocument(ops, o)
	if diff := cmp.Diff([]string{"POST /form is left out: its body is multipart/form-data, not JSON", "DELETE /items/{id} is left out: it may do harm"}, notes); diff != "" {
		t.Errorf("notes:\n%s", diff)
	}
	for _, c := range cases {
		switch {
		case c.Kind != Ordinary:
		case c.Class == "item":
			var n int
			if _, err := fmt.Sscanf(c.Path, "/items/3?n=%d", &n); err != nil || n < 1 || n > 9 || c.Method != "GET" || c.Auth != scenarios.NoAuth {
				t.Errorf("%+v", c)
			}
		default:
			var body struct {
				V    []float64
				Mode string
				ID   string
			}
			if err := json.Unmarshal(c.Body, &body); err != nil || len(body.V) != 2 || min(body.V[0], body.V[1]) < -1 || max(body.V[0], body.V[1]) > 1 ||
				body.Mode != "fast" && body.Mode != "good" || len(body.ID) > 8 || c.Auth != scenarios.Bearer || c.Class != "post-predict" {
				t.Errorf("%s %+v: %v", c.Body, c, err)
			}
		}
	}
	got := about(cases)
	for _, want := range []string{
		"past-limit: parameter n = 0", "past-limit: parameter n = 10", "missing-field: no parameter n", "wrong-type: parameter n = text",
		"past-limit: $.v[0] = 1.0000000000000002", "limit: $.v[0] = -1", "past-limit: $.v of 1 items", "past-limit: $.v of 3 items",
		`past-limit: $.mode = "mlbench-none-of-these"`, "limit: $.id = a text of 8 characters", "past-limit: $.id = a text of 9 characters",
		"token: no token", "extra-field: a parameter that is not there",
	} {
		if _, ok := got[want]; !ok {
			t.Errorf("no %s", want)
		}
	}
	again, _ := OfDocument(ops, o)
	if diff := cmp.Diff(cases, again); diff != "" {
		t.Errorf("another time:\n%s", diff)
	}
}

// F08: verify sends every kind of parameter as the document has it, cookies too,
// and not the headers that the specification has ignored.
func TestParametersOfEveryKindAreSent(t *testing.T) {
	const of = `"required": true, "schema": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": 3, "maximum": 3}}`
	ops, _, err := openapi.Load([]byte(`{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/{l}/{m}": {"get": {"operationId": "a", "parameters": [
		{"name": "l", "in": "path", "style": "label", "explode": true, ` + of + `},
		{"name": "m", "in": "path", "style": "matrix", ` + of + `},
		{"name": "pipe", "in": "query", "style": "pipeDelimited", "explode": false, ` + of + `},
		{"name": "deep", "in": "query", "style": "deepObject", "required": true, "schema": {"type": "object", "required": ["x"], "properties": {"x": {"const": 7}}}},
		{"name": "js", "in": "query", "required": true, "content": {"application/json": {"schema": {"const": "v w"}}}},
		{"name": "X-Ids", "in": "header", ` + of + `},
		{"name": "Accept", "in": "header", "required": true, "schema": {"const": "nothing/known"}},
		{"name": "Content-Type", "in": "header", "required": true, "schema": {"const": "nothing/known"}},
		{"name": "ck", "in": "cookie", "required": true, "schema": {"const": 9}},
		{"name": "cl", "in": "cookie", ` + of + `}]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	cases, notes := OfDocument(ops, Options{Requests: 1, Seed: 1})
	if len(cases) != 1 || len(notes) > 0 {
		t.Fatalf("%v, notes %q", cases, notes)
	}
	if want := "/a/.3.3/;m=3,3?deep%5Bx%5D=7&js=%22v+w%22&pipe=3%7C3"; cases[0].Path != want {
		t.Errorf("path %s, want %s", cases[0].Path, want)
	}
	got := map[string]string{}
	for _, h := range cases[0].Header {
		got[h.Name] = h.Value
	}
	if diff := cmp.Diff(map[string]string{"User-Agent": "", "Accept": "*/*", "X-Ids": "3,3", "Cookie": "ck=9; cl=3,3"}, got); diff != "" {
		t.Errorf("headers:\n%s", diff)
	}
}
