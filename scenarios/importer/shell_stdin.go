package importer

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellInput is what a call would read from stdin.
type shellInput struct {
	file string  // it is this file
	text *string // it is this text
	why  string  // why it is not known
}

// redirected is stdin after < file, <<EOF and <<< text. Where output goes is of
// no consequence.
func (r *shellReader) redirected(all []*syntax.Redirect, in shellInput) (shellInput, error) {
	for _, to := range all {
		switch to.Op {
		case syntax.RdrIn:
			file, err := r.word(to.Word)
			if err != nil {
				return in, err
			}
			in = shellInput{file: file}
		case syntax.WordHdoc:
			text, err := r.word(to.Word)
			if err != nil {
				return in, err
			}
			text += "\n"
			in = shellInput{text: &text}
		case syntax.Hdoc, syntax.DashHdoc:
			text, err := r.document(to)
			if err != nil {
				return in, err
			}
			in = shellInput{text: &text}
		}
	}
	return in, nil
}

// printed is what a command before a pipe prints, if that can be known without
// running it.
func (r *shellReader) printed(s *syntax.Stmt) shellInput {
	unknown := shellInput{why: "its data is what another command prints, and no command is run: write it to a file, and give -d @FILE"}
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 {
		return unknown
	}
	var words []string
	for _, w := range c.Args {
		text, err := r.word(w)
		if err != nil {
			return unknown
		}
		words = append(words, text)
	}
	switch {
	case words[0] == "cat" && len(words) == 2 && !strings.HasPrefix(words[1], "-"):
		return shellInput{file: words[1]}
	case words[0] == "cat" && len(words) == 1:
		if in, err := r.redirected(s.Redirs, unknown); err == nil {
			return in
		}
	case words[0] == "echo" && !strings.Contains(strings.Join(words, ""), `\`) && (len(words) < 2 || !strings.HasPrefix(words[1], "-")):
		text := strings.Join(words[1:], " ") + "\n"
		return shellInput{text: &text}
	case words[0] == "echo" && len(words) > 2 && words[1] == "-n" && !strings.Contains(strings.Join(words, ""), `\`):
		text := strings.Join(words[2:], " ")
		return shellInput{text: &text}
	case words[0] == "printf" && len(words) == 2 && !strings.ContainsAny(words[1], `%\`):
		return shellInput{text: &words[1]}
	case words[0] == "printf" && len(words) == 3 && words[1] == "%s":
		return shellInput{text: &words[2]}
	}
	return unknown
}
