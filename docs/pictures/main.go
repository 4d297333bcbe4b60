// Command pictures draws what a terminal shows as SVG: coloured text on stdin, of which it
// takes the lines from the first that begins with -from to the one before -until.
//
//	script -qec 'mlbench demo' /dev/null | pictures -from SUMMARY >summary.svg
package main

import (
	"bufio"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

func main() {
	from := flag.String("from", "", "how the first line begins that is shown")
	until := flag.String("until", "", "how the line begins behind the last one")
	title := flag.String("title", "", "what the picture is of, for those who do not see it")
	command := flag.String("command", "", "what was typed, as a first line")
	most := flag.Int("lines", 60, "how many lines at most")
	flag.Parse()
	lines, err := page(os.Stdin, *from, *until, *most)
	if err == nil {
		if *command != "" {
			lines = append([]string{"\x1b[1m$ " + *command + "\x1b[0m", ""}, lines...)
		}
		_, err = io.WriteString(os.Stdout, picture(lines, *title))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

var sequence = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// page is the part of a terminal's output that is to be shown, as it stood at last: a
// line that was written over is its last version.
func page(in io.Reader, from, until string, most int) (lines []string, err error) {
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, 1<<20)
	shown := from == ""
	for scan.Scan() {
		line := scan.Text()
		if at := strings.LastIndex(line, "\r\x1b[K"); at >= 0 {
			line = line[at+len("\r\x1b[K"):]
		}
		line = strings.TrimRight(line, "\r ")
		plain := sequence.ReplaceAllString(line, "")
		switch {
		case !shown && strings.HasPrefix(plain, from):
			shown = true
		case shown && until != "" && strings.HasPrefix(plain, until):
			return trimmed(lines), nil
		}
		if shown && len(lines) < most {
			lines = append(lines, line)
		}
	}
	if lines = trimmed(lines); len(lines) == 0 && scan.Err() == nil {
		return nil, fmt.Errorf("no line begins with %q", from)
	}
	return lines, scan.Err()
}

func trimmed(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// classes are those of SGR codes.
var classes = map[string]string{"1": "b", "31": "r", "32": "g", "33": "y", "38;5;33": "u", "38;5;166": "o"}

const (
	charWidth  = 8.4 // of a monospaced font of 14 px
	lineHeight = 19.0
	margin     = 16.0
)

const style = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#1f2328}
.page{fill:#fff;stroke:#d1d9e0}.b{font-weight:700}.r{fill:#b91c1c}.g{fill:#15803d}.y{fill:#a16207}.u{fill:#2563eb}.o{fill:#c2410c}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117;stroke:#3d444d}.r{fill:#f87171}.g{fill:#4ade80}.y{fill:#facc15}.u{fill:#60a5fa}.o{fill:#fb923c}}`

func picture(lines []string, title string) string {
	widest := 0
	for _, line := range lines {
		widest = max(widest, utf8.RuneCountInString(sequence.ReplaceAllString(line, "")))
	}
	width, height := 2*margin+charWidth*float64(widest), 2*margin+lineHeight*float64(len(lines))
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%.0f" height="%.0f" viewBox="0 0 %[1]g %[2]g">`+"\n", width, height)
	fmt.Fprintf(&out, "<title>%s</title>\n<style>%s</style>\n", html.EscapeString(title), style)
	fmt.Fprintf(&out, `<rect class="page" x=".5" y=".5" width="%g" height="%g" rx="6"/>`+"\n", width-1, height-1)
	for i, line := range lines {
		y := margin + lineHeight*(float64(i)+0.75)
		for _, s := range spans(line) {
			if strings.TrimSpace(s.text) == "" {
				continue
			}
			class := ""
			if s.class != "" {
				class = fmt.Sprintf(` class="%s"`, s.class)
			}
			n := utf8.RuneCountInString(s.text)
			fmt.Fprintf(&out, `<text x="%.1f" y="%.1f" textLength="%.1f" xml:space="preserve"%s>%s</text>`+"\n",
				margin+charWidth*float64(s.at), y, charWidth*float64(n), class, html.EscapeString(s.text))
		}
	}
	out.WriteString("</svg>\n")
	return out.String()
}

// span is text of one colour, from a column on.
type span struct {
	at    int
	text  string
	class string
}

func spans(line string) (out []span) {
	at, class, last := 0, []string{}, 0
	add := func(text string) {
		if text != "" {
			out = append(out, span{at, text, strings.Join(class, " ")})
			at += utf8.RuneCountInString(text)
		}
	}
	for _, m := range sequence.FindAllStringSubmatchIndex(line, -1) {
		add(line[last:m[0]])
		last = m[1]
		switch code := line[m[2]:m[3]]; code {
		case "", "0":
			class = class[:0]
		default:
			if c := classes[code]; c != "" {
				class = append(class, c)
			}
		}
	}
	add(line[last:])
	return out
}
