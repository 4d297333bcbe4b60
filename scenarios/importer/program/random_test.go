package program

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

var tokenForm = regexp.MustCompile(`[A-Za-z_]+|[0-9.]+|"[^"\n]*"|'[^'\n]*'|\s+|.`)

// mangled is a program whose lines and words were left out, doubled, or exchanged.
func mangled(t *rapid.T, source string) string {
	lines := strings.Split(source, "\n")
	for range rapid.IntRange(1, 6).Draw(t, "changes") {
		i, j := rapid.IntRange(0, len(lines)-1).Draw(t, "line"), rapid.IntRange(0, len(lines)-1).Draw(t, "other")
		switch rapid.IntRange(0, 4).Draw(t, "how") {
		case 0:
			lines[i] = ""
		case 1:
			lines = slices.Insert(lines, i, lines[j])
		case 2:
			lines[i], lines[j] = lines[j], lines[i]
		default: // a word of another line instead of one of this
			a, b := tokenForm.FindAllString(lines[i], -1), tokenForm.FindAllString(lines[j], -1)
			if len(a) > 0 && len(b) > 0 {
				a[rapid.IntRange(0, len(a)-1).Draw(t, "word")] = b[rapid.IntRange(0, len(b)-1).Draw(t, "by")]
				lines[i] = strings.Join(a, "")
			}
		}
	}
	return strings.Join(lines, "\n")
}

// Whatever a program says, what is made of it is a scenario, or it is refused.
func TestMangledPrograms(t *testing.T) {
	importertest.Alike(t)
	for pattern, convert := range map[string]importertest.Import{"*.py": FromLocust, "*.js": FromK6} {
		files, err := filepath.Glob("testdata/" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(filepath.Base(file), func(t *testing.T) {
				rapid.Check(t, func(r *rapid.T) {
					source := mangled(r, string(raw))
					importertest.Made(r, source, func() ([]byte, error) {
						return convert([]byte(source), draft.Options{Source: filepath.Base(file), Folder: "testdata"})
					})
				})
			})
		}
	}
}
