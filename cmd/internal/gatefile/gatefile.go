package gatefile

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/targets/strict"
)

// Name is that of the gate file which is read when it is in the current folder.
const Name = "mlbench-gate.yaml"

// File is the gate's settings that a repository keeps. Keys are names of flags and
// mean the same: paths, too, are of the current folder.
type File struct {
	doc      *strict.Document
	settings []*setting
}

// setting is what a gate file says of one flag.
type setting struct {
	flag    string
	values  []string
	nodes   []*strict.Node // where each value stands
	applied bool           // nothing goes before it
}

// notKeys are flags that are of the command line only.
var notKeys = []string{"file", "schema", "help"}

// aliases are keys with names of their own, from before every flag was one.
var aliases = map[string]string{"objectives": "objective"}

// keys are all keys but aliases, in alphabetical order.
func keys(flags *pflag.FlagSet) []string {
	var keys []string
	flags.VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(notKeys, f.Name) && f.Deprecated == "" {
			keys = append(keys, f.Name)
		}
	})
	return keys
}

// Parse reads a gate file strictly; the name is for messages. The values are tried on
// flags that nobody else has, and on what check then finds wrong with them all, whose
// mistakes, a line each, begin with the flag's --name. The error is strict.Mistakes:
// all of them, each with its place.
func Parse(src []byte, name string, flags *pflag.FlagSet, check func() error) (*File, error) {
	d, err := strict.Parse(src, name)
	if err != nil {
		return nil, err
	}
	if d.Root.Kind != strict.Map {
		d.Bad(d.Root, "found %s, want %s", d.Root.Describe(), strict.Map)
		return nil, d.Err()
	}
	known := keys(flags)
	file := &File{doc: d}
	for i, key := range d.Root.Keys {
		flag := cmp.Or(aliases[key.Name], key.Name)
		if !slices.Contains(known, flag) {
			d.BadAt(key.Line, key.Col, "unknown key %q%s (keys are names of flags: see 'mlbench gate --help')", key.Name, cli.DidYouMean(key.Name, known))
			continue
		}
		s := &setting{flag: flag, applied: true}
		s.read(d, d.Root.Items[i], flags.Lookup(flag))
		for j, value := range s.values {
			if err := flags.Set(flag, value); err != nil {
				d.Bad(s.nodes[j], "%s", cli.BadValue(flags.Lookup(flag), value, errors.Unwrap(err)))
			}
		}
		file.settings = append(file.settings, s)
	}
	if err := check(); err != nil {
		for _, unplaced := range file.place(err) {
			d.Bad(d.Root, "%s", unplaced)
		}
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return file, nil
}

// Values are what the file says of a flag.
func (f *File) Values(flag string) (values []string) {
	for _, s := range f.settings {
		if s.flag == flag {
			values = append(values, s.values...)
		}
	}
	return values
}

// Placed is a usage error whose mistakes have their place, as far as they are of
// values that the file had and Apply set.
func (f *File) Placed(err error) error {
	if outcome, _ := cli.OutcomeOf(context.Background(), err); f == nil || outcome != cli.ExitUsage {
		return err
	}
	rest := f.place(err)
	if placed := f.doc.Err(); placed != nil {
		return cli.Usagef("%s", strings.Join(append([]string{placed.Error()}, rest...), "\n"))
	}
	return err
}

// place notes mistakes where the file has the flags that they name, and returns the
// others.
func (f *File) place(err error) (rest []string) {
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSuffix(line, "\n")
		if at, text := f.of(line); at != nil {
			f.doc.Bad(at, "%s", text)
		} else {
			rest = append(rest, line)
		}
	}
	return rest
}

// of finds the value that a mistake speaks of, and what it says without the flag's
// name, which the place has; nil: none of the file's.
func (f *File) of(mistake string) (at *strict.Node, text string) {
	for _, s := range f.settings {
		text, ok := strings.CutPrefix(mistake, "--"+s.flag)
		if !ok || !s.applied || len(s.nodes) == 0 || text == "" || !strings.ContainsAny(text[:1], ": ") {
			continue
		}
		at, said := s.nodes[0], strings.HasPrefix(text, ": ")
		for i, value := range s.values {
			if strings.Contains(text, strconv.Quote(value)) || strings.HasPrefix(text, " "+value+": ") {
				at, said = s.nodes[i], true
				break
			}
		}
		if said {
			return at, strings.TrimLeft(text, ": ")
		}
		return at, mistake
	}
	return nil, ""
}

// Apply sets flags as the file has them, but for those given, which go before.
func (f *File) Apply(flags *pflag.FlagSet) error {
	skip := cli.Displaced(flags)
	if flags.Changed("objective") && flags.Changed("result") && !flags.Changed("baseline") {
		skip["calibration"] = true // a single run is judged, by its objectives
	}
	flags.Visit(func(given *pflag.Flag) { skip[given.Name] = true })
	for _, s := range f.settings {
		s.applied = !skip[s.flag]
		for _, value := range s.values {
			if !s.applied {
				break
			}
			if err := cli.SetUntyped(flags, s.flag, value); err != nil {
				return cli.Usagef("%w", err)
			}
		}
	}
	return nil
}

// pairs are the repeatable flags whose values have two parts, which a mapping says
// as well: what stands between them, and their form.
var pairs = map[string]struct{ sign, form string }{
	"export": {"=", "FORMAT=FILE"},
	"label":  {"=", "NAME=VALUE"},
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
func (s *setting) read(d *strict.Document, n *strict.Node, f *pflag.Flag) {
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
	case kind == "string" && !(f.Name == "launches" && n.Kind == strict.Int): // auto, or a number
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
