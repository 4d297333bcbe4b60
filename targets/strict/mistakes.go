package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Document is a YAML file being read. It collects every mistake, so that the
// user sees them all at once.
type Document struct {
	Root     *Node
	name     string
	mistakes []Mistake
}

// Mistake is one thing wrong with a file, and where.
type Mistake struct {
	File      string
	Line, Col int
	Text      string
}

// Error has the form file:line:column: text.
func (m Mistake) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Col, m.Text)
}

// Mistakes are all that is wrong with a file, in its order.
type Mistakes []Mistake

// Error has one line per mistake.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// Bad notes a mistake at a value; its path goes before the text.
func (d *Document) Bad(n *Node, format string, args ...any) {
	d.BadAt(n.Line, n.Col, "%s%s", at(n.Path), fmt.Sprintf(format, args...))
}

// BadAt notes a mistake at a position. Whatever of the file is in its text, the
// mistake is one line.
func (d *Document) BadAt(line, col int, format string, args ...any) {
	d.mistakes = append(d.mistakes, Mistake{d.name, line, col, oneLine(fmt.Sprintf(format, args...))})
}

// oneLine writes what is no line of text as Go does: \n, \x1b.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsGraphic(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// Err is nil, or all Mistakes noted so far, in the file's order.
func (d *Document) Err() error {
	if len(d.mistakes) == 0 {
		return nil
	}
	ms := slices.Clone(d.mistakes)
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return Mistakes(slices.Compact(ms))
}

// At is the value under the keys (string) and indexes (int), or its nearest
// ancestor that is in the file: where a message about a missing value points.
func (d *Document) At(path ...any) *Node {
	n := d.Root
	for _, p := range path {
		var next *Node
		switch p := p.(type) {
		case string:
			next = n.Get(p)
		case int:
			if n.Kind == List && p < len(n.Items) {
				next = n.Items[p]
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}

func at(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

// Suggest is the known word most like the given one, or empty when none is.
func Suggest(word string, known []string) string {
	const longest = 64
	if len(word) > longest {
		return ""
	}
	best, least := "", 1+max(1, len(word)/3)
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that make b of a (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
