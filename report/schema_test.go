package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// schemaOf says which schema each JSON document has. The hostile run is left
// out: its error class and status are of no version.
var schemaOf = map[string]string{
	"open": "run", "closed": "run", "empty": "run",
	"comparison": "comparison", "same": "comparison", "regressed": "comparison", "undecided": "comparison", "throughput": "comparison", "saved": "comparison", "objective": "comparison", "gone": "comparison",
	"twins": "comparison", "slots": "comparison", "unmeasured": "comparison",
	"beside":  "run",
	"managed": "run", "staged": "run", "checked": "run", "compared-checks": "comparison", "detailed": "run", "resources": "comparison", "half": "comparison",
	"verdict-control": "comparison", "verdict-cpu": "comparison", "verdict-launches": "comparison",
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("schema/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func document(t *testing.T, name string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(render(t, name, JSON, Options{})))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDocumentsMatchTheirSchema(t *testing.T) {
	for name, schema := range schemaOf {
		if err := compile(t, schema).Validate(document(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name := range verdicts {
		if err := compile(t, "comparison").Validate(document(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := compile(t, "run").Validate(document(t, "comparison")); err == nil {
		t.Error("a comparison passes as a run")
	}
}

var percentileKey = regexp.MustCompile(`^p[0-9]`)

// optional says that this key may be absent: those of maps by name, single
// percentiles, which --percentiles chooses, clocks that had nothing to time, what only saved runs have, what only many
// pairs tell, and what only managed targets let be seen.
func optional(path []string, key string) bool {
	last := ""
	if len(path) > 0 {
		last = path[len(path)-1]
	}
	return slices.Contains([]string{"by_class", "status", "classes", "spans", "tags"}, last) || slices.Contains([]string{"checks", "first_failure", "examples"}, key) ||
		slices.Contains(path, "examples") && slices.Contains([]string{"class", "status"}, key) || percentileKey.MatchString(key) ||
		len(path) == 0 && slices.Contains([]string{"runs", "slot_effect", "looks", "launches", "trend", "carry_over", "control", "tags", "resources", "source", "stages", "details"}, key) ||
		slices.Contains([]string{"source", "host", "load"}, last) && slices.Contains(optionalFacts, key) || slices.Contains(path, "reason_codes") && !ofEveryReason(path, key) || slices.Contains([]string{"beside", "spans", "aborted_s", "command", "note", "a_censored", "b_censored", "role", "launch_sd_pct", "launch_p"}, key) ||
		slices.Contains(path, "warning_codes") && key != "code" || last == "latency_ms" && slices.Contains([]string{"first_byte", "dial", "tls"}, key)
}

// ofEveryReason says that each reason has this key, or each metric of it.
func ofEveryReason(path []string, key string) bool {
	switch {
	case slices.Contains(path, "metrics"):
		return slices.Contains([]string{"class", "metric"}, key)
	case path[len(path)-1] == "advice":
		return key == "code"
	}
	return slices.Contains([]string{"code", "detail"}, key)
}

// optionalFacts are absent where they are not known, or not of the load's model.
var optionalFacts = []string{"ci_run",
	"branch", "dirty", "kernel", "cpu", "cpu_limit", "memory_mb",
	"arrivals", "rate_rps", "shape", "connections", "think", "spawn_rate_rps", "transport", "budget_s",
}

// The schemas are strict: removing any key, adding one anywhere, or changing
// any value's type fails.
func TestSchemasAreStrict(t *testing.T) {
	for name, schema := range schemaOf {
		s, doc := compile(t, schema), document(t, name)
		checks := 0
		refused := func(what string, path []string) {
			checks++
			if s.Validate(doc) == nil {
				t.Errorf("%s: %s at %s is accepted", name, what, strings.Join(path, "."))
			}
		}
		var walk func(v any, path []string)
		walk = func(v any, path []string) {
			switch v := v.(type) {
			case map[string]any:
				v["zzz"] = json.Number("1")
				refused("an added key", path)
				delete(v, "zzz")
				for _, key := range slices.Sorted(maps.Keys(v)) {
					at := append(slices.Clone(path), key)
					old := v[key]
					if !optional(path, key) {
						delete(v, key)
						refused("the removal of a key", at)
					}
					if _, isMap := old.(map[string]any); isMap {
						v[key] = "text"
					} else {
						v[key] = map[string]any{}
					}
					refused("another type", at)
					v[key] = old
					walk(old, at)
				}
			case []any:
				for i, item := range v {
					at := append(slices.Clone(path), fmt.Sprint(i))
					v[i] = map[string]any{}
					refused("an empty item", at)
					v[i] = item
					if i == 0 || i == len(v)-1 { // the others have the same shape
						walk(item, at)
					}
				}
			}
		}
		walk(doc, nil)
		if err := s.Validate(doc); err != nil || checks < 50 {
			t.Errorf("%s: after %d checks: %v", name, checks, err)
		}
	}
}

// The order and names of the default percentiles are part of the contract.
func TestDefaultLatencyKeys(t *testing.T) {
	var doc struct {
		Latency map[string]map[string]*float64 `json:"latency_ms"`
	}
	if err := json.Unmarshal([]byte(render(t, "open", JSON, Options{})), &doc); err != nil {
		t.Fatal(err)
	}
	want := []string{"max", "mean", "min", "p50", "p90", "p95", "p99", "p99.9"}
	for _, clock := range []string{"response", "service", "lag"} {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(doc.Latency[clock]))); diff != "" {
			t.Errorf("%s:\n%s", clock, diff)
		}
	}
}

// Every class of error that results knows is in the schemas, and every key is
// described.
func TestSchemasAreComplete(t *testing.T) {
	for _, name := range strings.Split(SchemaNames, ", ") {
		raw, err := Schema(name)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Title string `json:"title"`
			Defs  struct {
				Errors struct {
					Properties struct {
						ByClass struct {
							PropertyNames struct {
								Enum []string `json:"enum"`
							} `json:"propertyNames"`
						} `json:"by_class"`
					} `json:"properties"`
				} `json:"errors"`
			} `json:"$defs"`
		}
		var tree any
		if json.Unmarshal(raw, &doc) != nil || json.Unmarshal(raw, &tree) != nil {
			t.Fatalf("%s is no JSON", name)
		}
		if diff := cmp.Diff(results.ErrorClasses, doc.Defs.Errors.Properties.ByClass.PropertyNames.Enum); diff != "" {
			t.Errorf("%s: classes of error:\n%s", name, diff)
		}
		if want := map[string]string{"run": summary.Schema, "comparison": verdict.ComparisonSchema}[name]; doc.Title != want {
			t.Errorf("%s: title %q, want %q", name, doc.Title, want)
		}
		undescribed(tree, "", func(path string) { t.Errorf("%s: %s has no description", name, path) })
	}
	if _, err := Schema("result"); err == nil || err.Error() != `unknown schema "result": want one of run, comparison` {
		t.Errorf("unknown schema: %v", err)
	}
}

// undescribed reports properties without a description of their own or of what
// they refer to.
func undescribed(v any, path string, report func(string)) {
	switch v := v.(type) {
	case map[string]any:
		if props, ok := v["properties"].(map[string]any); ok {
			for key, p := range props {
				p, _ := p.(map[string]any)
				if p["description"] == nil && p["$ref"] == nil {
					report(path + "." + key)
				}
			}
		}
		for key, child := range v {
			undescribed(child, path+"."+key, report)
		}
	case []any:
		for _, child := range v {
			undescribed(child, path, report)
		}
	}
}
