package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mostExported is how many names a package may export: each type, function (those that
// make a type, too; no methods), variable and constant, but a group of constants of one
// type, which are its values, counts as one. The numbers only fall: a new name takes the
// place of another.
var mostExported = map[string]int{
	"bench/acceptance":      0,
	"bench/live":            0,
	"cmd/internal/check":    1,
	"cmd/internal/cli":      39,
	"cmd/internal/doctor":   1,
	"cmd/internal/gatefile": 4,
	"cmd/internal/output":   8,
	"cmd/internal/probe":    11,
	"cmd/internal/revision": 1,
	"cmd/internal/saved":    5,
	"cmd/internal/selftest": 2,
	"cmd/internal/session":  17,
	"cmd/internal/verify":   9,
	"cmd/internal/web":      2,
	"cmd/mlbench":           0,
	"docs":                  2,
	"docs/pictures":         0,
	"loadgen":               29,
	"loadgen/http1":         9,
	"loadgen/machine":       15,
	"loadgen/send":          7,
	"report":                38,
	"report/chart":          14,
	"report/live":           2,
	"results":               40,
	"results/abort":         5,
	"results/answers":       27,
	"results/resulttest":    5,
	"results/history":       13,
	"results/trend":         16,
	"results/stats":         66,
	"results/summary":       24,
	"results/verdict":       40,
	"scenarios":             34,
	"scenarios/cases":       6,
	"scenarios/example":     17,

	"scenarios/importer":              11,
	"scenarios/importer/draft":        56,
	"scenarios/importer/importertest": 8,
	"scenarios/importer/plan":         2,
	"scenarios/importer/program":      2,
	"scenarios/importer/script":       5,

	"scenarios/openapi":   12,
	"scenarios/rows":      12,
	"servers":             5,
	"servers/conns":       2,
	"servers/legacy":      2,
	"servers/model":       9,
	"servers/modern":      3,
	"servers/modern/docs": 3,
	"servers/predict":     38,
	"servers/reference":   9,
	"targets":             42,
	"targets/strict":      12,
}

func TestExportedNamesKeepTheirBudget(t *testing.T) {
	table := "names  at most  package"
	for _, name := range slices.Sorted(maps.Keys(allowed)) {
		names := exported(t, filepath.Join("..", "..", name))
		most, known := mostExported[name]
		note := ""
		switch n := len(names); {
		case !known || n > most:
			t.Errorf("%s exports %d names, want at most %d: %s", name, n, most, strings.Join(names, ", "))
		case n < most:
			note = "  (lower its number)"
		}
		table += fmt.Sprintf("\n%5d  %7d  %s%s", len(names), most, name, note)
	}
	t.Log("exported names\n" + table)
}

// exported are the names of the package in the folder that count, in the order of the
// alphabet: one for systems of each kind is one.
func exported(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no Go files, %v", folder, err)
	}
	names := map[string]bool{}
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
				names[d.Name.Name] = d.Recv == nil || names[d.Name.Name]
			case *ast.GenDecl:
				for _, name := range declared(d) {
					names[name] = true
				}
			}
		}
	}
	maps.DeleteFunc(names, func(name string, counts bool) bool { return !counts || !ast.IsExported(name) })
	return slices.Sorted(maps.Keys(names))
}

// declared are the names of a declaration, of constants of one type the first that is
// exported.
func declared(d *ast.GenDecl) (names []string) {
	of, seen := "", map[string]bool{}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names = append(names, spec.Name.Name)
		case *ast.ValueSpec:
			if spec.Type != nil || len(spec.Values) > 0 { // else it goes on as the one before
				of = typeOf(spec)
			}
			for _, name := range spec.Names {
				if d.Tok == token.CONST && of != "" && name.IsExported() {
					if seen[of] {
						continue
					}
					seen[of] = true
				}
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// typeOf is the type of a constant, or what kind of literal it is; "" if that takes more
// than a look.
func typeOf(spec *ast.ValueSpec) string {
	if spec.Type != nil {
		return types.ExprString(spec.Type)
	}
	if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
		return lit.Kind.String()
	}
	return ""
}
