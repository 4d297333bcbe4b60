package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryPageOfTheBinaryIsATopic(t *testing.T) {
	files, err := fs.ReadDir(pages, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(Topics) {
		t.Errorf("%d pages, %d topics", len(files), len(Topics))
	}
	for _, topic := range Topics {
		if text := topic.Text(80, ""); len(text) < 500 || strings.Contains(text, "](") || strings.Contains(text, "**") {
			t.Errorf("%s: %d characters, or marks in it", topic.Name, len(text))
		}
	}
}

func TestPlainText(t *testing.T) {
	const page = "# A title\n\nSome *words* and `code *x*`, [a link](b.md) and [another](https://h/x),\nwrapped.\n\n- one item that is long\n  enough\n- two\n\n" +
		"```\n$ command | x\n```\n\n| code | says | do |\n|---|---|---|\n| `a_b` | it \\| was | **nothing** |\n\n![picture](x.svg)\n"
	const want = "A TITLE\n\nSome words and code *x*, a link\nand another (https://h/x),\nwrapped.\n\n- one item that is long enough\n- two\n\n" +
		"    $ command | x\n\n  a_b\n      says: it | was\n      do: nothing\n"
	if got := plainText(page, 32); got != want {
		t.Errorf("%q, want\n%q", got, want)
	}
}

// Text is no wider than it is told, but for code and words that are wider.
func TestTextIsWrapped(t *testing.T) {
	for _, topic := range Topics {
		for line := range strings.Lines(topic.Text(72, "")) {
			if utf8.RuneCountInString(line) > 73 && !strings.HasPrefix(line, "    ") && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: %q", topic.Name, line)
			}
		}
	}
}

func TestPartsOfATopic(t *testing.T) {
	var troubleshooting Topic
	for _, topic := range Topics {
		if topic.Name == "troubleshooting" {
			troubleshooting = topic
		}
	}
	text := troubleshooting.Text(80, "late_generator")
	if !strings.Contains(text, "THE MACHINE DECIDED THE NUMBERS") || !strings.Contains(text, "\n  late_generator\n      it says: the load generator was late\n      do: ") || strings.Contains(text, "carry_over") {
		t.Errorf("one entry is\n%s", text)
	}
	if text := troubleshooting.Text(80, "no such word"); strings.TrimSpace(text) != "" {
		t.Errorf("of nothing: %q", text)
	}
}

var (
	anyLink = regexp.MustCompile(`\]\(([^)\s]+)\)|src="([^"]+)"`)
	anchors = regexp.MustCompile("[^a-z0-9 _-]")
)

// Links of README and docs lead to files and headings that are there.
func TestLinks(t *testing.T) {
	paths, err := filepath.Glob("*.md")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, path := range append(paths, "../README.md", "../CONTRIBUTING.md", "../examples/ci/README.md", "../examples/flask-vs-fastapi/README.md") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range anyLink.FindAllStringSubmatch(outsideCode(string(raw)), -1) {
			target, anchor, _ := strings.Cut(m[1]+m[2], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), target)
			}
			info, err := os.Stat(file)
			if err != nil {
				t.Errorf("%s: %s leads to nothing", path, m[0])
				continue
			}
			if anchor != "" && !info.IsDir() && !headings(t, file)[anchor] {
				t.Errorf("%s: %s has no heading #%s", path, file, anchor)
			}
		}
	}
}

// outsideCode is the page without its code.
func outsideCode(page string) string {
	var out []string
	for _, block := range blocks(page) {
		if !strings.HasPrefix(block, "```") {
			out = append(out, codeSpan.ReplaceAllString(block, ""))
		}
	}
	return strings.Join(out, "\n")
}

// headings are the anchors that GitHub makes of a page's headings.
func headings(t *testing.T, path string) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		if text, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); is && strings.HasPrefix(line, "#") {
			out[strings.ReplaceAll(anchors.ReplaceAllString(strings.ToLower(strings.TrimSpace(text)), ""), " ", "-")] = true
		}
	}
	return out
}
