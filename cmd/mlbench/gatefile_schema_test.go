package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/targets/strict"
)

func TestGateFileSchema(t *testing.T) {
	code, printed, _ := invoke("gate", "--schema")
	if code != cli.ExitOK {
		t.Fatalf("--schema: exit code %d", code)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("s")
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range []string{liveGateFile, everyFlagGateFile, savedGateFile, singleGateFile} {
		if err := schema.Validate(plainYAML(t, src)); err != nil {
			t.Error(err)
		}
	}
	for _, tt := range badGateFiles {
		if _, err := strict.Parse([]byte(tt.src), "f"); err != nil {
			continue
		}
		if accepted := schema.Validate(plainYAML(t, tt.src)) == nil; accepted != tt.loaderOnly {
			t.Errorf("%s: the schema accepts: %v, want %v", tt.name, accepted, tt.loaderOnly)
		}
	}
	// A part of it is written by hand; this holds it to the flags.
	keys := []string{"objectives"}
	gateFlags(t, "").VisitAll(func(f *pflag.Flag) {
		if !slices.Contains([]string{"file", "schema", "help"}, f.Name) {
			keys = append(keys, f.Name)
		}
	})
	var properties []string
	for p := range doc.(map[string]any)["properties"].(map[string]any) {
		properties = append(properties, p)
	}
	slices.Sort(keys)
	slices.Sort(properties)
	if diff := cmp.Diff(keys, properties); diff != "" {
		t.Errorf("keys against the schema:\n%s", diff)
	}
}

// plainYAML is the document as JSON has it.
func plainYAML(t *testing.T, src string) any {
	t.Helper()
	d, err := strict.Parse([]byte(src), "f")
	if err != nil {
		t.Fatal(err)
	}
	return d.Root.Plain()
}

// FuzzGateFile: whatever a file holds, every mistake has its place, and what is
// accepted are values that the flags take, too.
func FuzzGateFile(f *testing.F) {
	for _, src := range []string{liveGateFile, everyFlagGateFile, savedGateFile, singleGateFile} {
		f.Add([]byte(src))
	}
	for _, tt := range badGateFiles {
		f.Add([]byte(tt.src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		g, err := parseGateFile(cli.Streams{}, src, "f")
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				if !strings.HasPrefix(line, "f:") {
					t.Errorf("a mistake without its place: %q", err)
				}
			}
			return
		}
		if err := g.Apply(gateFlags(t, "")); err != nil {
			t.Errorf("accepted, but no flag's value: %v", err)
		}
	})
}
