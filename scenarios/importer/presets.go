package importer

import (
	"cmp"
	"embed"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets/strict"
)

//go:embed presets/*.yaml
var presets embed.FS

// maxFeatures keeps a preset's vectors within the limits of the language.
const maxFeatures = 10_000

// plainPreset is what a scenario is made of when nothing is known.
const plainPreset = "plain"

// preset is a scenario for a serving protocol.
type preset struct {
	name   string
	target string // where such servers usually are
}

// presetList is in the order that help texts show.
var presetList = []preset{
	{"kserve-v2", "http://127.0.0.1:8080"},
	{"tensorflow-serving", "http://127.0.0.1:8501"},
	{"torchserve", "http://127.0.0.1:8080"},
	{"mlflow", "http://127.0.0.1:5000"},
	{"bentoml", "http://127.0.0.1:3000"},
	{plainPreset, "http://127.0.0.1:8000"},
}

// Presets lists the serving protocols that FromPreset knows, and plain.
func Presets() []string {
	names := make([]string, len(presetList))
	for i, p := range presetList {
		names[i] = p.name
	}
	return names
}

// FromPreset makes a scenario for a server that speaks one of the protocols in
// use, for a model of so many features; an empty name is plain.
func FromPreset(name string, o Options) ([]byte, error) {
	name = cmp.Or(name, plainPreset)
	for _, p := range presetList {
		if p.name != name {
			continue
		}
		o.Target = cmp.Or(o.Target, p.target)
		if o = o.WithDefaults(); o.Features < 1 || o.Features > maxFeatures {
			return nil, fmt.Errorf("%d features, want 1 to %d", o.Features, maxFeatures)
		}
		text, err := presets.ReadFile("presets/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		filled := strings.NewReplacer(
			"{{model}}", url.PathEscape(o.Model), "{{features}}", strconv.Itoa(o.Features),
			"{{file}}", draft.ShellWord(o.File), "{{target}}", draft.ShellWord(o.Target),
		).Replace(string(text))
		if _, err := scenarios.Parse([]byte(filled), "scenario.yaml"); err != nil {
			return nil, fmt.Errorf("preset %s: %w", name, err)
		}
		return []byte(filled), nil
	}
	hint := ""
	if s := strict.Suggest(name, Presets()); s != "" {
		hint = fmt.Sprintf(", did you mean %q?", s)
	}
	return nil, fmt.Errorf("unknown preset %q%s (known: %s)", name, hint, strings.Join(Presets(), ", "))
}
