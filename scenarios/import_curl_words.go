package scenarios

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/mattn/go-shellwords"
)

// curlWords splits a pasted command line as a shell would, without running or
// expanding anything, and returns what stands after the word curl.
func curlWords(command string) ([]string, error) {
	command = strings.TrimSpace(strings.ReplaceAll(command, "\r\n", "\n"))
	command = strings.TrimPrefix(command, "$ ") // a prompt, copied too
	quoted, err := singleQuoted(command)
	if err != nil {
		return nil, err
	}
	parser := shellwords.NewParser()
	words, err := parser.Parse(quoted)
	if err != nil {
		return nil, fmt.Errorf("quotes or parentheses that do not match: %w", err)
	}
	if at := parser.Position; at >= 0 && at < len([]rune(quoted)) {
		rest := strings.TrimSpace(string([]rune(quoted)[at:]))
		if rest != "" && rest != ";" && !strings.HasPrefix(rest, "|") && !strings.HasPrefix(rest, ">") {
			word, _, _ := strings.Cut(rest, " ")
			return nil, fmt.Errorf("found an unquoted %q: quote the URL and the data, as for a shell", word[:1])
		}
	}
	if len(words) > 0 && (path.Base(words[0]) == "curl" || path.Base(words[0]) == "curl.exe") {
		return words[1:], nil
	}
	return nil, errors.New("want a command line that begins with curl")
}

// singleQuoted rewrites a command line so that every quoted part is in single
// quotes. The word splitter treats the backslashes of double quotes, and $'…',
// which browsers write, otherwise than shells do.
func singleQuoted(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && s[i+1] == '\n':
			b.WriteByte(' ')
			i++
		case c == '\\' && i+1 < len(s):
			i++
			literalWord(&b, s[i:i+1])
		case c == '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return "", errors.New("a single quote that is not closed")
			}
			literalWord(&b, s[i+1:i+1+end])
			i += end + 1
		case c == '"':
			text, n, err := doubleQuoted(s[i+1:])
			if err != nil {
				return "", err
			}
			literalWord(&b, text)
			i += n
		case c == '$' && strings.HasPrefix(s[i+1:], "'"):
			text, n, err := ansiQuoted(s[i+2:])
			if err != nil {
				return "", err
			}
			literalWord(&b, text)
			i += n + 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// literalWord writes text so that the splitter takes it as it is.
func literalWord(b *strings.Builder, text string) {
	b.WriteString("'" + strings.ReplaceAll(text, "'", `'"'"'`) + "'")
}

// doubleQuoted reads to the closing quote. Backslashes escape only what has a
// meaning there.
func doubleQuoted(s string) (text string, n int, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), i + 1, nil
		case c == '\\' && i+1 < len(s) && s[i+1] == '\n':
			i++
		case c == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\!", s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, errors.New("a double quote that is not closed")
}

// ansiQuoted reads bash's $'…', with escapes as in C.
func ansiQuoted(s string) (text string, n int, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\'' {
			return b.String(), i + 1, nil
		}
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[i]]; digits > 0 {
			hex := leadingHex(s[i+1:], digits)
			v, err := strconv.ParseUint(hex, 16, 32)
			if err == nil {
				if s[i] == 'x' {
					b.WriteByte(byte(v))
				} else {
					b.WriteRune(rune(v))
				}
				i += len(hex)
				continue
			}
		}
		if at := strings.IndexByte("abefnrtv0", s[i]); at >= 0 {
			b.WriteByte("\a\b\x1b\f\n\r\t\v\x00"[at])
		} else {
			b.WriteByte(s[i])
		}
	}
	return "", 0, errors.New("a $'…' that is not closed")
}

func leadingHex(s string, most int) string {
	n := 0
	for n < len(s) && n < most && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0 {
		n++
	}
	return s[:n]
}
