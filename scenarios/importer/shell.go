package importer

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// shellCall is one call of curl in what was pasted, as the shell would make it.
type shellCall struct {
	args  []string
	stdin shellInput
}

// shellReader reads a paste of shell commands without running any. What the
// shell would fill in becomes variables of the vault.
type shellReader struct {
	source string
	vault  *draft.Vault
	set    map[string]string // variables that the paste itself sets
	calls  []shellCall
	left   []string // other commands
	notes  []string
}

const wantCurl = "want a command line that begins with curl"

// readShell finds the calls of curl in a paste.
func readShell(source string, v *draft.Vault) (*shellReader, error) {
	r := &shellReader{source: source, vault: v, set: map[string]string{}}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(source), "")
	if err != nil {
		var parse syntax.ParseError
		var foreign syntax.LangError
		switch {
		case errors.As(err, &parse):
			return nil, fmt.Errorf("line %d, column %d: %s: quote URL and data, as for a shell", parse.Pos.Line(), parse.Pos.Col(), parse.Text)
		case errors.As(err, &foreign):
			return nil, fmt.Errorf("line %d, column %d: %s is not for bash", foreign.Pos.Line(), foreign.Pos.Col(), foreign.Feature)
		}
		return nil, err
	}
	if err := r.list(file.Stmts); err != nil {
		return nil, err
	}
	if len(r.calls) == 0 {
		return nil, errors.New(wantCurl)
	}
	return r, nil
}

func (r *shellReader) list(all []*syntax.Stmt) error {
	for i, s := range all {
		before := len(r.calls)
		if err := r.statement(s, shellInput{}); err != nil {
			return err
		}
		if len(r.calls) > before && i+1 < len(all) && r.unquoted(s, all[i+1]) {
			return fmt.Errorf("found an unquoted %q: quote URL and data, as for a shell", r.source[s.Semicolon.Offset()])
		}
	}
	return nil
}

// unquoted says whether what ended a command seems to be part of its URL:
// curl http://h/a?b=1&c=2.
func (r *shellReader) unquoted(s, next *syntax.Stmt) bool {
	if !s.Semicolon.IsValid() {
		return false
	}
	at := int(s.Semicolon.Offset())
	blank := func(i int) bool { return i < 0 || i >= len(r.source) || strings.IndexByte(" \t\r\n", r.source[i]) >= 0 }
	if blank(at-1) || blank(at+1) {
		return false
	}
	call, ok := next.Cmd.(*syntax.CallExpr)
	return s.Background || ok && len(call.Args) == 0
}

func (r *shellReader) statement(s *syntax.Stmt, in shellInput) error {
	if s == nil {
		return nil
	}
	in, err := r.redirected(s.Redirs, in)
	if err != nil {
		return err
	}
	switch c := s.Cmd.(type) {
	case nil:
		return nil
	case *syntax.CallExpr:
		return r.call(c, in)
	case *syntax.BinaryCmd:
		if c.Op != syntax.Pipe && c.Op != syntax.PipeAll {
			return r.list([]*syntax.Stmt{c.X, c.Y})
		}
		if err := r.statement(c.X, in); err != nil {
			return err
		}
		known := len(r.left)
		err := r.statement(c.Y, r.printed(c.X))
		r.left = r.left[:known] // what reads an answer does not matter
		return err
	case *syntax.TimeClause:
		return r.statement(c.Stmt, in)
	case *syntax.Subshell:
		return r.list(c.Stmts)
	case *syntax.Block:
		return r.list(c.Stmts)
	case *syntax.DeclClause:
		return r.assign(c.Args)
	}
	if callsCurl(s) {
		return errors.New("it calls curl within a loop, a condition or a function: give the curl command alone, with its values")
	}
	r.left = append(r.left, "a shell construct without curl")
	return nil
}

func callsCurl(n syntax.Node) (found bool) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 && isCurl(c.Args[0].Lit()) {
			found = true
		}
		return !found
	})
	return found
}

func isCurl(program string) bool {
	switch strings.ToLower(path.Base(strings.ReplaceAll(program, `\`, "/"))) {
	case "curl", "curl.exe":
		return true
	}
	return false
}

// call reads a simple command: curl, or what is before or after it.
func (r *shellReader) call(c *syntax.CallExpr, in shellInput) error {
	args := afterWrappers(c.Args)
	if len(args) == 0 {
		return r.assign(c.Assigns)
	}
	switch program := args[0].Lit(); {
	case isCurl(program):
	case program == "cd", program == "pushd":
		return fmt.Errorf("it goes to another folder with %s: do that first, and give the curl command alone", program)
	case program == "set", program == "echo", program == "printf", program == "cat", program == "sleep", program == "true":
		return nil // of no consequence for what curl sends, but for pipes
	default:
		r.left = append(r.left, programOf(args)+": no curl command")
		return nil
	}
	call := shellCall{stdin: in}
	for _, w := range args[1:] {
		if expandsBraces(w) {
			return errors.New("found an unquoted {a,b}, of which the shell makes several words: quote it, or write the commands out")
		}
		text, err := r.word(w)
		if err != nil {
			return err
		}
		call.args = append(call.args, text)
	}
	r.calls = append(r.calls, call)
	return nil
}

// expandsBraces says whether the shell makes several words of {a,b} or {1..3}.
// So many that their nesting would take long to look at are such, too.
func expandsBraces(w *syntax.Word) bool {
	const most = 200
	braces := 0
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok {
			braces += strings.Count(lit.Value, "{")
		}
	}
	if braces > most {
		return true
	}
	split := &syntax.Word{Parts: slices.Clone(w.Parts)}
	syntax.SplitBraces(split)
	return slices.ContainsFunc(split.Parts, func(p syntax.WordPart) bool { _, ok := p.(*syntax.BraceExp); return ok })
}

// programOf names a command without its arguments, which may hold secrets.
func programOf(args []*syntax.Word) string {
	if lit := args[0].Lit(); lit != "" {
		return path.Base(lit)
	}
	return "a command"
}

// afterWrappers leaves out programs that only start another: time, sudo, env A=b.
func afterWrappers(args []*syntax.Word) []*syntax.Word {
	for len(args) > 1 {
		operands := 0
		switch path.Base(args[0].Lit()) {
		case "time", "sudo", "nohup", "exec", "command", "nice", "stdbuf", "env":
		case "timeout":
			operands = 1
		default:
			return args
		}
		at := 1
		for at < len(args) && (strings.HasPrefix(args[at].Lit(), "-") || assigns(args[at]) || operands > 0 || isNumeral(args[at].Lit())) {
			if !strings.HasPrefix(args[at].Lit(), "-") {
				operands--
			}
			at++
		}
		args = args[at:]
	}
	return args
}

// assigns says whether a word has the form A=b.
func assigns(w *syntax.Word) bool {
	lit, ok := w.Parts[0].(*syntax.Lit)
	if !ok {
		return false
	}
	name, _, ok := strings.Cut(lit.Value, "=")
	return ok && syntax.ValidName(name)
}

func isNumeral(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// assign notes variables that the paste sets to plain values. Secrets, and what
// commands print, are left to the environment.
func (r *shellReader) assign(all []*syntax.Assign) error {
	for _, a := range all {
		if a.Naked || a.Append || a.Name == nil || a.Array != nil || draft.SecretName(a.Name.Value) || runsCommand(a.Value) {
			continue
		}
		value := ""
		if a.Value != nil {
			var err error
			if value, err = r.word(a.Value); err != nil {
				return err
			}
		}
		r.set[a.Name.Value] = value
	}
	return nil
}

func runsCommand(w *syntax.Word) (found bool) {
	if w == nil {
		return false
	}
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			found = true
		}
		return !found
	})
	return found
}
