package rows

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// csvReader reads the records of a CSV file.
type csvReader struct {
	s     *Source
	r     *csv.Reader
	leash *leash
	taken *header // the columns
	at    []int   // where they are in a record
}

// leash ends reading at a limit that is moved on with every record.
type leash struct {
	r           io.Reader
	read, limit int64
}

var errLongRow = fmt.Errorf("a row of more than %d MB: is a quote not closed, or is it the wrong format?", maxRow>>20)

// Read reads up to the limit.
func (l *leash) Read(p []byte) (int, error) {
	if l.read >= l.limit {
		return 0, errLongRow
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.limit-l.read)])
	l.read += int64(n)
	return n, err
}

func (s *Source) newCSV(in io.Reader) (*csvReader, error) {
	in, err := s.text(in)
	if err != nil {
		return nil, err
	}
	l := &leash{r: in}
	c := &csvReader{s: s, leash: l, r: csv.NewReader(l)}
	c.r.ReuseRecord = true
	if s.delimiter != 0 {
		c.r.Comma = s.delimiter
	}
	record, err := c.record()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty, want a header line", s.name)
	}
	if err != nil {
		return nil, err
	}
	names, at, flaw := c.columns(record)
	if s.Columns == nil {
		c.taken = newHeader(names)
		return c, nil // only the names are asked for
	}
	if s.selected == nil && flaw != nil {
		return nil, flaw
	}
	if c.taken = s.chosen; s.selected == nil {
		c.taken = newHeader(names)
	}
	for _, name := range c.taken.names {
		i := at[name]
		if i < 0 {
			return nil, &Error{s.name, 1, 0, fmt.Sprintf("the column %q is there twice", name)}
		}
		c.at = append(c.at, i)
	}
	return c, nil
}

// columns are the names of a header line, each once, and where they are; -1: at
// several places. A flaw is for whoever takes all: the first without a name of
// its own, such as the index that data frames write.
func (c *csvReader) columns(record []string) (names []string, at map[string]int, flaw error) {
	names, at = make([]string, 0, len(record)), make(map[string]int, len(record))
	for i, name := range record {
		name = strings.Clone(strings.TrimSpace(name))
		_, twice := at[name]
		wrong := ""
		switch {
		case name == "":
			wrong = "no column name: want a header line, or select others with columns"
		case twice:
			wrong = fmt.Sprintf("the column %q is there twice: select others with columns", name)
			at[name] = -1
		default:
			names = append(names, name)
			at[name] = i
		}
		if wrong != "" && flaw == nil {
			line, col := c.r.FieldPos(i)
			flaw = &Error{c.s.name, line, col, wrong}
		}
	}
	return names, at, flaw
}

// record reads one record; it is valid until the next.
func (c *csvReader) record() ([]string, error) {
	start := c.r.InputOffset()
	c.leash.limit = start + maxRow
	record, err := c.r.Read()
	var at *csv.ParseError
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		line, _ := c.r.FieldPos(0)
		return nil, &Error{c.s.name, line, 1, fmt.Sprintf("found %d cells, want %d, as in the header", len(record), c.r.FieldsPerRecord)}
	case errors.As(err, &at):
		text := at.Err.Error()
		if errors.Is(at.Err, csv.ErrQuote) || errors.Is(at.Err, csv.ErrBareQuote) {
			text = `a stray or unclosed quote: write "" for a quote within quotes`
			if at.StartLine != at.Line {
				text += fmt.Sprintf(" (the row begins at line %d)", at.StartLine)
			}
		}
		return nil, &Error{c.s.name, at.Line, at.Column, text}
	case errors.Is(err, io.EOF):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%s, after %d bytes: %w", c.s.name, start, err)
	}
	for i, cell := range record {
		if !utf8.ValidString(cell) {
			line, col := c.r.FieldPos(i)
			return nil, &Error{c.s.name, line, col, "not UTF-8 text: convert the file"}
		}
	}
	return record, nil
}

// tally finds out what the cells of a column are.
type tally struct {
	declared Type
	numbers  int64
	bools    int64
	texts    int64
	text     string // the first that is neither number nor bool
	line     int
}

// observe notes a cell; it says what is wrong with it, or nothing.
func (t *tally) observe(cell string, line int) string {
	trimmed := strings.TrimSpace(cell)
	if missing(trimmed) {
		return ""
	}
	_, number := jsonNumber(trimmed)
	_, truth := jsonBool(trimmed)
	switch {
	case t.declared == Number && !number, t.declared == Bool && !truth:
		return fmt.Sprintf("found %s, want %s", short(cell), describe(t.declared))
	case number:
		t.numbers++
	case truth:
		t.bools++
	default:
		if t.texts++; t.texts == 1 {
			t.text, t.line = strings.Clone(cell), line
		}
	}
	return ""
}

// settle is the column's type.
func (t *tally) settle() Type {
	switch {
	case t.declared != "":
		return t.declared
	case t.numbers > 0 && t.bools+t.texts == 0:
		return Number
	case t.bools > 0 && t.numbers+t.texts == 0:
		return Bool
	}
	return Text
}

// scanCSV scans a CSV file.
func (s *Source) scanCSV(in io.Reader) error {
	c, err := s.newCSV(in)
	if err != nil {
		return err
	}
	tallies := make([]tally, len(c.at))
	for i, column := range s.selected {
		tallies[i].declared = column.Type
	}
	for {
		record, err := c.record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		s.Rows++
		for i, at := range c.at {
			line, col := c.r.FieldPos(at)
			if wrong := tallies[i].observe(record[at], line); wrong != "" {
				return &Error{s.name, line, col, fmt.Sprintf("column %s: %s", c.taken.names[i], wrong)}
			}
			const overhead = 24 + 2 // slice header, quotes
			s.bytes += int64(len(record[at])) + overhead
		}
		for _, k := range s.checks {
			at := c.at[c.taken.at[k.column]]
			line, col := c.r.FieldPos(at)
			if err := k.check(plainKey(record[at]), line, col); err != nil {
				return err
			}
		}
	}
	for i := range tallies {
		t := &tallies[i]
		s.types = append(s.types, t.settle())
		if t.declared == "" && t.numbers > 0 && t.texts > 0 {
			s.Notes = append(s.Notes, fmt.Sprintf("%s: the column %s is sent as text: line %d has %s, others have numbers (columns: {%s: number} makes that a mistake)",
				s.name, c.taken.names[i], t.line, short(t.text), c.taken.names[i]))
		}
	}
	return nil
}

// next reads a row, by the types that Scan settled.
func (c *csvReader) next(keep bool) (Row, error) {
	record, err := c.record()
	if err != nil || !keep {
		return Row{}, err
	}
	row := Row{header: c.taken, cells: make([][]byte, len(c.at))}
	row.line, _ = c.r.FieldPos(0)
	for i, at := range c.at {
		row.cells[i] = csvCell(record[at], c.s.types[i])
	}
	return row, nil
}

// csvCell is a cell as JSON. An empty one is null.
func csvCell(cell string, t Type) []byte {
	trimmed := strings.TrimSpace(cell)
	if trimmed == "" || t != Text && missing(trimmed) {
		return []byte("null")
	}
	switch t {
	case Number:
		if n, ok := jsonNumber(trimmed); ok {
			return []byte(n)
		}
	case Bool:
		if b, ok := jsonBool(trimmed); ok {
			return []byte(b)
		}
	}
	return appendText(nil, cell)
}
