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
	w.buf.WriteString(newLoad)
	if d.login != nil {
		w.login(d.login)
	}
	w.line(0, "")
	w.line(0, "requests:")
	for i := range d.requests {
		w.request(&d.requests[i])
	}
}

// variables declares what the vault took out.
func (w *yamlWriter) variables(v *vault) {
	shell := v.written()
	if len(v.names)+len(shell) == 0 {
		return
	}
	w.line(0, "")
	if len(shell) == 0 {
		w.line(0, "variables: # secrets of the source: set them in the environment")
	} else {
		w.line(0, "variables: # of the environment: export them")
	}
	for _, s := range shell {
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
	w.line(2, "token: %s", example.Scalar(l.token))
}

func (w *yamlWriter) request(r *draftRequest) {
	for _, text := range r.about {
		w.comment(2, text)
	}
	w.line(2, "- name: %s", example.Scalar(r.name))
	w.line(4, "weight: %s", strconv.FormatFloat(r.weight, 'f', -1, 64))
	w.line(4, "method: %s", example.Scalar(r.method))
	if r.path != "" {
		w.line(4, "path: %s", example.Scalar(r.path))
	}
	if len(r.headers) > 0 {
		w.line(4, "headers:")
		w.headers(r.headers)
	}
	if r.bearer {
		w.line(4, "auth: bearer")
	}
	if r.body != nil {
		w.body(4, r.body)
	}
	if len(r.status) > 0 {
		w.line(4, "expect: {status: [%s]}", strings.Trim(fmt.Sprint(joinInts(r.status)), "[]"))
	}
}

// headers has one line for each name: a list, where it is there several times.
func (w *yamlWriter) headers(all []draftHeader) {
	for i, h := range all {
		same := func(other draftHeader) bool { return h.name == other.name }
		if slices.ContainsFunc(all[:i], same) {
			continue
		}
		var values []any
		for _, other := range all[i:] {
			if same(other) {
				values = append(values, other.value)
			}
		}
		text := example.Flow(values)
		if len(values) == 1 && !h.empty {
			text = example.Scalar(h.value)
		}
		w.line(6, "%s: %s%s", example.Scalar(h.name), text, trailing(h.note))
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
