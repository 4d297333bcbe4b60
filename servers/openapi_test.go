package servers

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/servers/predict"
)

// endpoints is the API; the document must have these and no others.
var endpoints = []struct {
	method, path, request, response string
	private                         bool
}{
	{"post", "/login", "LoginBody", "Token", false},
	{"get", "/health", "", "Health", false},
	{"post", "/predict", "PredictBody", "Prediction", true},
	{"post", "/batch-predict", "BatchBody", "Batch", true},
	{"get", "/model-info", "", "ModelInfo", false},
	{"get", "/cache/stats", "", "CacheStats", true},
	{"post", "/cache/clear", "", "Cleared", true},
	{"get", "/metrics", "", "", false},
}

func openAPIDocument(t *testing.T, s *subject) map[string]any {
	t.Helper()
	status, header, body := s.send(t, request{method: "GET", path: "/openapi.json", auth: "-"})
	if status != http.StatusOK || header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s", status, header)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

// at walks into nested objects: at(document, "paths", "/predict", "post").
func at(v any, path ...string) any {
	for _, key := range path {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

func TestOpenAPIDescribesEveryEndpoint(t *testing.T) {
	document := openAPIDocument(t, start(t, Modern, nil, nil))
	if got := document["openapi"]; got != "3.1.0" {
		t.Errorf("openapi %v", got)
	}
	if got := at(document, "components", "securitySchemes", "bearer", "scheme"); got != "bearer" {
		t.Errorf("security scheme %v", got)
	}
	if got := len(at(document, "paths").(map[string]any)); got != len(endpoints) {
		t.Errorf("%d paths, want %d", got, len(endpoints))
	}
	const schemas = "#/components/schemas/"
	for _, e := range endpoints {
		op := at(document, "paths", e.path, e.method)
		if op == nil {
			t.Errorf("no %s %s", e.method, e.path)
			continue
		}
		if e.request != "" {
			if got := at(op, "requestBody", "content", "application/json", "schema", "$ref"); got != schemas+e.request {
				t.Errorf("%s: request %v", e.path, got)
			}
			for _, status := range []string{"413", "415", "422"} {
				if got := at(op, "responses", status, "content", "application/json", "schema", "$ref"); got != schemas+"ErrorBody" {
					t.Errorf("%s: %s is %v", e.path, status, got)
				}
			}
		}
		if e.response != "" {
			if got := at(op, "responses", "200", "content", "application/json", "schema", "$ref"); got != schemas+e.response {
				t.Errorf("%s: response %v", e.path, got)
			}
		}
		if private := at(op, "security") != nil; private != e.private {
			t.Errorf("%s: private is %v", e.path, private)
		}
		if e.private && at(op, "responses", "401") == nil {
			t.Errorf("%s: no 401", e.path)
		}
	}
}

// The document's limits are those that legacy checks by hand.
func TestOpenAPILimits(t *testing.T) {
	document := openAPIDocument(t, start(t, Modern, nil, nil))
	limits := map[string]any{}
	for name, path := range map[string][]string{
		"features": {"PredictBody", "properties", "features"},
		"feature":  {"PredictBody", "properties", "features", "items"},
		"samples":  {"BatchBody", "properties", "samples"},
		"sample":   {"BatchBody", "properties", "samples", "items"},
		"value":    {"BatchBody", "properties", "samples", "items", "items"},
		"id":       {"PredictBody", "properties", "request_id"},
		"batch id": {"BatchBody", "properties", "request_id"},
		"username": {"LoginBody", "properties", "username"},
		"password": {"LoginBody", "properties", "password"},
	} {
		found := map[string]any{}
		schema, _ := at(document, append([]string{"components", "schemas"}, path...)...).(map[string]any)
		for _, key := range []string{"minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "type"} {
			if v, ok := schema[key]; ok {
				found[key] = asFloat(v)
			}
		}
		limits[name] = found
	}
	type m = map[string]any
	n := float64(len(predict.Features{}))
	want := m{
		"features": m{"type": "array", "minItems": n, "maxItems": n},
		"feature":  m{"type": "number", "minimum": -predict.FeatureLimit, "maximum": predict.FeatureLimit},
		"samples":  m{"type": "array", "minItems": 1.0, "maxItems": float64(predict.MaxSamples)},
		"sample":   m{"type": "array", "minItems": n, "maxItems": n},
		"value":    m{"type": "number", "minimum": -predict.FeatureLimit, "maximum": predict.FeatureLimit},
		"id":       m{"type": "string", "maxLength": float64(predict.MaxRequestID)},
		"batch id": m{"type": "string", "maxLength": float64(predict.MaxRequestID)},
		"username": m{"type": "string", "minLength": float64(predict.MinUsername), "maxLength": float64(predict.MaxUsername)},
		"password": m{"type": "string", "minLength": float64(predict.MinPassword)},
	}
	if diff := cmp.Diff(want, limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func asFloat(v any) any {
	if n, ok := v.(interface{ Float64() (float64, error) }); ok {
		f, _ := n.Float64()
		return f
	}
	return v
}

// The schemas of the document compile, and what both subjects really answer is
// valid by them.
func TestAnswersMatchOpenAPI(t *testing.T) {
	modern := start(t, Modern, nil, nil)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", openAPIDocument(t, modern)); err != nil {
		t.Fatal(err)
	}
	validate := func(name string, body []byte) {
		t.Helper()
		schema, err := compiler.Compile("openapi.json#/components/schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v\n%s", name, err, body)
		}
	}
	bodies := map[string]string{
		"LoginBody":   `{"username":"admin","password":"password"}`,
		"PredictBody": `{"features":` + ten + `,"request_id":"a"}`,
		"BatchBody":   `{"samples":[` + ten + `]}`,
	}
	for _, s := range []*subject{modern, start(t, Legacy, nil, nil)} {
		for _, e := range endpoints {
			if e.request != "" {
				validate(e.request, []byte(bodies[e.request]))
			}
			status, _, body := s.send(t, request{method: strings.ToUpper(e.method), path: e.path, body: bodies[e.request]})
			if status != http.StatusOK {
				t.Errorf("%s %s: %d", s.name, e.path, status)
			}
			if e.response != "" {
				validate(e.response, body)
			}
		}
	}
	_, _, body := modern.send(t, features(`[1,"x",2000]`))
	validate("ErrorBody", body)
	_, _, body = modern.send(t, get("/nope"))
	validate("ErrorBody", body)
}
