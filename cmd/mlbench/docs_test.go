package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// Every command line of README and docs is one that there is: its command, its flags and
// their values are taken. That what they do is right is for other tests.
func TestCommandsOfDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, path := range append(pages, "../../README.md") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		code := false
		for line := range strings.Lines(string(raw)) {
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			if !code || !strings.HasPrefix(line, "mlbench ") || strings.Contains(line, "…") {
				continue
			}
			lines++
			for _, args := range callsOf(t, path, line) {
				if err := takes(args); err != nil {
					t.Errorf("%s: %s\n%v", path, strings.TrimSpace(line), err)
				}
			}
		}
	}
	if lines < 40 {
		t.Errorf("only %d lines found", lines)
	}
}

// callsOf are the arguments of each call of mlbench in a shell's line.
func callsOf(t *testing.T, path, line string) (calls [][]string) {
	t.Helper()
	file, err := syntax.NewParser().Parse(strings.NewReader(line), path)
	if err != nil {
		t.Errorf("%s: %s: %v", path, line, err)
		return nil
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		call, is := node.(*syntax.CallExpr)
		if !is || len(call.Args) == 0 || call.Args[0].Lit() != "mlbench" {
			return true
		}
		var args []string
		for _, word := range call.Args[1:] {
			args = append(args, literalOf(word))
		}
		calls = append(calls, args)
		return true
	})
	return calls
}

// literalOf is a word without its quotes; what a shell would put in is left out.
func literalOf(word *syntax.Word) string {
	var out strings.Builder
	for _, part := range word.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			out.WriteString(p.Value)
		case *syntax.SglQuoted:
			out.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, inner := range p.Parts {
				if lit, is := inner.(*syntax.Lit); is {
					out.WriteString(lit.Value)
				}
			}
		}
	}
	return out.String()
}

// takes says what is wrong with arguments before anything is done.
func takes(args []string) error {
	root := newRootCmd(cli.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if cmd.Name() == "help" {
		for _, name := range cmd.Flags().Args()[:min(1, cmd.Flags().NArg())] {
			if found, _, err := root.Find([]string{name}); topic(name) == nil && (err != nil || found == root) {
				return cli.Usagef("no topic %s", name)
			}
		}
		return nil
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
