package draft

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
func (w *Writer) draft(d *Scenario, o Options) {
	w.Line(0, "# yaml-language-server: $schema=scenario.schema.json")
	w.Line(0, "#")
	for _, text := range d.About {
		w.comment(0, text)
	}
	w.Line(0, "#")
	w.Line(0, "#   mlbench run %s --target %s", ShellWord(o.File), ShellWord(o.Target))
	w.Line(0, "#   mlbench scenarios show %s --dry-run            # the requests, unsent", ShellWord(o.File))
	w.Line(0, "#   mlbench scenarios schema > scenario.schema.json    # for editors that complete")
	if len(d.Left) > 0 {
		w.Line(0, "#")
		w.Line(0, "# Left out:")
		for _, text := range d.Left {
			w.comment(0, "- "+text)
		}
	}
	w.variables(&d.Vault)
	w.data(d.Data)
	w.loads(d.Loads)
	if d.Cookies {
		w.Line(0, "")
		w.Line(0, "cookies: keep")
	}
	if d.Login != nil {
		w.Login(d.Login)
	}
	for _, list := range []struct {
		key  string
		what []Request
	}{{"setup", d.Setup}, {"requests", d.Requests}, {"teardown", d.Teardown}} {
		if len(list.what) == 0 {
			continue
		}
		w.Line(0, "")
		w.Line(0, "%s:", list.key)
		for i := range list.what {
			w.Request(2, &list.what[i])
		}
	}
	if len(d.Objectives) > 0 {
		w.Line(0, "")
		w.Line(0, "objectives: %s", example.Flow(anys(d.Objectives)))
	}
	if len(d.Abort) > 0 {
		w.Line(0, "")
		w.Line(0, "abort: %s", example.Flow(anys(d.Abort)))
	}
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

func (w *Writer) data(all []Data) {
	if len(all) == 0 {
		return
	}
	w.Line(0, "")
	w.Line(0, "data:")
	for _, source := range all {
		for _, text := range source.about {
			w.comment(2, text)
		}
		w.Line(2, "%s: %s", example.Scalar(source.Name), source.Keys)
	}
}

func (w *Writer) loads(all []Load) {
	switch len(all) {
	case 0:
		w.Buf.WriteString(newLoad)
		return
	case 1:
		w.load(0, "load", all[0])
		return
	}
	w.Line(0, "")
	w.Line(0, "loads:")
	for _, l := range all {
		w.load(2, example.Scalar(l.Name), l)
	}
}

// AddLoads is one load, or several side by side.
func (d *Scenario) AddLoads(all []Load) {
	for i := range all {
		l := &all[i]
		if i > 0 { // the warm-up is that of the first, which is judged
			l.Lines = slices.DeleteFunc(l.Lines, func(line string) bool { return strings.HasPrefix(line, "warmup:") })
		}
		if len(all) > 1 {
			l.Lines = append(l.Lines, "classes: "+example.Flow(anys(l.Classes)))
		}
		for n, base := 2, l.Name; slices.ContainsFunc(all[:i], func(o Load) bool { return o.Name == l.Name }); n++ {
			l.Name = fmt.Sprintf("%s-%d", base, n)
		}
	}
	d.Loads = all
}

func (w *Writer) load(indent int, key string, l Load) {
	if indent == 0 {
		w.Line(0, "")
	}
	for _, text := range l.About {
		w.comment(indent, text)
	}
	w.Line(indent, "%s:", key)
	for _, line := range l.Lines {
		w.Line(indent+2, "%s", line)
	}
}

// variables declares what the vault took out.
func (w *Writer) variables(v *Vault) {
	shell := v.written()
	if len(v.Names)+len(shell) == 0 {
		return
	}
	w.Line(0, "")
	outside := slices.ContainsFunc(shell, func(s Variable) bool { return s.Plain == nil })
	switch {
	case outside:
		w.Line(0, "variables: # of the environment: export them")
	case len(v.Names) > 0:
		w.Line(0, "variables: # secrets of the source: set them in the environment")
	default:
		w.Line(0, "variables:")
	}
	for _, s := range shell {
		if s.Plain != nil {
			w.Line(2, "%s: %s", example.Scalar(s.Name), example.Scalar(*s.Plain))
			continue
		}
		from := "{env: " + s.Env + "}"
		if s.Fallback != nil {
			from = "{env: " + s.Env + ", default: " + example.Scalar(*s.Fallback) + "}"
		}
		note := ""
		if s.Command != "" {
			note = "export " + s.Env + "=\"$(" + s.Command + " …)\""
		}
		w.Line(2, "%s: %s%s", example.Scalar(s.Name), from, trailing(note))
	}
	for _, name := range v.Names {
		w.Line(2, "%s: {env: %s}", name, name)
	}
}

// newLoad begins gently: what the target can bear is not known.
const newLoad = `
load:
  rate: 20/s # in all, at random instants; without it, clients wait for their answers: connections: 8
  duration: 30s
  warmup: 3s
`

// Login writes the login.
func (w *Writer) Login(l *Login) {
	w.Line(0, "")
	for _, text := range l.About {
		w.comment(0, text)
	}
	w.Line(0, "login:")
	if l.Method != "POST" {
		w.Line(2, "method: %s", example.Scalar(l.Method))
	}
	w.Line(2, "path: %s", example.Scalar(l.Path))
	if l.Body != nil {
		w.Body(2, l.Body)
	}
	if l.Token != "" {
		w.Line(2, "token: %s", example.Scalar(l.Token))
	}
	if l.Per != "" {
		w.Line(2, "per: %s", l.Per)
	}
}

// JoinInts are numbers with commas between them.
func JoinInts(all []int) string {
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
	return " # " + strings.Join(strings.Fields(Printable(s)), " ")
}

// quotedVariable is an address made of variables of the shell, quoted already.
var quotedVariable = regexp.MustCompile("^\"(?:\\$\\{[A-Za-z_][A-Za-z0-9_]*(?::-[^\"`$\\\\}]*)?\\}|[^\"`$\\\\])*\"$")

// ShellWord is a text in a line that people paste into a shell: names of hosts
// and files may hold $, ( and ;.
func ShellWord(s string) string {
	if quotedVariable.MatchString(s) {
		return Printable(s)
	}
	quoted, err := syntax.Quote(Printable(s), syntax.LangPOSIX)
	if err != nil {
		return "…"
	}
	return quoted
}
