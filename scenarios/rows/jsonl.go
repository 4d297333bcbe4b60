package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// newJSONL reads an object per line; empty lines are none.
func (s *Source) newJSONL(in io.Reader) (stream, error) {
	in, err := s.text(in)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(in, 64<<10) // in itself
	var buf []byte
	var last *header
	line := 0
	return func(keep bool) (Row, error) {
		for {
			var err error
			line++
			if buf, err = readLine(r, buf[:0]); err != nil {
				if !errors.Is(err, io.EOF) {
					err = &Error{s.name, line, 0, err.Error()}
				}
				return Row{}, err
			}
			if text := bytes.TrimSpace(buf); len(text) > 0 {
				break
			}
		}
		if !keep {
			return Row{}, nil
		}
		row, err := s.parseObject(buf, place{line, 1}, last)
		if last = row.header; err != nil {
			return row, err
		}
		return s.choose(row)
	}, nil
}

// readLine appends a line to buf; io.EOF when there is none.
func readLine(r *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		buf = append(buf, part...)
		switch {
		case len(buf) > maxRow:
			return buf, errLongRow
		case err == nil, errors.Is(err, io.EOF) && len(buf) > 0:
			return buf, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return buf, err
		}
	}
}

// valid says what is not JSON in a text that begins at a place.
func (s *Source) valid(text []byte, at place) error {
	if !utf8.Valid(text) {
		return &Error{s.name, at.line, 0, "not UTF-8 text: convert the file"}
	}
	err := syntax(text)
	if err == nil {
		return nil
	}
	reason := "not JSON: " + err.Error()
	if s.format == JSONL && strings.HasPrefix(err.Error(), "unexpected end") {
		reason = "the object does not end on this line"
	}
	at = at.after(text[:max(1, min(int(err.Offset), len(text)))-1])
	return &Error{s.name, at.line, at.col, reason}
}

// parseObject keeps the values as they are written. A header of the same names is
// taken for the row's.
func (s *Source) parseObject(text []byte, at place, likely *header) (Row, error) {
	row := Row{header: &header{}, line: at.line}
	if !utf8.Valid(text) {
		return row, s.valid(text, at)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	bad := func(offset int64, format string, args ...any) (Row, error) {
		at := at.after(text[:offset])
		return row, &Error{s.name, at.line, at.col, fmt.Sprintf(format, args...)}
	}
	broken := func(err error) (Row, error) {
		// The decoder's own offsets count from a value's beginning.
		if wrong := s.valid(text, at); wrong != nil {
			return row, wrong
		}
		return bad(dec.InputOffset(), "not JSON: %v", err)
	}
	if t, err := dec.Token(); err != nil {
		return broken(err)
	} else if t != json.Delim('{') {
		return bad(0, "want an object on every line")
	}
	var names []string
	var ends []int64 // of the values
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return broken(err)
		}
		name := t.(string) // a decoder in an object has names or errors
		var cell json.RawMessage
		if err := dec.Decode(&cell); err != nil {
			return broken(err)
		}
		names, ends = append(names, name), append(ends, dec.InputOffset())
		row.cells = append(row.cells, cell)
	}
	if _, err := dec.Token(); err != nil {
		return broken(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return bad(dec.InputOffset(), "want one object on every line")
	}
	if row.header = likely; likely == nil || !slices.Equal(names, likely.names) {
		row.header = newHeader(names)
	}
	if len(row.at) < len(names) {
		seen := map[string]bool{}
		for i, name := range names {
			if seen[name] {
				return bad(ends[i], "the key %q is there twice", name)
			}
			seen[name] = true
		}
	}
	return row, nil
}

// choose takes the selected columns of a row, and checks their types.
func (s *Source) choose(row Row) (Row, error) {
	if s.selected == nil {
		return row, nil
	}
	out := Row{header: s.chosen, line: row.line}
	for _, column := range s.selected {
		cell, ok := row.Cell(column.Name)
		if !ok {
			return row, &Error{s.name, row.line, 0, fmt.Sprintf("no %q", column.Name)}
		}
		if wrong := mismatch(cell, column.Type); wrong != "" {
			return row, &Error{s.name, row.line, 0, fmt.Sprintf("%s: %s", column.Name, wrong)}
		}
		out.cells = append(out.cells, cell)
	}
	return out, nil
}
