package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"unicode"

	"golang.org/x/term"

	"github.com/mlbench/mlbench/report/live"
)

// Messages is where sentences for people go on their way to w. Much of what they
// say comes from targets, so all of it is cleaned here, once: no text commands a
// terminal, and no message fills it. Each Write takes one whole message.
func Messages(w io.Writer) io.Writer { return cleaner{w, &screen{}} }

// cleaner is the way of messages, and screen what else is on their terminal.
type cleaner struct {
	w      io.Writer
	screen *screen
}

// screen is a live view, which shows messages above itself; without one they are
// written.
type screen struct{ view atomic.Pointer[live.View] }

// longestMessage bounds one message, in bytes.
const longestMessage = 16 << 10

func (m cleaner) Write(b []byte) (int, error) {
	text, rest := string(b), ""
	if over := len(text) - longestMessage; over > 0 {
		text, rest = text[:longestMessage], fmt.Sprintf("… (%d bytes more)\n", over)
	}
	text = cleaned(text) + rest
	if v := m.screen.view.Load(); v != nil && v.Note(text) {
		return len(b), nil
	}
	if _, err := io.WriteString(m.w, text); err != nil {
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
	_, is := terminal(w)
	return is && s.Getenv("TERM") != "dumb"
}

// terminal is the one that w writes to, if it is one.
func terminal(w io.Writer) (fd int, is bool) {
	if m, ok := w.(cleaner); ok {
		w = m.w
	}
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	return int(f.Fd()), term.IsTerminal(int(f.Fd()))
}

// Restore takes a live view off the terminal.
func (s Streams) Restore() {
	if m, ok := s.Err.(cleaner); ok {
		if v := m.screen.view.Swap(nil); v != nil {
			v.Close()
		}
	}
}

// Colored says whether Out is a terminal that wants colour.
func (s Streams) Colored() bool { return s.Getenv("NO_COLOR") == "" && s.isTerminal(s.Out) }

// Plain says whether Out is a terminal that shows ASCII alone, as far as the
// environment tells. What is no terminal is a file, which is the same everywhere.
func (s Streams) Plain() bool {
	_, is := terminal(s.Out)
	return is && s.asciiOnly()
}

// asciiOnly says so of TERM and the locale. Where none is named, as on Windows or in a
// container, nothing speaks against UTF-8.
func (s Streams) asciiOnly() bool {
	if s.Getenv("TERM") == "dumb" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(s.Getenv(name)); locale != "" {
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return false
}

// leastColumns is how narrow text is made at most: narrower terminals wrap it again.
const leastColumns = 60

// Columns is how wide Out is, if it is a terminal; else 0.
func (s Streams) Columns() int {
	fd, is := terminal(s.Out)
	if !is {
		return 0
	}
	columns, _, err := term.GetSize(fd)
	if err != nil || columns <= 0 {
		return 0
	}
	return max(columns, leastColumns)
}
