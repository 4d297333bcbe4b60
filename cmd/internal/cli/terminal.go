package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// Messages is where sentences for people go on their way to w. Much of what they
// say comes from targets, so all of it is cleaned here, once: no text commands a
// terminal, and no message fills it. Each Write takes one whole message.
func Messages(w io.Writer) io.Writer { return cleaner{w} }

type cleaner struct{ w io.Writer }

// longestMessage bounds one message, in bytes.
const longestMessage = 16 << 10

func (m cleaner) Write(b []byte) (int, error) {
	text, rest := string(b), ""
	if over := len(text) - longestMessage; over > 0 {
		text, rest = text[:longestMessage], fmt.Sprintf("… (%d bytes more)\n", over)
	}
	if _, err := io.WriteString(m.w, cleaned(text)+rest); err != nil {
		return 0, err
	}
	return len(b), nil
}

// cleaned shows what a terminal might obey (control characters of either set,
// marks that turn the direction of writing, invisible ones) and what is no text
// as �.
func cleaned(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// isTerminal says whether a person looks at w and can be shown changing lines:
// not so where TERM is dumb.
func (s Streams) isTerminal(w io.Writer) bool {
	if m, ok := w.(cleaner); ok {
		w = m.w
	}
	f, ok := w.(*os.File)
	return ok && s.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// Colored says whether Out is a terminal that wants colour.
func (s Streams) Colored() bool { return s.Getenv("NO_COLOR") == "" && s.isTerminal(s.Out) }
