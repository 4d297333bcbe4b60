package importer

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// golden compares with a file, or rewrites it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(readTest(t, path)), got); d != "" {
		t.Errorf("%s (-want +got, go test -update accepts it):\n%s", path, d)
	}
}

// schemaOfScenarios is the JSON Schema of what importers write.
func schemaOfScenarios(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// document is what a schema is held against.
func document(t *testing.T, src []byte) any {
	t.Helper()
	d, err := strict.Parse(src, "f")
	if err != nil {
		t.Fatal(err)
	}
	return d.Root.Plain()
}

// firstRequest is the first request of a scenario, as the host h is sent it.
func firstRequest(t *testing.T, sc *scenarios.Scenario) string {
	t.Helper()
	at, err := targets.Parse("http://h", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, PoolSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	return string(plan.Classes[0].Pool[0].AppendHTTP1(nil))
}
