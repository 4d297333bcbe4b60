package importer

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
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
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scenarios.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.schema.json")
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

// readOne parses exactly one request: no byte may follow it.
func readOne(r io.Reader) (*http.Request, error) {
	br := bufio.NewReader(r)
	req, err := http.ReadRequest(br)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if rest, _ := io.ReadAll(br); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the request", len(rest))
	}
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	return req, nil
}

// firstRequest is the first request of a scenario, as the host h is sent it.
func firstRequest(t *testing.T, sc *scenarios.Scenario) string {
	t.Helper()
	at, err := targets.Parse("http://h")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, PoolSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	return string(plan.Classes[0].Pool[0].AppendHTTP1(nil))
}
