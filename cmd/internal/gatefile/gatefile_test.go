package gatefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// flagsOf are a few flags of every kind that a gate has.
func flagsOf() *pflag.FlagSet {
	f := pflag.NewFlagSet("gate", pflag.ContinueOnError)
	f.String("base", "", "the revision before")
	f.String("max-regression", "", "tolerated changes")
	f.String("percentiles", "", "percentiles to show")
	f.Duration("budget", time.Minute, "most time")
	f.Int("connections", 0, "workers")
	f.Duration("settle", 0, "load before each slice")
	f.Uint64("seed", 0, "seed of all draws")
	f.Bool("strict", false, "call a regression only what is proven")
	f.StringArray("objective", nil, "limit that must hold")
	f.StringArray("tag", nil, "word to find the result again")
	f.String("file", Name, "gate file")
	return f
}

func fine() error { return nil }

func TestParseTakesEveryForm(t *testing.T) {
	const src = `
base: modern
max-regression: {p50: 5%, errors: 0.5pp}
percentiles: [50, 99.9]
budget: 90s
connections: 8
strict: true
objectives: ["p99<50ms", "errors<1%"]
tag: {team: search, build: 7}
`
	g, err := Parse([]byte(src), "f", flagsOf(), fine)
	if err != nil {
		t.Fatal(err)
	}
	flags := flagsOf()
	if err := flags.Parse([]string{"--budget", "3s", "--tag", "team=own"}); err != nil {
		t.Fatal(err)
	}
	if err := g.Apply(flags); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"base": "modern", "max-regression": "p50=5%,errors=0.5pp", "percentiles": "50,99.9", "connections": "8", "strict": "true",
		"objective": "[p99<50ms,errors<1%]", "file": Name,
		"budget": "3s", "tag": "[team=own]", // given, and so not the file's
	} {
		if got := flags.Lookup(name).Value.String(); got != want {
			t.Errorf("--%s is %s, want %s", name, got, want)
		}
	}
}

// All mistakes are told at once, each at its place: of the form, of a value, and those
// that only all flags together show.
func TestParseTellsAllMistakesAtTheirPlaces(t *testing.T) {
	const src = `base: ""
budgte: 3s
budget: soon
connections: [1, 2]
strict: maybe
max-regression: {p50: 5, p9x: 1%}
tag: {team: [a, {}]}
file: other.yaml
objective: ["p99<1s", "p99<1"]
`
	_, err := Parse([]byte(src), "f", flagsOf(), func() error {
		return errors.New("--objective \"p99<1\": want a unit\nnothing has this place")
	})
	if err == nil {
		t.Fatal("no mistakes")
	}
	const want = `f:1:1: nothing has this place
f:1:7: base: found the text "", want text
f:2:1: unknown key "budgte", did you mean "budget"? (keys are names of flags: see 'mlbench gate --help')
f:3:9: budget: found "soon", want a duration such as 60s or 5m
f:4:14: connections: found a list, want a single value
f:5:9: strict: found the text "maybe", want true or false
f:6:23: max-regression.p50: found "5", want a change such as 5%, or off
f:6:26: max-regression: "p9x" cannot be judged, did you mean "p90"? (known: p50 and other percentiles, also of a class as health:p50, throughput, errors, cpu)
f:7:17: tag.team[1]: found a mapping, want text, or a list of texts
f:8:1: unknown key "file" (keys are names of flags: see 'mlbench gate --help')
f:9:23: objective[1]: "p99<1": want a unit`
	if err.Error() != want {
		t.Errorf("found\n%v\nwant\n%s", err, want)
	}
	if _, err := Parse([]byte("- base\n"), "f", flagsOf(), fine); err == nil || !strings.Contains(err.Error(), "f:1:1: found") {
		t.Errorf("a list: %v", err)
	}
}

// A mistake found late has its place if the value is the file's: not if a flag went
// before it, and not if it is no mistake of the caller's.
func TestPlacedIsOfTheFilesOwnValues(t *testing.T) {
	g, err := Parse([]byte("connections: 8\nbudget: 2s\n"), "f", flagsOf(), fine)
	if err != nil {
		t.Fatal(err)
	}
	flags := flagsOf()
	if err := errors.Join(flags.Set("connections", "9"), g.Apply(flags)); err != nil {
		t.Fatal(err)
	}
	failed := fmt.Errorf("--budget 2s: connection refused")
	if err := g.Placed(failed); err != failed {
		t.Errorf("a failure: %v", err)
	}
	if none := (*File)(nil).Placed(failed); none != failed {
		t.Errorf("no file: %v", none)
	}
	late := g.Placed(cli.Usagef("--budget 2s: too short\n--connections 9: too many"))
	if o, text := cli.OutcomeOf(context.Background(), late); o != cli.ExitUsage || text != "f:2:9: budget: 2s: too short\n--connections 9: too many" {
		t.Errorf("exit %d, %q", o, text)
	}
}

func TestSchemaHasAPropertyForEveryKey(t *testing.T) {
	raw, err := Schema(flagsOf())
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Properties map[string]map[string]any }
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys(flagsOf()) {
		if len(schema.Properties[key]) == 0 {
			t.Errorf("nothing is said of %s", key)
		}
	}
	if schema.Properties["file"] != nil || schema.Properties["seed"]["type"] != "integer" || schema.Properties["settle"]["$ref"] != "#/$defs/duration" {
		t.Errorf("%v", schema.Properties)
	}
}
