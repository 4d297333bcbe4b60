package importer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// unprompted takes the prompts off lines that were copied with them.
func unprompted(paste string) string {
	lines := strings.Split(strings.TrimSpace(paste), "\n")
	prompted := false
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, " \t")
		for _, prompt := range []string{"$ ", "% ", "PS> ", "> "} {
			rest, ok := strings.CutPrefix(trimmed, prompt)
			continued := i > 0 && strings.HasSuffix(lines[i-1], `\`)
			if ok && (prompt != "> " || prompted && continued) {
				lines[i], prompted = rest, true
				break
			}
		}
	}
	return strings.Join(lines, "\n")
}

var (
	caretForm = regexp.MustCompile(`(?m)\^[ \t]*$|\^"`)
	tickForm  = regexp.MustCompile("(?m)`[ \t]*$")
)

// unticked is a paste of PowerShell's continued lines as a shell's: backticks
// that all end lines are nothing else.
func unticked(paste string) string {
	if n := len(tickForm.FindAllString(paste, -1)); n == 0 || n != strings.Count(paste, "`") {
		return paste
	}
	return tickForm.ReplaceAllString(paste, `\`)
}

// isCaretForm says whether the paste is for Windows' cmd, as browsers copy it:
// ^ at the ends of lines, or before quotes.
func isCaretForm(paste string) bool {
	word, _, _ := strings.Cut(paste, " ")
	return isCurl(word) && caretForm.MatchString(paste) && !strings.Contains(paste, "\\\n")
}

// caretCalls takes a paste of cmd's apart, as cmd and then the C library of
// Windows do.
func caretCalls(paste string) ([]shellCall, error) {
	var calls []shellCall
	for _, line := range caretLines(paste) {
		words, err := windowsWords(line)
		if err != nil {
			return nil, err
		}
		if len(words) == 0 {
			continue
		}
		if !isCurl(words[0]) {
			return nil, errors.New(wantCurl)
		}
		calls = append(calls, shellCall{args: words[1:]})
	}
	if len(calls) == 0 {
		return nil, errors.New(wantCurl)
	}
	return calls, nil
}

// caretLines undoes the carets of cmd: ^c is c, and none is special between
// quotes that have none. Lines and & end a command, > and | the part of it that
// counts.
func caretLines(s string) []string {
	var lines []string
	var b strings.Builder
	quoted, dropped := false, false
	write := func(c byte) {
		if !dropped {
			b.WriteByte(c)
		}
	}
	end := func() {
		lines = append(lines, b.String())
		b.Reset()
		quoted, dropped = false, false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '^' && !quoted && i+1 < len(s):
			i++
			blank := i
			for blank < len(s) && (s[blank] == ' ' || s[blank] == '\t') {
				blank++
			}
			if blank < len(s) && s[blank] == '\n' { // the line goes on; of two breaks, one is meant
				i = blank
				if i+1 < len(s) && s[i+1] == '\n' {
					i++
					write('\n')
				}
				continue
			}
			write(s[i])
		case c == '"':
			quoted = !quoted
			write(c)
		case c == '\n', c == '&' && !quoted:
			end()
		case (c == '>' || c == '|') && !quoted:
			dropped = true
		default:
			write(c)
		}
	}
	end()
	return lines
}

// windowsWords splits a command line by the rules of Windows' C library:
// backslashes are special before a quote only, and "" within quotes is one.
func windowsWords(s string) ([]string, error) {
	var words []string
	for s = strings.TrimLeft(s, " \t\n"); s != ""; s = strings.TrimLeft(s, " \t\n") {
		var b strings.Builder
		quoted, i := false, 0
		for ; i < len(s) && (quoted || strings.IndexByte(" \t\n", s[i]) < 0); i++ {
			slashes := len(s[i:]) - len(strings.TrimLeft(s[i:], `\`))
			i += slashes
			if i == len(s) || s[i] != '"' {
				b.WriteString(strings.Repeat(`\`, slashes))
				if slashes > 0 {
					i--
				} else {
					b.WriteByte(s[i])
				}
				continue
			}
			b.WriteString(strings.Repeat(`\`, slashes/2))
			switch {
			case slashes%2 == 1:
				b.WriteByte('"')
			case quoted && i+1 < len(s) && s[i+1] == '"':
				b.WriteByte('"')
				i++
			default:
				quoted = !quoted
			}
		}
		if quoted {
			return nil, fmt.Errorf("a double quote that is not closed")
		}
		words, s = append(words, b.String()), s[i:]
	}
	return words, nil
}
