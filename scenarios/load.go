package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets/strict"
)

//go:embed shipped/*.yaml
var shipped embed.FS

//go:embed scenario.schema.json
var schema []byte

// Schema is the JSON Schema of a scenario file.
func Schema() []byte { return slices.Clone(schema) }

// Names lists the shipped scenarios, simplest first.
func Names() []string {
	return []string{"sequential", "concurrent", "mix", "users", "ramp", "spike", "soak", "ping"}
}

// ErrUnknown is the sentinel of a name that is no shipped scenario.
var ErrUnknown = errors.New("unknown scenario")

// Load reads a shipped scenario by name, or a file: anything with a slash, or
// ending in .yaml or .yml. It reads files of its own folder and of those that are
// allowed. A script or a result is named as what it is. What is wrong with a file comes as strict.Mistakes.
func Load(nameOrPath string, allow ...string) (*Scenario, error) {
	if what := foreign[strings.ToLower(filepath.Ext(nameOrPath))]; what != "" {
		return nil, fmt.Errorf("scenario: %s is %s", nameOrPath, what)
	}
	if isPath(nameOrPath) {
		src, err := strict.ReadFile(nameOrPath)
		if err != nil {
			return nil, fmt.Errorf("scenario: %w", err)
		}
		return Parse(src, nameOrPath, allow...)
	}
	if !slices.Contains(Names(), nameOrPath) {
		hint := ""
		if s := strict.Suggest(nameOrPath, Names()); s != "" {
			hint = fmt.Sprintf(", did you mean %q?", s)
		}
		return nil, fmt.Errorf("%w %q%s (shipped: %s; a file's name has a slash or ends in .yaml)",
			ErrUnknown, nameOrPath, hint, strings.Join(Names(), ", "))
	}
	src, err := shipped.ReadFile("shipped/" + nameOrPath + ".yaml")
	if err != nil {
		return nil, err
	}
	return Parse(src, nameOrPath+".yaml")
}

// foreign are files that people try for scenarios, by their endings, and what to
// do with them.
var foreign = map[string]string{
	".js":    "a script, and mlbench runs none: 'mlbench scenarios new --from k6 FILE' makes a scenario of one of k6's",
	".ts":    "a script, and mlbench runs none: without its types (esbuild FILE --format=esm), 'mlbench scenarios new --from k6 FILE.js' makes a scenario of one of k6's",
	".lua":   "a script, and mlbench runs none: write what it sends as a scenario (a start: 'mlbench scenarios new'; see docs/scenarios.md)",
	".py":    "a program, and mlbench runs none: 'mlbench scenarios new --from locust FILE' makes a scenario of a locustfile",
	".jmx":   "a plan of JMeter: write what it sends as a scenario (a start: 'mlbench scenarios new'; see docs/scenarios.md)",
	".har":   "a recording: 'mlbench scenarios new --from har FILE' makes a scenario of it",
	".jsonl": "no scenario; if it is a result file, 'mlbench report FILE' shows it",
}

func isPath(s string) bool {
	return strings.ContainsAny(s, `/\`) || strings.HasSuffix(s, ".yaml") || strings.HasSuffix(s, ".yml")
}

// Parse reads a scenario from text; the name is for messages, and for a
// scenario without one. Files are read of the folder that the name is in, and of
// those that are allowed. The error is strict.Mistakes: all of them.
func Parse(src []byte, name string, allow ...string) (*Scenario, error) {
	d, err := strict.Parse(src, name)
	if err != nil {
		return nil, err
	}
	if other := otherFile(d.Root); other != "" {
		d.Bad(d.Root, "this is %s, not a scenario", other)
		return nil, d.Err()
	}
	base := filepath.Base(name)
	sc := &Scenario{
		Name: strings.TrimSuffix(base, filepath.Ext(base)),
		Load: newLoadModel(),
		text: string(src), file: name,
		dir: filepath.Dir(name), allow: allow,
	}
	d.Decode(d.Root, sc)
	v := validator{d: d, sc: sc}
	v.scenario()
	if err := d.Err(); err != nil {
		return nil, err
	}
	return sc, nil
}

// otherFile names a file of mlbench's that has keys of its own and no requests, and
// what takes it; "" for others.
func otherFile(root *strict.Node) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(root.Keys, func(k strict.Key) bool { return slices.Contains(names, k.Name) })
	}
	switch {
	case has("requests"):
	case has("targets"):
		return "a target file (it is named by MLBENCH_TARGETS, or called targets.yaml)"
	case has("base", "head", "baseline", "result", "max-regression"):
		return "a gate file (for 'mlbench gate --file')"
	}
	return ""
}

// withDefaults fills in what depends on other values.
func (l LoadModel) withDefaults() LoadModel {
	if l.Model == "" {
		l.Model = results.Closed
		if l.Rate != 0 || l.Shape.shape != nil {
			l.Model = results.Open
		}
	}
	if l.Connections.Most == 0 {
		l.Connections.Most = 1
		if l.Model == results.Open {
			l.Connections.Most = 10_000
		}
	}
	if l.Arrivals == "" && l.Model == results.Open {
		l.Arrivals = loadgen.Poisson
	}
	l.Duration = l.length()
	if l.Duration == 0 && l.Requests == 0 {
		l.Duration = duration(30 * time.Second)
	}
	return l
}
