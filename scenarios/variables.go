package scenarios

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// variables are names for what differs between places: ${NAME} stands for the
// value.
type variables []variable

// variable has a plain value, which is part of the file, or one from outside,
// which is a secret: it never shows.
type variable struct {
	Name    string
	value   string // plain
	outside bool   // from Env or File

	Env     string  `yaml:"env"`     // environment variable
	File    string  `yaml:"file"`    // path, relative to the scenario's file
	Default *string `yaml:"default"` // when there is no such variable or file, or it is empty
}

// maxVariableFile is far more than any key, and less than would fill requests.
const maxVariableFile = 64 << 10

// maxVariables are few enough to look for what a mistyped one may mean.
const maxVariables = 1000

// DecodeNode reads a mapping of names to single values, or to what is outside.
func (vs *variables) DecodeNode(d *strict.Document, n *strict.Node) {
	if n.Kind != strict.Map {
		d.Bad(n, "found %s, want a mapping of names to values", n.Describe())
		return
	}
	if len(n.Keys) > maxVariables {
		d.Bad(n, "found %d variables, want at most %d", len(n.Keys), maxVariables)
		return
	}
	for i, key := range n.Keys {
		item := n.Items[i]
		v := variable{Name: key.Name}
		if targets.CheckTemplate("${"+key.Name+"}") != nil || strings.ContainsAny(key.Name, ":-}") {
			d.BadAt(key.Line, key.Col, "variable %q: want letters, digits and '_', no digit first", key.Name)
		}
		switch item.Kind {
		case strict.Map:
			v.outside = true
			d.Decode(item, &v)
			if (v.Env == "") == (v.File == "") {
				d.Bad(item, "want either env: NAME or file: PATH (or a plain value instead of a mapping)")
			}
		case strict.List, strict.Null:
			d.Bad(item, "found %s, want a single value, {env: NAME} or {file: PATH}", item.Describe())
		default:
			v.value = item.Text
			if strings.Contains(v.value, "${") {
				d.Bad(item, "a plain value is taken as it is: write {env: NAME} for what the environment holds")
			}
		}
		*vs = append(*vs, v)
	}
}

// resolve says what the variable stands for, and whether it is a secret.
func (v *variable) resolve(s *Scenario) (value string, secret bool, err error) {
	if !v.outside {
		return v.value, false, nil
	}
	what := "the environment variable " + v.Env
	if v.File != "" {
		what = "the file " + v.File
		var full string
		if full, err = s.reach(v.File); err == nil {
			value, err = readSecret(full)
		}
	} else {
		value, _ = s.getenv(v.Env)
	}
	switch {
	case err != nil && (v.Default == nil || !errors.Is(err, os.ErrNotExist)):
		return "", false, fmt.Errorf("variable %s: %w", v.Name, err)
	case value != "":
		return value, true, nil
	case v.Default != nil:
		return *v.Default, false, nil
	}
	return "", false, fmt.Errorf("variable %s: %s is not set or empty: set it, or give the variable a default", v.Name, what)
}

// readSecret drops line breaks at the end: editors and `echo` add them.
func readSecret(path string) (string, error) {
	raw, err := readRegular(path, maxVariableFile)
	return strings.TrimRight(string(raw), "\r\n"), err
}

// refs notes what is wrong with the ${NAME}s of a text; false: its form is.
func (v *validator) refs(n *strict.Node, text string) bool {
	if err := targets.CheckTemplate(text); err != nil {
		v.d.Bad(n, "%v", err)
		return false
	}
	if v.environment {
		return true
	}
	var known []string
	for _, variable := range v.sc.Variables {
		known = append(known, variable.Name)
	}
	for p := range targets.Pieces(text) {
		if p.Name == "" || slices.Contains(known, p.Name) {
			continue
		}
		hint := ""
		const enough = 100 // a mistake in every line gets no hint in every line
		if v.hints++; v.hints <= enough {
			if s := strict.Suggest(p.Name, known); s != "" {
				hint = fmt.Sprintf(", did you mean ${%s}?", s)
			}
		}
		v.d.Bad(n, "${%s}: the scenario declares no such variable%s (write $${ for a plain ${)", p.Name, hint)
	}
	return true
}

// jsonRefs is refs for all strings of a JSON body, but for keys and what steers
// generators.
func (v *validator) jsonRefs(n *strict.Node) {
	if n.Kind == strict.String {
		v.refs(n, n.Text)
	}
	generator := isGenerated(n)
	for i, item := range n.Items {
		switch of := item.Get("of"); {
		case !generator, slices.Contains([]string{"$choice", "$sequence", "$join"}, n.Keys[i].Name):
			v.jsonRefs(item)
		case n.Keys[i].Name == "$zipf" && of != nil:
			v.jsonRefs(of)
		}
	}
}
