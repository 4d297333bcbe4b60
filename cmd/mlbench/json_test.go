package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// What `run` and `compare` print as JSON has exactly the keys of the contract,
// and is valid by the schema that mlbench publishes.
func TestJSONContract(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"token":"t"}`) }))
	defer srv.Close()
	for _, tc := range []struct {
		schema string
		args   string
		keys   string
	}{
		{
			"run", "run mix --format json -n 100 -r 1000/s --warmup 0s --objective p99<10s --url " + srv.URL,
			"classes dropped duration_s errors goodput_rps host latency_ms load model objectives requests result_file scenario schema seed start status target throughput_rps unfinished valid version warning_codes warnings",
		},
		{
			"comparison", "compare --format json --budget 3s --slice 50ms --warmup 0s --scenario sequential " + srv.URL + " other=" + srv.URL,
			"a b confidence_pct errors host improved load looks measured_s metrics more_time_s objectives pairs reason_codes reasons result_file scenario schema seed start unfinished verdict version",
		},
	} {
		t.Run(tc.schema, func(t *testing.T) {
			// A machine too noisy to measure on still has to say so in this form.
			code, stdout, stderr := invoke(strings.Fields(tc.args)...)
			if code != cli.ExitOK && code != cli.ExitInvalid && (tc.schema == "run" || code != cli.ExitRegression && code != cli.ExitInconclusive) {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			var doc map[string]any
			if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
				t.Fatalf("%v in:\n%s", err, stdout)
			}
			for _, key := range []string{"slot_effect", "trend", "carry_over"} { // only of enough pairs that were on time
				delete(doc, key)
			}
			if diff := cmp.Diff(strings.Fields(tc.keys), keys(doc)); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			_, published, _ := invoke("report", "--schema", tc.schema)
			validate(t, published, stdout)
			if tc.schema == "run" {
				checkRunKeys(t, doc)
			}
		})
	}
}

// checkRunKeys goes down into the objects of a run.
func checkRunKeys(t *testing.T, doc map[string]any) {
	t.Helper()
	at := func(path ...string) map[string]any {
		m, ok := lookup(doc, path).(map[string]any)
		if !ok {
			t.Fatalf("no object at %v", path)
		}
		return m
	}
	delete(at("latency_ms"), "dial") // where none was opened while measuring
	latency := "max mean min p50 p90 p95 p99 p99.9"
	for _, tc := range []struct {
		of   map[string]any
		want string
	}{
		{at("target"), "name url"},
		{at("errors"), "by_class total"},
		{at("latency_ms"), "first_byte lag response service"},
		{at("latency_ms", "response"), latency},
		{at("latency_ms", "service"), latency},
		{at("latency_ms", "lag"), latency},
		{at("classes"), "batch-predict health model-info predict"},
		{at("classes", "predict"), "errors goodput_rps latency_ms requests share throughput_rps"},
		{at("classes", "predict", "latency_ms", "lag"), latency},
		{at("objectives", "0"), "expr held value"},
	} {
		if diff := cmp.Diff(strings.Fields(tc.want), keys(tc.of)); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	}
}

func keys(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// validate holds a document against a JSON Schema.
func validate(t *testing.T, schema, document string) {
	t.Helper()
	s, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatalf("the published schema: %v", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", s); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(document)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(doc); err != nil {
		t.Error(err)
	}
}
