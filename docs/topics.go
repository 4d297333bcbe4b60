package docs

import (
	"embed"
	"strings"
)

// Topic is a page that the binary carries.
type Topic struct {
	Name  string // as it is asked for
	Short string
	file  string
}

// Topics are all of them, in the order in which a newcomer reads them.
var Topics = []Topic{
	{"getting-started", "measure a service, compare two, in ten minutes", "getting-started.md"},
	{"reading-a-report", "what pages say, column by column", "reading-a-report.md"},
	{"ci", "a gate for pull requests", "ci.md"},
	{"troubleshooting", "what to do about an error, a warning or a verdict, by its code", "troubleshooting.md"},
	{"metrics", "what every number is, and objectives", "metrics.md"},
	{"method", "how a comparison is made, and what it can prove", "method.md"},
	{"history", "lists, labels, and results over time", "history.md"},
	{"scenario-files", "what clients do, as YAML", "scenarios.md"},
	{"target-files", "services with a name, a login, TLS, or a command that starts them", "targets.md"},
	{"from-other-tools", "k6, Locust, wrk, vegeta and others: their words and ours", "from-other-tools.md"},
}

//go:embed getting-started.md reading-a-report.md ci.md troubleshooting.md metrics.md method.md history.md scenarios.md targets.md from-other-tools.md
var pages embed.FS

// Text is the page for a terminal that is so many columns wide; only those of its parts
// that have the word, if there is one. It is empty where none has.
func (t Topic) Text(columns int, word string) string {
	raw, err := pages.ReadFile(t.file)
	if err != nil {
		return "" // which a test finds
	}
	return plainText(about(string(raw), word), columns)
}

// about leaves of a page the paragraphs and the rows of tables that have the word, each
// under its heading.
func about(page, word string) string {
	if word == "" {
		return page
	}
	var out []string
	heading, shown := "", false
	for _, block := range blocks(page) {
		if strings.HasPrefix(block, "#") {
			heading, shown = block, false
			if !has(block, word) {
				continue
			}
		}
		kept := block
		if strings.HasPrefix(block, "|") {
			kept = rowsWith(block, word)
		} else if !has(block, word) {
			kept = ""
		}
		if kept == "" {
			continue
		}
		if !shown && heading != "" && kept != heading {
			out = append(out, heading)
		}
		shown = true
		out = append(out, kept)
	}
	return strings.Join(out, "\n\n")
}

func has(text, word string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(word))
}

// rowsWith are the head of a table and its rows that have the word; "" if none has.
func rowsWith(table, word string) string {
	lines := strings.Split(table, "\n")
	if len(lines) < 3 {
		return ""
	}
	out := lines[:2:2]
	for _, line := range lines[2:] {
		if has(line, word) {
			out = append(out, line)
		}
	}
	if len(out) == 2 {
		return ""
	}
	return strings.Join(out, "\n")
}
