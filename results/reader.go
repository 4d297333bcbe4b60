package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// File is a result file in memory.
type File struct {
	// Path is empty while the measurement is still going on.
	Path   string
	Header Header
	Slices []Slice
	Ends   []TargetEnd // of targets that ended before their time
	// Footer is nil when the measurement was cut off.
	Footer *Footer
	// Damage says what of the file could not be read; the rest stands.
	Damage string

	points []Point // of a file of which slices were added up; see Series
}

// maxLine bounds one line: a slice of a hundred request classes stays far below.
const maxLine = 64 << 20

// ErrFormat marks input that is not a result file this version can read.
var ErrFormat = errors.New("not a readable mlbench result file")

// ReadFile reads the result file at path; "-" is in.
func ReadFile(path string, in io.Reader) (*File, error) {
	if path == "-" {
		return Read(in, "standard input")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a result file; name is used in errors. A file cut off in the
// middle of a line is read up to there and Damage says so; a missing or foreign
// header is an error.
func Read(r io.Reader, name string) (*File, error) {
	f := &File{Path: name}
	if err := f.read(r, false); err != nil {
		return nil, err
	}
	return f, nil
}

// read takes all lines; summed: see ReadSummed.
func (f *File) read(r io.Reader, summed bool) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 1<<16), maxLine)
	n := 0
	for sc.Scan() {
		n++
		line := bytes.TrimSpace(sc.Bytes())
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // byte order mark
		}
		if len(line) == 0 {
			continue
		}
		if err := f.add(line, summed); err != nil {
			if n == 1 || errors.Is(err, ErrFormat) {
				return fmt.Errorf("%s:%d: %w", f.Path, n, err)
			}
			f.Damage = fmt.Sprintf("line %d: %v", n, err)
			break
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", f.Path, n+1, err)
	}
	if f.Header.Schema == "" {
		return fmt.Errorf("%s: %w: it is empty", f.Path, ErrFormat)
	}
	return nil
}

// add takes one line.
func (f *File) add(line []byte, summed bool) error {
	var kind struct {
		Type   string `json:"type"`
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(line, &kind); err != nil {
		if bytes.HasPrefix(line, []byte{0xff, 0xfe}) || bytes.HasPrefix(line, []byte{0xfe, 0xff}) {
			return fmt.Errorf("%w: UTF-16 text, want UTF-8: convert the file", ErrFormat)
		}
		if f.Header.Schema == "" {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return err
	}
	if kind.Type == "header" {
		return f.addHeader(line, kind.Schema)
	}
	if f.Header.Schema == "" {
		return fmt.Errorf("%w: the first line is no header but %.40q", ErrFormat, line)
	}
	switch kind.Type {
	case "slice":
		var s Slice
		if err := json.Unmarshal(line, &s); err != nil {
			return err
		}
		for name, d := range s.Classes {
			if d == nil {
				return fmt.Errorf("slice: class %q is null", name)
			}
		}
		f.take(s, summed)
	case "target_end":
		var e TargetEnd
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		f.Ends = append(f.Ends, e)
	case "footer":
		var ft Footer
		if err := json.Unmarshal(line, &ft); err != nil {
			return err
		}
		f.Footer = &ft
	}
	// Other types come from later minor versions: not ours to judge.
	return nil
}

func (f *File) addHeader(line []byte, schema string) error {
	if f.Header.Schema != "" {
		return fmt.Errorf("%w: a second header", ErrFormat)
	}
	// A minor version, "mlbench.result/1.2", only adds what may be ignored.
	family, version, _ := strings.Cut(schema, "/")
	major, _, _ := strings.Cut(version, ".")
	if family+"/"+major != Schema {
		return fmt.Errorf("%w: its schema is %q, this version of mlbench reads %s; update mlbench", ErrFormat, schema, Schema)
	}
	if err := json.Unmarshal(line, &f.Header); err != nil {
		return fmt.Errorf("%w: header: %w", ErrFormat, err)
	}
	// Any other would be taken for a run of its first.
	if arms, known := f.Arms(), []string{ArmA, ArmB}; len(arms) > len(known) || !slices.Equal(arms, known[:len(arms)]) {
		return fmt.Errorf("%w: its targets are of the arms %s, want A, or A and B", ErrFormat, strings.Join(arms, ", "))
	}
	return nil
}

// Complete says whether the measurement came to its planned end.
func (f *File) Complete() bool {
	return f.Footer != nil && f.Footer.Ended == Completed && f.Damage == ""
}

// Arms lists the arms that have a target, A first.
func (f *File) Arms() []string {
	var arms []string
	for _, t := range f.Header.Targets {
		arms = append(arms, t.Arm)
	}
	return arms
}
