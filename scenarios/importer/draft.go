package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/mlbench/mlbench/scenarios/example"
)

// draft writes the scenario in the making.
func (w *yamlWriter) draft(d *draft, o Options) {
	w.line(0, "# yaml-language-server: $schema=scenario.schema.json")
	w.line(0, "#")
	for _, text := range d.about {
		w.comment(0, text)
	}
	w.line(0, "#")
	w.line(0, "#   mlbench run %s --target %s", shellWord(o.File), shellWord(o.Target))
	w.line(0, "#   mlbench scenarios show %s --dry-run            # the requests, unsent", shellWord(o.File))
	w.line(0, "#   mlbench scenarios schema > scenario.schema.json    # for editors that complete")
	if len(d.left) > 0 {
		w.line(0, "#")
		w.line(0, "# Left out:")
		for _, text := range d.left {
			w.comment(0, "- "+text)
		}
	}
	w.variables(&d.vault)
	w.data(d.data)
	w.loads(d.loads)
	if d.cookies {
		w.line(0, "")
		w.line(0, "cookies: keep")
	}
	if d.login != nil {
		w.login(d.login)
	}
	for _, list := range []struct {
		key  string
		what []draftRequest
	}{{"setup", d.setup}, {"requests", d.requests}, {"teardown", d.teardown}} {
		if len(list.what) == 0 {
			continue
		}
		w.line(0, "")
		w.line(0, "%s:", list.key)
		for i := range list.what {
			w.request(2, &list.what[i])
		}
	}
	if len(d.objectives) > 0 {
		w.line(0, "")
		w.line(0, "objectives: %s", example.Flow(anys(d.objectives)))
	}
	if len(d.abort) > 0 {
		w.line(0, "")
		w.line(0, "abort: %s", example.Flow(anys(d.abort)))
	}
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

func (w *yamlWriter) data(all []draftData) {
	if len(all) == 0 {
		return
	}
	w.line(0, "")
	w.line(0, "data:")
	for _, source := range all {
		for _, text := range source.about {
			w.comment(2, text)
		}
		w.line(2, "%s: %s", example.Scalar(source.name), source.keys)
	}
}

func (w *yamlWriter) loads(all []draftLoad) {
	switch len(all) {
	case 0:
		w.buf.WriteString(newLoad)
		return
	case 1:
		w.load(0, "load", all[0])
		return
	}
	w.line(0, "")
	w.line(0, "loads:")
	for _, l := range all {
		w.load(2, example.Scalar(l.name), l)
	}
}

// addLoads is one load, or several side by side.
func (d *draft) addLoads(all []draftLoad) {
	for i := range all {
		l := &all[i]
		if i > 0 { // the warm-up is that of the first, which is judged
			l.lines = slices.DeleteFunc(l.lines, func(line string) bool { return strings.HasPrefix(line, "warmup:") })
		}
		if len(all) > 1 {
			l.lines = append(l.lines, "classes: "+example.Flow(anys(l.classes)))
		}
		for n, base := 2, l.name; slices.ContainsFunc(all[:i], func(o draftLoad) bool { return o.name == l.name }); n++ {
			l.name = fmt.Sprintf("%s-%d", base, n)
		}
	}
	d.loads = all
}

func (w *yamlWriter) load(indent int, key string, l draftLoad) {
	if indent == 0 {
		w.line(0, "")
	}
	for _, text := range l.about {
		w.comment(indent, text)
	}
	w.line(indent, "%s:", key)
	for _, line := range l.lines {
		w.line(indent+2, "%s", line)
	}
}

// variables declares what the vault took out.
func (w *yamlWriter) variables(v *vault) {
	shell := v.written()
	if len(v.names)+len(shell) == 0 {
		return
	}
	w.line(0, "")
	outside := slices.ContainsFunc(shell, func(s shellVariable) bool { return s.plain == nil })
	switch {
	case outside:
		w.line(0, "variables: # of the environment: export them")
	case len(v.names) > 0:
		w.line(0, "variables: # secrets of the source: set them in the environment")
	default:
		w.line(0, "variables:")
	}
	for _, s := range shell {
		if s.plain != nil {
			w.line(2, "%s: %s", example.Scalar(s.name), example.Scalar(*s.plain))
			continue
		}
		from := "{env: " + s.env + "}"
		if s.fallback != nil {
			from = "{env: " + s.env + ", default: " + example.Scalar(*s.fallback) + "}"
		}
		note := ""
		if s.command != "" {
			note = "export " + s.env + "=\"$(" + s.command + " …)\""
		}
		w.line(2, "%s: %s%s", example.Scalar(s.name), from, trailing(note))
	}
	for _, name := range v.names {
		w.line(2, "%s: {env: %s}", name, name)
	}
}

// newLoad begins gently: what the target can bear is not known.
const newLoad = `
load:
  rate: 20/s # in all, at random instants; without it, clients wait for their answers: connections: 8
  duration: 30s
  warmup: 3s
`

func (w *yamlWriter) login(l *draftLogin) {
	w.line(0, "")
	for _, text := range l.about {
		w.comment(0, text)
	}
	w.line(0, "login:")
	if l.method != "POST" {
		w.line(2, "method: %s", example.Scalar(l.method))
	}
	w.line(2, "path: %s", example.Scalar(l.path))
	if l.body != nil {
		w.body(2, l.body)
	}
	if l.token != "" {
		w.line(2, "token: %s", example.Scalar(l.token))
	}
	if l.per != "" {
		w.line(2, "per: %s", l.per)
	}
}

func joinInts(all []int) string {
	var parts []string
	for _, n := range all {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ", ")
}

func trailing(s string) string {
	if s == "" {
		return ""
	}
	return " # " + strings.Join(strings.Fields(printable(s)), " ")
}

// quotedVariable is an address made of variables of the shell, quoted already.
var quotedVariable = regexp.MustCompile("^\"(?:\\$\\{[A-Za-z_][A-Za-z0-9_]*(?::-[^\"`$\\\\}]*)?\\}|[^\"`$\\\\])*\"$")

// shellWord is a text in a line that people paste into a shell: names of hosts
// and files may hold $, ( and ;.
func shellWord(s string) string {
	if quotedVariable.MatchString(s) {
		return printable(s)
	}
	quoted, err := syntax.Quote(printable(s), syntax.LangPOSIX)
	if err != nil {
		return "…"
	}
	return quoted
}
