package importer

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// word is a word as the shell passes it on, but for variables: places of the
// vault stand for them.
func (r *shellReader) word(w *syntax.Word) (string, error) {
	parts, err := r.filled(w.Parts, true)
	if err != nil {
		return "", err
	}
	return expand.Literal(nil, &syntax.Word{Parts: parts})
}

// document is the text of <<EOF.
func (r *shellReader) document(to *syntax.Redirect) (string, error) {
	if to.Hdoc == nil {
		return "", nil
	}
	quoted := false
	for _, p := range to.Word.Parts {
		switch p := p.(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted:
			quoted = true
		case *syntax.Lit:
			quoted = quoted || strings.Contains(p.Value, `\`)
		}
	}
	var text string
	if quoted { // nothing within is special
		for _, p := range to.Hdoc.Parts {
			if lit, ok := p.(*syntax.Lit); ok {
				text += lit.Value
			}
		}
	} else {
		parts, err := r.filled(to.Hdoc.Parts, false)
		if err != nil {
			return "", err
		}
		if text, err = expand.Document(nil, &syntax.Word{Parts: parts}); err != nil {
			return "", err
		}
	}
	if to.Op == syntax.DashHdoc {
		lines := strings.SplitAfter(text, "\n")
		for i := range lines {
			lines[i] = strings.TrimLeft(lines[i], "\t")
		}
		text = strings.Join(lines, "")
	}
	return text, nil
}

// homeForm is ~ where bash makes it the home folder: at the beginning, also of
// what looks like the value of an assignment.
var homeForm = regexp.MustCompile(`^([A-Za-z_]\w*=)?~(?:/|$)`)

// bareLiteral is an unquoted literal without its escapes, which the library
// leaves in place; ~ and ~/ are the home folder.
func bareLiteral(s string, first bool) syntax.WordPart {
	var b strings.Builder
	if home, err := os.UserHomeDir(); first && err == nil {
		if m := homeForm.FindStringSubmatch(s); m != nil {
			b.WriteString(m[1] + home)
			s = s[len(m[1])+1:]
		}
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return &syntax.SglQuoted{Value: b.String()}
}

// singleForm is what may be meant as a variable, though it is none.
var singleForm = regexp.MustCompile(`\$\{[A-Za-z_]\w*\}|\$[A-Z][A-Z0-9_]+\b`)

// filled has quoted places where variables and commands were; bare parts are not
// within quotes.
func (r *shellReader) filled(parts []syntax.WordPart, bare bool) ([]syntax.WordPart, error) {
	out := make([]syntax.WordPart, len(parts))
	for i, part := range parts {
		switch p := part.(type) {
		case *syntax.SglQuoted:
			out[i] = part
			if seen := singleForm.FindString(p.Value); seen != "" && !p.Dollar {
				r.notes = append(r.notes, seen+" is in single quotes, where a shell leaves it as it is: it is sent as text.")
			}
		case *syntax.Lit:
			out[i] = part
			if bare {
				out[i] = bareLiteral(p.Value, i == 0)
			}
		case *syntax.DblQuoted:
			inner, err := r.filled(p.Parts, false)
			if err != nil {
				return nil, err
			}
			out[i] = &syntax.DblQuoted{Parts: inner}
		case *syntax.ParamExp:
			text, err := r.variable(p)
			if err != nil {
				return nil, err
			}
			out[i] = &syntax.SglQuoted{Value: text}
		case *syntax.CmdSubst:
			out[i] = &syntax.SglQuoted{Value: r.vault.Place(draft.Variable{Env: "OUTPUT", Command: printing(p)})}
		case *syntax.ArithmExp:
			return nil, errors.New("it computes $((…)): write the result")
		case *syntax.ProcSubst:
			return nil, errors.New("it reads what a command prints, <(…), and no command is run: write that to a file")
		default:
			return nil, errors.New("found an unquoted pattern such as @(a|b): quote it")
		}
	}
	return out, nil
}

// printing names the command of $(…), without its arguments: they may hold
// secrets.
func printing(c *syntax.CmdSubst) string {
	if len(c.Stmts) == 1 {
		if call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			return programOf(call.Args)
		}
	}
	return "a command"
}

// variable is the value of a variable that the paste sets, or a place for one of
// the environment.
func (r *shellReader) variable(p *syntax.ParamExp) (string, error) {
	written := r.source[p.Pos().Offset():p.End().Offset()]
	name := ""
	if p.Param != nil {
		name = p.Param.Value
	}
	switch {
	case !syntax.ValidName(name):
		return "", fmt.Errorf("%s is an argument or a state of a shell: write its value", draft.Printable(written))
	case p.Excl || p.Length || p.Width || p.IsSet || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0:
		return "", fmt.Errorf("%s is computed by the shell: write its value, or give it a variable of its own", draft.Printable(written))
	}
	v := draft.Variable{Env: name}
	if p.Exp != nil {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			text := ""
			if p.Exp.Word != nil {
				var err error
				if text, err = r.word(p.Exp.Word); err != nil {
					return "", err
				}
			}
			if r.vault.HasPlaces(text) {
				return "", fmt.Errorf("%s: a default that is a variable: write its value", draft.Printable(written))
			}
			if draft.SecretName(name) {
				text = "" // as good as a secret of the paste
			} else {
				v.Fallback = &text
			}
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		default:
			return "", fmt.Errorf("%s is computed by the shell: write its value, or give it a variable of its own", draft.Printable(written))
		}
	}
	if value, ok := r.set[name]; ok && (value != "" || v.Fallback == nil) {
		return value, nil
	}
	return r.vault.Place(v), nil
}
