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
	"strconv"
	"strings"
)

// File is a result file in memory.
type File struct {
	// Path is empty while the measurement is still going on.
	Path   string
	Header Header
	Slices []Slice
	Ends   []TargetEnd // of targets that ended before their time
	Parity *Parity     // nil: answers were not compared
	Nodes  []node      // the machines of a merged file; nil: one
	// Footer is nil when the measurement was cut off.
	Footer *Footer
	// Damage says what of the file could not be read; the rest stands.
	Damage string

	points []Point // of a file of which slices were added up; see File.Series
	sums   chain
	summed bool // each line has a checksum
}

// maxLine bounds one line: a slice of a hundred request classes stays far below.
const maxLine = 64 << 20

// ErrFormat marks input that is not a result file this version can read.
var ErrFormat = errors.New("not a readable mlbench result file")

// ReadFile reads the result file at path; "-" is in. A file that is cut off or
// damaged (a line that is no JSON, whose checksum is another, or whose numbers
// contradict each other) is read up to there and Damage says so; a missing,
// damaged or foreign header is an error.
func ReadFile(path string, in io.Reader) (*File, error) { return readFile(path, in, false) }

func readFile(path string, in io.Reader, summed bool) (*File, error) {
	f := &File{Path: path}
	if path == "-" {
		f.Path = "standard input"
	} else {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("result file: %w", err)
		}
		defer file.Close()
		in = file
	}
	if err := f.read(in, summed); err != nil {
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
		line := bytes.Trim(sc.Bytes(), " \t\r")
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // byte order mark
		}
		if len(line) == 0 {
			continue
		}
		if err := f.add(line, summed); err != nil {
			if f.Header.Schema == "" || errors.Is(err, ErrFormat) {
				return fmt.Errorf("%s:%d: %w", f.Path, n, err)
			}
			f.Damage = fmt.Sprintf("line %d: %v", n, err)
			return nil
		}
	}
	switch err := sc.Err(); {
	case errors.Is(err, bufio.ErrTooLong) && f.Header.Schema != "":
		f.Damage = fmt.Sprintf("line %d: longer than %d MB", n+1, maxLine>>20)
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s:%d: %w: a line of over %d MB", f.Path, n+1, ErrFormat, maxLine>>20)
	case err != nil:
		return fmt.Errorf("%s:%d: %w", f.Path, n+1, err)
	case f.Header.Schema == "":
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
	if err := f.checkSum(line); err != nil {
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
		if err := s.validate(&f.Header); err != nil {
			return err
		}
		f.take(s, summed)
	case "target_end":
		var e TargetEnd
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		f.Ends = append(f.Ends, e)
	case "node":
		var n node
		if err := json.Unmarshal(line, &n); err != nil {
			return err
		}
		for i := range n.Slices {
			if err := n.Slices[i].validate(&f.Header); err != nil {
				return err
			}
		}
		f.Nodes = append(f.Nodes, n)
	case "parity":
		var p Parity
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		if p.Requests < 0 || p.Differing < 0 || p.Differing > p.Requests {
			return fmt.Errorf("parity: %d of %d answers differ", p.Differing, p.Requests)
		}
		f.Parity = &p
	case "footer":
		return f.addFooter(line)
	default:
		// Other types come from later versions, and are not ours to judge. Without a
		// checksum it may be a damaged one.
		if !f.Header.newer() && !f.summed {
			return fmt.Errorf("its type is %.20q, want slice or footer", kind.Type)
		}
	}
	return nil
}

// checkSum verifies a line's checksum: all lines have one, or none, as the header.
func (f *File) checkSum(line []byte) error {
	has, right := f.sums.check(line)
	switch {
	case f.Header.Schema == "":
		f.summed = has
		if has && !right {
			return fmt.Errorf("%w: its first line is damaged, for its checksum is another", ErrFormat)
		}
	case has != f.summed:
		return errors.New("its checksum is missing, or the header's is")
	case has && !right:
		return errors.New("its checksum is another: it was changed, or lines before it are missing")
	}
	return nil
}

func (f *File) addFooter(line []byte) error {
	var ft Footer
	if err := json.Unmarshal(line, &ft); err != nil {
		return err
	}
	switch {
	case f.Footer != nil:
		return errors.New("a second footer")
	case ft.Ended != Completed && ft.Ended != Interrupted && ft.Ended != Failed && !f.Header.newer():
		return fmt.Errorf("footer: it ended %.20q, want completed, interrupted or failed", ft.Ended)
	}
	f.Footer = &ft
	return nil
}

// version parts a schema, "mlbench.result/1.2", into what must be the same and
// its minor version.
func version(schema string) (major string, minor int) {
	family, number, _ := strings.Cut(schema, "/")
	number, after, _ := strings.Cut(number, ".")
	minor, _ = strconv.Atoi(after)
	return family + "/" + number, minor
}

func (f *File) addHeader(line []byte, schema string) error {
	if f.Header.Schema != "" {
		return fmt.Errorf("%w: a second header", ErrFormat)
	}
	ours, _ := version(ownSchema)
	if major, _ := version(schema); major != ours {
		return fmt.Errorf("%w: its schema is %.40q, this version of mlbench reads %s; update mlbench", ErrFormat, schema, ours)
	}
	if err := json.Unmarshal(line, &f.Header); err != nil {
		return fmt.Errorf("%w: header: %w", ErrFormat, err)
	}
	if err := f.Header.validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
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

// WarmedUp says that an arm has a warm-up.
func (f *File) WarmedUp(arm string) bool {
	return slices.ContainsFunc(f.Slices, func(s Slice) bool { return s.Arm == arm && s.Phase == Warmup })
}
