package docs

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// blocks are the paragraphs, headings, lists, tables and code of a page, as they are.
func blocks(page string) (out []string) {
	var block []string
	code := false
	end := func() {
		if len(block) > 0 {
			out = append(out, strings.Join(block, "\n"))
		}
		block = nil
	}
	for line := range strings.SplitSeq(page, "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if !code && strings.TrimSpace(line) == "" {
			end()
			continue
		}
		block = append(block, line)
	}
	end()
	return out
}

// plainText is a page for a terminal: without marks, and wrapped.
func plainText(page string, columns int) string {
	var out []string
	for _, block := range blocks(page) {
		switch {
		case strings.HasPrefix(block, "```"):
			lines := strings.Split(block, "\n")
			for i := range lines {
				lines[i] = strings.TrimRight("    "+lines[i], " ")
			}
			out = append(out, strings.Join(lines[1:max(1, len(lines)-1)], "\n"))
		case strings.HasPrefix(block, "#"):
			out = append(out, strings.ToUpper(unmarked(strings.TrimLeft(block, "# "))))
		case strings.HasPrefix(block, "|"):
			out = append(out, rows(block, columns))
		case strings.HasPrefix(block, "!["): // a picture
		default:
			out = append(out, paragraph(block, columns))
		}
	}
	return strings.Join(out, "\n\n") + "\n"
}

// item is the beginning of a list's line.
var item = regexp.MustCompile(`^(- |\* |[0-9]+\. )`)

// paragraph is a paragraph, or a list, each item of which is one.
func paragraph(block string, columns int) string {
	var items []string
	for line := range strings.SplitSeq(block, "\n") {
		if item.MatchString(line) || len(items) == 0 {
			items = append(items, line)
			continue
		}
		items[len(items)-1] += " " + strings.TrimSpace(line)
	}
	for i, text := range items {
		hang := ""
		if mark := item.FindString(text); mark != "" {
			hang = strings.Repeat(" ", len(mark))
		}
		items[i] = wrapped(unmarked(text), hang, columns)
	}
	return strings.Join(items, "\n")
}

// rows is a table: of each row the first cell, and below it the others, each with what its
// column is called if there are more than two.
func rows(table string, columns int) string {
	lines := strings.Split(table, "\n")
	head := cells(lines[0])
	var out []string
	for i, line := range lines {
		if i < 2 { // the head, and the rule
			continue
		}
		for k, cell := range cells(line) {
			switch {
			case cell == "":
			case k == 0:
				out = append(out, wrapped("  "+cell, "    ", columns))
			case len(head) > 2 && k < len(head) && head[k] != "":
				out = append(out, wrapped("      "+head[k]+": "+cell, "        ", columns))
			default:
				out = append(out, wrapped("      "+cell, "      ", columns))
			}
		}
	}
	return strings.Join(out, "\n")
}

// cells are those of a row, in which \| is no end of one.
func cells(row string) (out []string) {
	const bar = "\x00"
	row = strings.ReplaceAll(row, `\|`, bar)
	for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(row), "|"), "|") {
		out = append(out, unmarked(strings.TrimSpace(strings.ReplaceAll(cell, bar, "|"))))
	}
	return out
}

var (
	link     = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s]+)\)`)
	emphasis = regexp.MustCompile(`\*\*?([^*\s](?:[^*]*[^*\s])?)\*\*?`)
	codeSpan = regexp.MustCompile("`([^`]+)`")
)

// unmarked is a line without its marks: of a link its text, with where it leads if that is
// no page of ours. What is code stays as it is.
func unmarked(s string) string {
	var code []string
	s = codeSpan.ReplaceAllStringFunc(s, func(span string) string {
		code = append(code, strings.Trim(span, "`"))
		return "\x01"
	})
	s = link.ReplaceAllStringFunc(s, func(found string) string {
		parts := link.FindStringSubmatch(found)
		if strings.Contains(parts[2], "://") {
			return parts[1] + " (" + parts[2] + ")"
		}
		if name := topicOf(parts[2]); name != "" {
			return strings.TrimSuffix(parts[1], ".md") + " ('mlbench help " + name + "')"
		}
		return parts[1]
	})
	s = emphasis.ReplaceAllString(s, "$1")
	for _, text := range code {
		s = strings.Replace(s, "\x01", text, 1)
	}
	return s
}

// topicOf is the topic that a link leads to; "" if to none.
func topicOf(target string) string {
	file, _, _ := strings.Cut(target, "#")
	for _, t := range Topics {
		if t.file == file {
			return t.Name
		}
	}
	return ""
}

// wrapped breaks a line at spaces where it is wider than the terminal; the rest hangs.
func wrapped(line, hang string, columns int) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var out []string
	current := ""
	for _, word := range strings.Fields(line) {
		switch {
		case current == "":
			current = indent + word
		case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > columns:
			out = append(out, current)
			current = hang + word
		default:
			current += " " + word
		}
	}
	return strings.Join(append(out, current), "\n")
}
