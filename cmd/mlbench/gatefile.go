package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// gateFileName is the gate file that is read when it is in the current folder.
const gateFileName = "mlbench-gate.yaml"

// gateFileSchema is the JSON Schema of gate files.
//
//go:embed gatefile.schema.json
var gateFileSchema []byte

// gateFile is the gate's settings that a repository keeps. Keys are names of
// flags and mean the same: paths, too, are of the current folder.
type gateFile struct {
	Base          word           `yaml:"base"`
	Head          word           `yaml:"head"`
	Ready         word           `yaml:"ready"`
	Scenario      word           `yaml:"scenario"`
	Budget        span           `yaml:"budget"`
	Rate          scenarios.Rate `yaml:"rate"`
	Connections   positive       `yaml:"connections"`
	MaxRegression limitsText     `yaml:"max-regression"`
	Extend        *bool          `yaml:"extend"`
	Strict        *bool          `yaml:"strict"`
	Inconclusive  word           `yaml:"inconclusive"`
	Baseline      words          `yaml:"baseline"`
	Result        words          `yaml:"result"`
	Objectives    words          `yaml:"objectives"`
	Calibration   word           `yaml:"calibration"`
	Export        words          `yaml:"export"`
}

// parseGateFile reads a gate file strictly; the name is for messages. The error
// is targets.Mistakes: all of them.
func parseGateFile(src []byte, name string) (*gateFile, error) {
	d, err := targets.ReadYAML(src, name)
	if err != nil {
		return nil, err
	}
	g := &gateFile{}
	d.Decode(d.Root, g)
	g.check(d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return g, nil
}

// check finds what the types do not say.
func (g *gateFile) check(d *targets.Document) {
	if g.Ready != "" && g.Ready[0] != '/' {
		d.Bad(d.At("ready"), "found %q, want a path that begins with /", g.Ready)
	}
	if !strings.ContainsAny(string(g.Scenario), `./\`) && g.Scenario != "" { // a file's mistakes are told when it is used
		if _, err := scenarios.Load(string(g.Scenario)); errors.Is(err, scenarios.ErrUnknown) {
			d.Bad(d.At("scenario"), "%v", err)
		}
	}
	if way := string(g.Inconclusive); way != "" && !slices.Contains(inconclusiveWays, way) {
		d.Bad(d.At("inconclusive"), "found %q, want fail, pass or exit4%s", way, didYouMean(way, inconclusiveWays))
	}
	for i, text := range g.Objectives {
		if _, err := results.ParseObjective(text); err != nil && text != "" {
			d.Bad(d.At("objectives", i), "%v", err)
		}
	}
	for i, text := range g.Export {
		if text == "" {
			continue
		}
		format, path, ok := strings.Cut(text, "=")
		if !ok || path == "" || path == "-" {
			d.Bad(d.At("export", i), "found %q, want FORMAT=FILE, for example junit=gate.xml", text)
		} else if _, err := report.ParseFormat(format); err != nil {
			d.Bad(d.At("export", i), "%v", err)
		}
	}
	g.checkKinds(d)
}

// checkKinds refuses a file that measures and reads at once.
func (g *gateFile) checkKinds(d *targets.Document) {
	live := g.Base != "" || g.Head != ""
	for _, other := range []struct {
		key string
		is  bool
	}{{"baseline", g.Baseline != nil}, {"result", g.Result != nil}, {"objectives", g.Objectives != nil}} {
		if live && other.is {
			d.Bad(d.At(other.key), "this is for saved runs, but base and head are to be measured: leave one kind out")
		}
	}
	if !live && g.Baseline != nil && g.Objectives != nil {
		d.Bad(d.At("objectives"), "these judge a result alone, but there is a baseline: leave one out, or give max-regression")
	}
}

// takeFile sets the flags that are not given from the gate file.
func (o *gateOptions) takeFile() error {
	if o.file == "" {
		return nil
	}
	src, err := os.ReadFile(o.file)
	if errors.Is(err, fs.ErrNotExist) && !o.load.flags.Changed("file") {
		return nil
	}
	if err != nil {
		return usageErrorf("gate file: %w", err)
	}
	g, err := parseGateFile(src, o.file)
	if err != nil {
		return usageErrorf("%w", err)
	}
	if !o.out.quiet {
		fmt.Fprintln(o.err, "settings from", o.file)
	}
	return g.apply(o.load.flags)
}

// instead are the flags that choose what is judged, and the keys that they
// leave nothing for.
var instead = map[string][]string{
	"base":      {"baseline", "result", "objective"},
	"head":      {"baseline", "result", "objective"},
	"baseline":  {"base", "head", "objective"},
	"result":    {"base", "head"},
	"objective": {"base", "head", "baseline", "calibration"},
}

// apply sets flags as the file has them, but for those given, which go before.
func (g *gateFile) apply(flags *pflag.FlagSet) error {
	skip := map[string]bool{}
	for flag, others := range instead {
		for _, other := range others {
			skip[other] = skip[other] || flags.Changed(flag)
		}
	}
	for _, s := range g.settings() {
		if skip[s.flag] || flags.Changed(s.flag) {
			continue
		}
		for _, value := range s.values {
			if err := flags.Set(s.flag, value); err != nil {
				return usageErrorf("%w", err)
			}
		}
	}
	return nil
}

// setting is a flag's values; none leaves it alone.
type setting struct {
	flag   string
	values []string
}

func (g *gateFile) settings() []setting {
	return []setting{
		{"base", g.Base.values()},
		{"head", g.Head.values()},
		{"ready", g.Ready.values()},
		{"scenario", g.Scenario.values()},
		{"budget", g.Budget.values()},
		{"rate", word(g.Rate.String()).values()},
		{"connections", g.Connections.values()},
		{"max-regression", word(g.MaxRegression).values()},
		{"extend", boolean(g.Extend)},
		{"strict", boolean(g.Strict)},
		{"inconclusive", g.Inconclusive.values()},
		{"baseline", g.Baseline},
		{"result", g.Result},
		{"objective", g.Objectives},
		{"calibration", g.Calibration.values()},
		{"export", g.Export},
	}
}

// word is a text that is not empty.
type word string

// DecodeNode refuses what only looks like text: a file called true is quoted.
func (w *word) DecodeNode(d *targets.Document, n *targets.Node) {
	if n.Kind != targets.String || n.Text == "" {
		d.Bad(n, "found %s, want text", n.Describe())
	}
	*w = word(n.Text)
}

func (w word) values() []string {
	if w == "" {
		return nil
	}
	return []string{string(w)}
}

// words is one text or a list of them.
type words []string

// DecodeNode reads both forms.
func (l *words) DecodeNode(d *targets.Document, n *targets.Node) {
	items := []*targets.Node{n}
	if n.Kind == targets.List && len(n.Items) > 0 {
		items = n.Items
	}
	for _, item := range items {
		if item.Kind != targets.String || item.Text == "" {
			d.Bad(item, "found %s, want text, or a list of texts", item.Describe())
			*l = append(*l, "") // the others keep their places
			continue
		}
		*l = append(*l, item.Text)
	}
}

// span is a time above zero.
type span time.Duration

// UnmarshalText reads Go's form of durations.
func (s *span) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v <= 0 {
		return fmt.Errorf("found %q, want a duration such as 60s or 5m", b)
	}
	*s = span(v)
	return nil
}

func (s span) values() []string {
	if s == 0 {
		return nil
	}
	return []string{time.Duration(s).String()}
}

// positive is a whole number above zero.
type positive int

// UnmarshalText reads decimal digits.
func (p *positive) UnmarshalText(b []byte) error {
	v, err := strconv.Atoi(string(b))
	if err != nil || v < 1 {
		return fmt.Errorf("found %q, want a whole number of at least 1", b)
	}
	*p = positive(v)
	return nil
}

func (p positive) values() []string {
	if p == 0 {
		return nil
	}
	return []string{strconv.Itoa(int(p))}
}

func boolean(b *bool) []string {
	if b == nil {
		return nil
	}
	return []string{strconv.FormatBool(*b)}
}
