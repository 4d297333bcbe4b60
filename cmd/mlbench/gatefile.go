package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/targets/strict"
)

// gateFileName is the gate file that is read when it is in the current folder.
const gateFileName = "mlbench-gate.yaml"

// gateSetting is what a gate file says of one flag.
type gateSetting struct {
	flag   string
	values []string
	nodes  []*strict.Node // where each value stands
}

// gateFile is the gate's settings that a repository keeps. Keys are names of
// flags and mean the same: paths, too, are of the current folder.
type gateFile []gateSetting

// notInGateFile are flags that are of the command line only.
var notInGateFile = []string{"file", "schema", "help"}

// gateFileAliases are keys with names of their own, from before every flag was one.
var gateFileAliases = map[string]string{"objectives": "objective"}

// gateFileKeys are all keys, in alphabetical order.
func gateFileKeys(flags *pflag.FlagSet) []string {
	var keys []string
	flags.VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(notInGateFile, f.Name) && f.Deprecated == "" {
			keys = append(keys, f.Name)
		}
	})
	return keys
}

// parseGateFile reads a gate file strictly; the name is for messages. The error
// is strict.Mistakes: all of them.
func parseGateFile(src []byte, name string) (gateFile, error) {
	d, err := strict.Parse(src, name)
	if err != nil {
		return nil, err
	}
	if d.Root.Kind != strict.Map {
		d.Bad(d.Root, "found %s, want %s", d.Root.Describe(), strict.Map)
		return nil, d.Err()
	}
	// Flags that nobody else has, to try the values on.
	flags := newGateCmd(cli.Streams{}).Flags()
	known := gateFileKeys(flags)
	var g gateFile
	for i, key := range d.Root.Keys {
		flag := key.Name
		if alias, ok := gateFileAliases[flag]; ok {
			flag = alias
		}
		if !slices.Contains(known, flag) {
			d.BadAt(key.Line, key.Col, "unknown key %q%s (keys are names of flags: see 'mlbench gate --help')", key.Name, cli.DidYouMean(key.Name, known))
			continue
		}
		s := gateSetting{flag: flag}
		s.read(d, d.Root.Items[i], flags.Lookup(flag))
		for j, value := range s.values {
			if err := flags.Set(flag, value); err != nil {
				d.Bad(s.nodes[j], "%s", cli.BadValue(flags.Lookup(flag), value, errors.Unwrap(err)))
			}
		}
		g = append(g, s)
	}
	g.check(d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return g, nil
}

// pairs are the repeatable flags whose values have two parts, which a mapping says
// as well: what stands between them, and their form.
var pairs = map[string]struct{ sign, form string }{
	"export": {"=", "FORMAT=FILE"},
	"tag":    {"=", "NAME=VALUE"},
	"header": {": ", "'Name: value'"},
}

// forms of texts that are more than that.
var forms = map[string]string{
	"parity":      "a share of the requests such as 1%",
	"percentiles": "percentiles such as 50,90,99.9",
	"ready":       "a path that begins with /",
	"scenario":    "a scenario's name, or a file",
}

// read takes the values of a key.
func (s *gateSetting) read(d *strict.Document, n *strict.Node, f *pflag.Flag) {
	add := func(value string, at *strict.Node) {
		s.values, s.nodes = append(s.values, value), append(s.nodes, at)
	}
	kind := f.Value.Type()
	pair, isPair := pairs[f.Name]
	switch {
	case f.Name == "max-regression":
		var limits limitsText
		if limits.DecodeNode(d, n); limits != "" {
			add(string(limits), n)
		}
	case isPair && n.Kind == strict.Map && len(n.Keys) > 0:
		for i, key := range n.Keys {
			for _, item := range itemsOf(n.Items[i]) {
				if isScalar(item) && item.Text != "" {
					add(key.Name+pair.sign+item.Text, item)
				} else {
					d.Bad(item, "found %s, want text, or a list of texts", item.Describe())
				}
			}
		}
	case f.Name == "percentiles":
		var parts []string
		for _, item := range itemsOf(n) {
			if !isScalar(item) || item.Text == "" {
				d.Bad(item, "found %s, want %s", item.Describe(), forms[f.Name])
				return
			}
			parts = append(parts, item.Text)
		}
		add(strings.Join(parts, ","), n)
	case kind == "stringArray":
		form := "text, or a list of texts"
		if isPair {
			form = pair.form + ", a list of them, or a mapping"
		}
		for _, item := range itemsOf(n) {
			if item.Kind != strict.String || item.Text == "" {
				d.Bad(item, "found %s, want %s", item.Describe(), form)
				continue
			}
			add(item.Text, item)
		}
	case kind == "bool":
		if n.Kind != strict.Bool {
			d.Bad(n, "found %s, want true or false", n.Describe())
			return
		}
		add(n.Text, n)
	case kind == "string":
		if n.Kind != strict.String || n.Text == "" {
			d.Bad(n, "found %s, want %s", n.Describe(), cmp.Or(forms[f.Name], "text"))
			return
		}
		add(n.Text, n)
	case !isScalar(n) || n.Text == "":
		d.Bad(n, "found %s, want a single value", n.Describe())
	default:
		add(n.Text, n)
	}
}

// itemsOf are the items of a list, or the only one.
func itemsOf(n *strict.Node) []*strict.Node {
	if n.Kind == strict.List && len(n.Items) > 0 {
		return n.Items
	}
	return []*strict.Node{n}
}

func isScalar(n *strict.Node) bool {
	return n.Kind != strict.List && n.Kind != strict.Map && n.Kind != strict.Null
}

// values of a flag, and where they stand.
func (g gateFile) values(flag string) (values []string, nodes []*strict.Node) {
	for _, s := range g {
		if s.flag == flag {
			return s.values, s.nodes
		}
	}
	return nil, nil
}

// each calls check for every value of a flag.
func (g gateFile) each(flag string, check func(value string, at *strict.Node)) {
	values, nodes := g.values(flag)
	for i, value := range values {
		check(value, nodes[i])
	}
}

// takeFile sets the flags that are not given from the gate file.
func (o *gateOptions) takeFile() error {
	if o.file == "" {
		return nil
	}
	src, err := strict.ReadFile(o.file)
	if errors.Is(err, fs.ErrNotExist) && !o.load.flags.Changed("file") {
		return nil
	}
	if err != nil {
		return cli.Usagef("gate file: %w", err)
	}
	g, err := parseGateFile(src, o.file)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	typed := map[string]bool{"base": o.load.flags.Changed("base"), "head": o.load.flags.Changed("head")}
	if err := g.apply(o.load.flags); err != nil {
		return err
	}
	o.files = map[string]string{}
	for flag, ref := range map[string]string{"base": o.base, "head": o.head} {
		if !typed[flag] {
			o.files[ref] = o.file // its commands are run, and nobody typed them
		}
	}
	if !o.out.Quiet {
		fmt.Fprintln(o.Err, "settings from", o.file)
	}
	return nil
}

// apply sets flags as the file has them, but for those given, which go before.
func (g gateFile) apply(flags *pflag.FlagSet) error {
	skip := cli.Displaced(flags)
	if flags.Changed("objective") && flags.Changed("result") && !flags.Changed("baseline") {
		skip["calibration"] = true // a single run is judged, by its objectives
	}
	given := map[string]bool{}
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	for _, s := range g {
		if skip[s.flag] || given[s.flag] {
			continue
		}
		for _, value := range s.values {
			if err := cli.SetUntyped(flags, s.flag, value); err != nil {
				return cli.Usagef("%w", err)
			}
		}
	}
	return nil
}
