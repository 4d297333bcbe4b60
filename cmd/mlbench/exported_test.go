package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mostExported is how many names a package may export: types, functions, and groups of
// constants and variables, as 'go doc -short' lists them. The numbers only fall: a new
// name takes the place of another. That of results is on its way to 40.
var mostExported = map[string]int{
	"bench/acceptance":      0,
	"cmd/internal/check":    1,
	"cmd/internal/cli":      40,
	"cmd/internal/doctor":   1,
	"cmd/internal/gatefile": 4,
	"cmd/internal/output":   9,
	"cmd/internal/probe":    11,
	"cmd/internal/revision": 1,
	"cmd/internal/saved":    5,
	"cmd/internal/selftest": 2,
	"cmd/internal/session":  18,
	"cmd/internal/verify":   9,
	"cmd/mlbench":           0,
	"loadgen":               29,
	"loadgen/http1":         5,
	"loadgen/machine":       17,
	"loadgen/send":          7,
	"report":                40,
	"results":               65,
	"results/answers":       27,
	"results/stats":         66,
	"results/verdict":       40,
	"scenarios":             35,
	"scenarios/cases":       6,
	"scenarios/example":     17,
	"scenarios/importer":    12,
	"scenarios/openapi":     12,
	"scenarios/rows":        12,
	"servers":               5,
	"servers/conns":         2,
	"servers/legacy":        2,
	"servers/model":         9,
	"servers/modern":        3,
	"servers/modern/docs":   3,
	"servers/predict":       34,
	"servers/reference":     9,
	"targets":               42,
	"targets/strict":        12,
}

func TestExportedNamesKeepTheirBudget(t *testing.T) {
	for name := range allowed {
		n := exported(t, filepath.Join("..", "..", name))
		if most, known := mostExported[name]; !known || n > most {
			t.Errorf("%s exports %d names, want at most %d", name, n, most)
		} else if n < most {
			t.Logf("%s exports %d names of %d: lower its number", name, n, most)
		}
	}
}

// exported counts the names of the package in the folder.
func exported(t *testing.T, folder string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no Go files, %v", folder, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.IsExported() {
					n++
				}
			case *ast.GenDecl:
				values := false
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							n++
						}
					case *ast.ValueSpec:
						values = values || slices.ContainsFunc(s.Names, (*ast.Ident).IsExported)
					}
				}
				if values {
					n++
				}
			}
		}
	}
	return n
}
