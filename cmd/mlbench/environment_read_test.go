package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readsEnvironment are the files that read the environment, and why. All else is given
// what it needs of it. Libraries read some by themselves: net/http its proxies, os/exec
// PATH, the runtime GOGC and GOMAXPROCS.
var readsEnvironment = map[string]string{
	"cmd/mlbench/main.go":                             "commands are given it, as the streams",
	"targets/process.go":                              "what a server inherits, and which secrets its words may hold",
	"targets/waiting.go":                              "what a managed command inherits",
	"bench/acceptance/process.go":                     "a main of its own: what mlbench and the go command inherit",
	"bench/peers/prepare.go":                          "a main of its own: what the go command and apt inherit",
	"scenarios/importer/importertest/importertest.go": "for tests alone: variables that a test sets",
	"bench/peers/process.go":                          "a main of its own: what other load generators inherit",
}

func TestTheEnvironmentIsReadInMainAlone(t *testing.T) {
	root, read := filepath.Join("..", ".."), map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "examples" || path != root && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		ast.Inspect(file, func(n ast.Node) bool {
			call, is := n.(*ast.SelectorExpr)
			if !is {
				return true
			}
			of, _ := call.X.(*ast.Ident)
			if of != nil && slices.Contains([]string{"os", "syscall"}, of.Name) && slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, call.Sel.Name) {
				read[name] = true
				if readsEnvironment[name] == "" {
					t.Errorf("%s uses %s.%s: take a function or a value of the caller's, as cli.Streams.Env of a command's", name, of.Name, call.Sel.Name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range readsEnvironment {
		if !read[name] {
			t.Errorf("%s does not read the environment: take it off the list", name)
		}
	}
}
