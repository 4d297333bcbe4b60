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
	JSON    Format = "json"    // an array of objects, or of plain values
	Parquet Format = "parquet" // lists, structs and maps among its columns
)

// FormatOf is the format that a file's name stands for; empty when for none.
func FormatOf(path string) Format {
	_, path = packingOf(path)
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv":
		return CSV
	case ".jsonl", ".ndjson":
		return JSONL
	case ".json":
		return JSON
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
	Columns []string // of the file, each name once; of JSON, those of the first row
	Rows    int64    // after Scan
	Digest  string   // SHA-256 of the file, after Scan
	Notes   []string // what the user should know, after Scan

	name      string  // for messages
	known     *header // Columns
	format    Format
	packing   string // of texts; empty: none
	delimiter rune
	size      int64
	open      func() (input, error)
	selected  []Column // in order; empty: all
	chosen    *header  // their names
	own       *header  // columns of the file itself, where others are joined
	joins     []*joined
	wanted    *header    // columns of rows with others joined; nil: all
	checks    []keyCheck // for a scan
	types     []Type     // CSV, after Scan: of the columns taken
	bytes     int64      // of all rows as JSON, about
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
	packing, plain := packingOf(path)
	if delimiter == 0 && strings.EqualFold(filepath.Ext(plain), ".tsv") {
		delimiter = '\t'
	}
	if format == "" {
		format = FormatOf(path)
	}
	if format == Parquet && packing != "" {
		return nil, fmt.Errorf("%s: Parquet compresses its pages itself, and is not read from %s: unpack the file", filepath.Base(path), packing)
	}
	s := &Source{name: filepath.Base(path), format: format, packing: packing, delimiter: delimiter, size: info.Size()}
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
	case JSONL, JSON:
		next, err := s.stream(in)
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

// text is an open file's, unpacked and without its byte order mark. UTF-16 is
// refused by its mark.
func (s *Source) text(in io.Reader) (io.Reader, error) {
	in, err := s.unpack(in)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(in, 64<<10)
	start, _ := r.Peek(4)
	switch other := packedAs(start); {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return nil, &Error{s.name, 1, 1, "UTF-16 text, want UTF-8: convert the file"}
	case other != "":
		return nil, &Error{s.name, 1, 1, fmt.Sprintf("compressed, which its name does not say: want a name that ends in %s", other)}
	case bytes.HasPrefix(start, []byte("\ufeff")):
		_, _ = r.Discard(len("\ufeff")) // it is there
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
	if s.joins != nil {
		columns = s.selectJoined(columns)
	}
	s.selected, s.chosen = columns, nil
	if columns != nil {
		s.chosen = headerOf(columns)
	}
	return nil
}

// Scan reads the whole file once: it finds every row's mistakes, counts them,
// and settles the types of CSV columns. Rows of JSON must have the columns of need.
func (s *Source) Scan(need []string) error {
	need, err := s.scanJoined(need)
	if err != nil {
		return err
	}
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
		whole := readerInput{Reader: io.TeeReader(in, sum), input: in}
		if s.format == CSV {
			err = s.scanCSV(whole)
		} else {
			err = s.scanTyped(whole, need)
		}
		if err == nil { // what is behind the last row is part of the file
			_, err = io.Copy(io.Discard, whole.Reader)
		}
	}
	if err == nil && s.Rows == 0 {
		err = fmt.Errorf("%s has no rows", s.name)
	}
	for _, j := range s.joins {
		fmt.Fprintf(sum, "\n%s %s", j.left, j.Digest)
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
		for _, k := range s.checks {
			cell, _ := row.Cell(k.column)
			if err := k.check(keyOf(cell), row.line, 0); err != nil {
				return err
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
	case JSON:
		return s.newJSON(in)
	default:
		p, err := s.newParquet(in)
		if err != nil {
			return nil, err
		}
		return p.next, nil
	}
}
