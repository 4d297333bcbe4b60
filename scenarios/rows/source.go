package rows

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Format is how a file holds its rows.
type Format string

// The formats.
const (
	CSV     Format = "csv"     // a header line, then a record per row
	JSONL   Format = "jsonl"   // an object per line
	Parquet Format = "parquet" // flat columns, and lists of plain values
)

// FormatOf is the format that a file's name stands for; empty when for none.
func FormatOf(path string) Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv":
		return CSV
	case ".jsonl", ".ndjson":
		return JSONL
	case ".parquet", ".pq":
		return Parquet
	}
	return ""
}

// Type is what the cells of a column are, or null.
type Type string

// The types; an empty one is what the file says.
const (
	Number Type = "number"
	Bool   Type = "bool"
	Text   Type = "text"
)

// Column selects a column. A cell that is not of its type is a mistake.
type Column struct {
	Name string
	Type Type // empty: of CSV, what all of the column's cells are
}

// maxRow bounds a row: an unclosed quote must not read the file into memory.
const maxRow = 8 << 20

// Source is a data file.
type Source struct {
	Columns []string // of the file, each name once; of JSON lines, those of the first
	Rows    int64    // after Scan
	Digest  string   // SHA-256 of the file, after Scan
	Notes   []string // what the user should know, after Scan

	name      string  // for messages
	known     *header // Columns
	format    Format
	delimiter rune
	size      int64
	open      func() (input, error)
	selected  []Column // in order; empty: all
	chosen    *header  // their names
	types     []Type   // CSV, after Scan: of the columns taken
	bytes     int64    // of all rows as JSON, about
}

// input is an open file.
type input interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// stream reads rows in turn. Only where keep is set is the row of use; io.EOF
// ends it.
type stream func(keep bool) (Row, error)

// Error is a mistake in a file, and where.
type Error struct {
	File      string
	Line, Col int // from 1; Col 0: not known
	Text      string
}

// Error has the form file:line:column: text.
func (e *Error) Error() string {
	if e.Col == 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Text)
}

// Open reads a file's columns. An empty format is by the file's name, a zero
// delimiter a comma, or the tab of a .tsv file.
func Open(path string, format Format, delimiter rune) (*Source, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file, and is to be read more than once", path)
	}
	if delimiter == 0 && strings.EqualFold(filepath.Ext(path), ".tsv") {
		delimiter = '\t'
	}
	if format == "" {
		format = FormatOf(path)
	}
	s := &Source{name: filepath.Base(path), format: format, delimiter: delimiter, size: info.Size()}
	s.open = func() (input, error) { return os.Open(path) }
	return s, s.header()
}

// header reads the columns.
func (s *Source) header() error {
	in, err := s.open()
	if err != nil {
		return err
	}
	defer in.Close()
	switch s.format {
	case CSV:
		r, err := s.newCSV(in)
		if err != nil {
			return err
		}
		s.Columns = r.taken.names
	case JSONL:
		next, err := s.newJSONL(in)
		if err != nil {
			return err
		}
		row, err := next(true)
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s has no rows", s.name)
		}
		if err != nil {
			return err
		}
		s.Columns = row.names
	case Parquet:
		p, err := s.newParquet(in)
		if err != nil {
			return err
		}
		s.Columns = p.header.names
	default:
		return fmt.Errorf("%s: unknown format %q", s.name, s.format)
	}
	s.known = newHeader(s.Columns)
	return nil
}

// Has says whether the file has a column.
func (s *Source) Has(column string) bool { return s.known.find(column, 0) >= 0 }

// skipMark skips a text's byte order mark, and refuses UTF-16 by its.
func (s *Source) skipMark(in io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(in, 64<<10)
	switch start, _ := r.Peek(3); {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return nil, &Error{s.name, 1, 1, "UTF-16 text, want UTF-8: convert the file"}
	case string(start) == "\ufeff":
		_, _ = r.Discard(len(start)) // it is there
	}
	return r, nil
}

// Select takes some of the columns, in this order; none: all.
func (s *Source) Select(columns []Column) error {
	for _, c := range columns {
		if !s.Has(c.Name) {
			return fmt.Errorf("%s has no column %q", s.name, c.Name)
		}
	}
	s.selected = columns
	if columns == nil {
		return nil
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	s.chosen = newHeader(names)
	return nil
}

// Scan reads the whole file once: it finds every row's mistakes, counts them,
// and settles the types of CSV columns. Rows of JSON lines must have the columns
// of need.
func (s *Source) Scan(need []string) error {
	in, err := s.open()
	if err != nil {
		return err
	}
	defer in.Close()
	sum := sha256.New()
	if s.format == Parquet {
		if _, err := io.Copy(sum, io.NewSectionReader(in, 0, s.size)); err != nil {
			return err
		}
		err = s.scanTyped(in, need)
	} else {
		text := readerInput{Reader: io.TeeReader(in, sum), input: in}
		if s.format == CSV {
			err = s.scanCSV(text)
		} else {
			err = s.scanTyped(text, need)
		}
	}
	if err == nil && s.Rows == 0 {
		err = fmt.Errorf("%s has no rows", s.name)
	}
	s.Digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return err
}

// readerInput replaces an input's Read.
type readerInput struct {
	io.Reader
	input
}

// Read reads from the replacement.
func (r readerInput) Read(p []byte) (int, error) { return r.Reader.Read(p) }

// scanTyped scans a format whose values have types.
func (s *Source) scanTyped(in input, need []string) error {
	next, err := s.stream(in)
	if err != nil {
		return err
	}
	for {
		row, err := next(true)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.Rows++
		for _, name := range need {
			if _, ok := row.Cell(name); !ok {
				return &Error{s.name, row.line, 0, fmt.Sprintf("no %q", name)}
			}
		}
		s.bytes += row.memory()
	}
}

// stream reads the rows of an open file from the first on.
func (s *Source) stream(in input) (stream, error) {
	switch s.format {
	case CSV:
		r, err := s.newCSV(in)
		if err != nil {
			return nil, err
		}
		return r.next, nil
	case JSONL:
		return s.newJSONL(in)
	default:
		p, err := s.newParquet(in)
		if err != nil {
			return nil, err
		}
		return p.next, nil
	}
}
