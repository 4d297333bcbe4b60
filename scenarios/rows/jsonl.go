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
	in, err := s.skipMark(in)
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
				if errors.Is(err, errLongRow) {
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
		row, err := s.parseLine(buf, line, last)
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

// parseLine keeps the values as they are written. A header of the same names is
// taken for the row's.
func (s *Source) parseLine(line []byte, number int, likely *header) (Row, error) {
	row := Row{header: &header{}, line: number}
	if !utf8.Valid(line) {
		return row, &Error{s.name, number, 0, "not UTF-8 text: convert the file"}
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	bad := func(format string, args ...any) (Row, error) {
		return row, &Error{s.name, number, int(dec.InputOffset()) + 1, fmt.Sprintf(format, args...)}
	}
	broken := func(err error) (Row, error) {
		// The decoder's own offsets count from a value's beginning.
		var at *json.SyntaxError
		if errors.As(json.Unmarshal(line, new(json.RawMessage)), &at) {
			if strings.HasPrefix(at.Error(), "unexpected end") {
				return row, &Error{s.name, number, int(at.Offset), "the object does not end on this line"}
			}
			return row, &Error{s.name, number, max(1, int(at.Offset)), "not JSON: " + at.Error()}
		}
		return bad("not JSON: %v", err)
	}
	if t, err := dec.Token(); err != nil {
		return broken(err)
	} else if t != json.Delim('{') {
		return row, &Error{s.name, number, 1, "want an object on every line"}
	}
	var names []string
	var ends []int // of the values
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
		names, ends = append(names, name), append(ends, int(dec.InputOffset()))
		row.cells = append(row.cells, cell)
	}
	if _, err := dec.Token(); err != nil {
		return broken(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return bad("want one object on every line")
	}
	if row.header = likely; likely == nil || !slices.Equal(names, likely.names) {
		row.header = newHeader(names)
	}
	if len(row.at) < len(names) {
		seen := map[string]bool{}
		for i, name := range names {
			if seen[name] {
				return row, &Error{s.name, number, ends[i] + 1, fmt.Sprintf("the key %q is there twice", name)}
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
