package scenarios

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// elsewhere are messages whose files are too large for testdata, or that no file
// is known for; the first two have tests of their own.
var elsewhere = map[string]string{
	"%v (all files together: at most %s)":                                                                "body_test.go",
	"too large or too deep: want at most %d values, %d levels":                                           "../targets/strict/decode_test.go",
	"file of more than %d MB":                                                                            "a file of megabytes",
	"found %d headers, want at most %d":                                                                  "limits_test.go",
	"found %d variables, want at most %d":                                                                "limits_test.go",
	"UTF-16 text, want UTF-8: convert the file":                                                          "../targets/strict/bounds_test.go",
	"not UTF-8 text: convert the file":                                                                   "../targets/strict/bounds_test.go",
	"a key of %d bytes, want at most %d":                                                                 "../targets/strict/bounds_test.go",
	"a mapping of more than %d keys: want fewer, or {braces} around them":                                "../targets/strict/bounds_test.go",
	"too large: %d brackets, commas, colons and lines, want at most %d":                                  "../targets/strict/bounds_test.go",
	"too large: long keys, deep levels, long mappings and keys without a value multiply: split the file": "../targets/strict/bounds_test.go",
	"not readable as YAML":                                                                               "a panic of the parser",
	"%s: want a plain value":                                                                             "a node that the parser does not make",
}

var verb = regexp.MustCompile(`%(?:\[\d+\])?[-+#0]*[0-9.]*[a-zA-Z]`)

// Every message that a mistake in a scenario or target file can have is in a
// golden file: whoever adds one adds a file that shows it.
func TestGoldenFilesHaveEveryMessage(t *testing.T) {
	var golden strings.Builder
	for _, pattern := range []string{"testdata/errors/*.golden", "../targets/testdata/*.golden"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden.Write(text)
		}
	}
	found := 0
	for _, pattern := range []string{"*.go", "../targets/*.go", "../targets/strict/*.go"} {
		sources, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range sources {
			if strings.HasSuffix(source, "_test.go") {
				continue
			}
			for at, format := range mistakeFormats(t, source) {
				found++
				text := verb.ReplaceAllString(format, "\x00")
				if strings.Trim(text, "\x00:; ") == "" || elsewhere[format] != "" {
					continue
				}
				parts := strings.Split(strings.ReplaceAll(text, "%%", "%"), "\x00")
				for i := range parts {
					parts[i] = regexp.QuoteMeta(parts[i])
				}
				if !regexp.MustCompile(strings.Join(parts, ".*")).MatchString(golden.String()) {
					t.Errorf("%s: no golden file has %q", at, format)
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d messages found in the sources", found)
	}
}

// mistakeFormats are the literal formats given to Bad, BadAt and bad, by place.
func mistakeFormats(t *testing.T, source string) map[string]string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, source, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	formats := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		// bad of judge.go takes the format first: it is about answers, not files.
		at, known := map[string]int{"Bad": 1, "BadAt": 2, "bad": 1}[name]
		if !known || at >= len(call.Args) {
			return true
		}
		if literal, ok := call.Args[at].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if format, err := strconv.Unquote(literal.Value); err == nil {
				formats[fset.Position(literal.Pos()).String()] = format
			}
		}
		return true
	})
	return formats
}
