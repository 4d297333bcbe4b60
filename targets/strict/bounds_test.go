package strict

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"
)

// allocated is how many bytes a reading takes in all, also what is freed.
func allocated(t *testing.T, src string) (bytes uint64, err error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Parse([]byte(src), "f")
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

// keys are n different ones, each in a line of the form.
func keys(form string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i)
	}
	return b.String()
}

// H3: the parser's memory grew by the square of the depth: 200 kB took 14.7 GB.
func TestYAMLDepthIsBoundedBeforeParsing(t *testing.T) {
	const n = 50_000
	const perByte = 1000 // tokens take half a kilobyte, and some are of one byte
	long := strings.Repeat("k", 1000)
	for name, src := range map[string]string{
		"lists in brackets":         "a: " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"unclosed":                  "a: " + strings.Repeat("[", n),
		"mappings in braces":        "a: " + strings.Repeat("{a: ", n) + strings.Repeat("}", n),
		"mixed brackets":            "a: " + strings.Repeat("[{a: ", n) + strings.Repeat("}]", n),
		"over many lines":           "a: " + strings.Repeat("[ # [\n\n", n),
		"block lists":               strings.Repeat("- ", n) + "a",
		"block lists, then braces":  strings.Repeat("- ", 60) + strings.Repeat("{a: ", n),
		"block mappings":            indented("a:\n", 1500),
		"lists of mappings":         indented("- a:\n", 1500),
		"complex keys":              strings.Repeat("? ", n) + "a",
		"tags":                      "x: " + strings.Repeat("!a\n ", n) + "a",
		"anchors":                   "x: " + strings.Repeat("&a\n ", n) + "a",
		"second document":           "a: 1\n---\n" + strings.Repeat("[", n),
		"after quotes":              "a: \"[\\\"[\"\nb: '['''\nc: " + strings.Repeat("[", n),
		"many values":               "a: [" + strings.Repeat("1,", n*20) + "1]",
		"a long key of many values": strings.Repeat("k", n) + ":\n" + strings.Repeat("- 1\n", n),
		"deep long keys of many":    strings.Repeat("{"+long+": ", 90) + "[" + strings.Repeat("1,", n) + "1]" + strings.Repeat("}", 90),
		"aliases at long paths":     "x: &x [" + strings.Repeat("1,", n) + "1]\ny: " + strings.Repeat("{"+long+": ", 80) + "*x" + strings.Repeat("}", 80),
	} {
		bytes, err := allocated(t, src)
		if err == nil || !strings.Contains(err.Error(), "f:") || !strings.Contains(err.Error(), "want") && !strings.Contains(err.Error(), "split the file") {
			t.Errorf("%s: %v, want a bound", name, err)
		}
		if most := uint64(len(src))*perByte + maxWork; bytes > most {
			t.Errorf("%s: %d bytes took %d MB, want at most %d", name, len(src), bytes>>20, most>>20)
		}
		if len(fmt.Sprint(err)) > 400 {
			t.Errorf("%s: a message of %d bytes", name, len(err.Error()))
		}
	}
}

// indented is a line n times, each further in than the one before.
func indented(line string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i*(1+strings.Count(line, "-"))) + line)
	}
	return b.String()
}

// H3: brackets in texts and comments are no depth.
func TestYAMLBracketsInTextsAreNoDepth(t *testing.T) {
	many := strings.Repeat("[{", 5000)
	dashes := strings.Repeat("- ", 5000)
	src := "a: \"" + many + "\\\"" + many + "\" # " + many + "\nb: '" + many + "'''\nc: |\n  " + many + "\n  " + dashes + "\nd: >-\n  " + many +
		"\n\ne: x" + many + "\nf: [\"" + many + "\", '" + dashes + "', {g: \"" + many + "\"}]\nh: \"" + many + "\n  " + many + "\"\n# " + dashes + "\n"
	d, err := Parse([]byte(src), "f")
	if err != nil {
		t.Fatal(err)
	}
	if got := d.At("c").Text; got != many+"\n"+dashes+"\n" {
		t.Errorf("%.40q…", got)
	}
	if got := d.At("f", 2, "g").Text; got != many {
		t.Errorf("%.40q…", got)
	}
	// A hundred levels less a few are fine, in brackets and blocks.
	for _, src := range []string{strings.Repeat("[", 95) + strings.Repeat("]", 95), strings.Repeat("- ", 95) + "a", indented("a:\n", 95)} {
		if _, err := Parse([]byte(src), "f"); err != nil {
			t.Error(err)
		}
	}
}

// M11: 40,000 keys of a block mapping took 6 s: the parser copies it with each.
func TestYAMLReadingGrowsWithTheFile(t *testing.T) {
	for name, form := range map[string]func(n int) string{
		"block mapping":    func(n int) string { return keys("k%d: 1\n", n) },
		"braces":           func(n int) string { return "{" + keys("k%d: 1, ", n) + "}" },
		"list of mappings": func(n int) string { return keys("- {k%d: 1}\n", n) },
		"empty values":     func(n int) string { return keys("k%d:\n", n) },
		"empty items":      func(n int) string { return strings.Repeat("-\n", n) },
		"comments":         func(n int) string { return keys("# %d\n- 1\n", n) },
		"documents":        func(n int) string { return "a: 1\n" + keys("---\n%d\n", n) },
	} {
		const n = 30_000 // beyond the bound of a block mapping
		small, _ := allocated(t, form(n))
		large, err := allocated(t, form(4*n))
		if large > 8*small {
			t.Errorf("%s: %d take %d MB, four times as many %d MB (%v)", name, n, small>>20, large>>20, err)
		}
	}
	if _, err := Parse([]byte(keys("k%d: 1\n", 10_001)), "f"); fmt.Sprint(err) != "f:10001:1: a mapping of more than 10000 keys: want fewer, or {braces} around them" {
		t.Error(err)
	}
	if _, err := Parse([]byte(keys("k%d: 1\n", 9_000)), "f"); err != nil {
		t.Error(err)
	}
	if _, err := Parse([]byte("{"+keys("k%d: 1, ", 40_000)+"}"), "f"); err != nil {
		t.Error(err)
	}
}

// F18: editors and shells put a byte order mark before YAML; other encodings
// were read as replacement characters.
func TestYAMLByteOrderMark(t *testing.T) {
	for _, src := range []string{"\ufeffa: ä", "\ufeff# text\na: ä", "\ufeff---\na: ä", "\ufeff\"a\": ä", "\ufeff{a: ä}"} {
		d, err := Parse([]byte(src), "f")
		if err != nil {
			t.Errorf("%q: %v", src, err)
		} else if got := d.Root.Get("a"); got == nil || got.Text != "ä" {
			t.Errorf("%q: %+v", src, d.Root)
		}
	}
	var little, big []byte
	for _, u := range utf16.Encode([]rune("\ufeffa: 1\n")) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	for src, want := range map[string]string{
		string(little):     "f:1:1: UTF-16 text, want UTF-8: convert the file",
		string(big):        "f:1:1: UTF-16 text, want UTF-8: convert the file",
		string(little[2:]): "f:1:1: not UTF-8 text: convert the file",
		"a: 1\nb: caf\xe9": "f:2:1: not UTF-8 text: convert the file",
		"\ufeff":           "f:1:1: the file is empty",
	} {
		if _, err := Parse([]byte(src), "f"); fmt.Sprint(err) != want {
			t.Errorf("%q: %v, want %s", src, err, want)
		}
	}
}
