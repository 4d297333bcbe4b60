package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// plainColumn is the column of arrays of plain values.
const plainColumn = "value"

// array reads the elements of a JSON array, one at a time.
type array struct {
	s     *Source
	r     *bufio.Reader
	at    place // of the next byte
	buf   []byte
	began bool
	plain bool    // the elements are no objects
	last  *header // of the row before
}

// place is where something is in a file.
type place struct{ line, col int }

// after is the place behind text.
func (p place) after(text []byte) place {
	if n := bytes.Count(text, []byte{'\n'}); n > 0 {
		return place{p.line + n, len(text) - bytes.LastIndexByte(text, '\n')}
	}
	return place{p.line, p.col + len(text)}
}

func (s *Source) newJSON(in io.Reader) (stream, error) {
	text, err := s.text(in)
	if err != nil {
		return nil, err
	}
	a := &array{s: s, r: bufio.NewReaderSize(text, 64<<10), at: place{1, 1}}
	return a.next, nil
}

func (a *array) bad(at place, format string, args ...any) error {
	return &Error{a.s.name, at.line, at.col, fmt.Sprintf(format, args...)}
}

// broken is an error of reading, not of the text.
func (a *array) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return a.bad(a.at, "the array does not end: want ]")
	}
	return fmt.Errorf("%s:%d: %w", a.s.name, a.at.line, err)
}

// take goes on behind a byte.
func (a *array) take(c byte) {
	a.at.col++
	if c == '\n' {
		a.at = place{a.at.line + 1, 1}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// peek is the next byte that is no space.
func (a *array) peek() (byte, error) {
	for {
		c, err := a.r.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case !isSpace(c):
			return c, a.r.UnreadByte()
		}
		a.take(c)
	}
}

// skip takes the byte that peek found.
func (a *array) skip() {
	c, _ := a.r.ReadByte()
	a.take(c)
}

// next reads an element.
func (a *array) next(keep bool) (Row, error) {
	if err := a.step(); err != nil {
		return Row{}, err
	}
	at := a.at
	text, err := a.element()
	if err != nil {
		return Row{}, err
	}
	if plain := text[0] != '{'; a.last == nil {
		a.plain = plain
	} else if plain != a.plain {
		want := map[bool]string{true: "a plain value", false: "an object"}[a.plain]
		return Row{}, a.bad(at, "found %s, want %s, as the first one is", short(string(text)), want)
	}
	if !keep && a.last != nil {
		return Row{}, nil
	}
	row := Row{line: at.line}
	if a.plain {
		row, err = a.s.parsePlain(text, at, a.last)
	} else {
		row, err = a.s.parseObject(text, at, a.last)
	}
	if a.last = row.header; err != nil {
		return row, err
	}
	return a.s.choose(row)
}

// step goes to the next element; io.EOF when there is none.
func (a *array) step() error {
	c, err := a.peek()
	switch {
	case errors.Is(err, io.EOF) && !a.began:
		return fmt.Errorf("%s is empty, want an array", a.s.name)
	case err != nil:
		return a.broken(err)
	case !a.began && c == '{':
		return a.bad(a.at, "found an object, want an array: [{…}, {…}] (with an object on each line, the format is jsonl)")
	case !a.began && c != '[', a.last != nil && c != ',' && c != ']':
		want := map[bool]string{false: "an array: [{…}, {…}]", true: "a comma, or ] at the array's end"}[a.began]
		return a.bad(a.at, "found %q, want %s", rune(c), want)
	}
	first := !a.began
	if a.began = true; first || c == ',' {
		a.skip()
		if c, err = a.peek(); err != nil {
			return a.broken(err)
		}
		if !first && c == ']' {
			return a.bad(a.at, "found ']', want an element behind the comma")
		}
	}
	if c != ']' {
		return nil
	}
	a.skip()
	switch _, err = a.peek(); {
	case err == nil:
		return a.bad(a.at, "want nothing behind the array")
	case errors.Is(err, io.EOF):
		return err
	}
	return a.broken(err)
}

// element reads the bytes of one; whether they are JSON is not looked at.
func (a *array) element() ([]byte, error) {
	from := a.at
	a.buf = a.buf[:0]
	depth, quoted, escaped := 0, false, false
	for {
		c, err := a.r.ReadByte()
		if err != nil {
			return nil, a.broken(err)
		}
		if depth == 0 && !quoted && (isSpace(c) || c == ',' || c == ']' || c == '}') {
			if len(a.buf) == 0 {
				return nil, a.bad(from, "found %q, want an element", rune(c))
			}
			return a.buf, a.r.UnreadByte()
		}
		a.buf = append(a.buf, c)
		a.take(c)
		switch {
		case len(a.buf) > maxRow:
			return nil, a.bad(from, "%v", errLongRow)
		case escaped:
			escaped = false
		case c == '\\':
			escaped = quoted
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 && !quoted && (c == '}' || c == ']' || c == '"') {
			return a.buf, nil
		}
	}
}

// parsePlain takes a value that is no object for a row.
func (s *Source) parsePlain(text []byte, at place, likely *header) (Row, error) {
	row := Row{header: likely, line: at.line}
	if row.header == nil {
		row.header = newHeader([]string{plainColumn})
	}
	if err := s.valid(text, at); err != nil {
		return row, err
	}
	row.cells = [][]byte{bytes.Clone(text)}
	return row, nil
}

// syntax is where and why a text is not JSON; nil: it is.
func syntax(text []byte) *json.SyntaxError {
	var err *json.SyntaxError
	errors.As(json.Unmarshal(text, new(json.RawMessage)), &err)
	return err
}
