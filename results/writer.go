package results

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Writer writes a result file as it is measured: every line is complete on
// disk before the next slice starts, so an interrupted run stays readable.
type Writer struct {
	f    *os.File
	path string   // "": none is kept
	also *os.File // a special file, such as a pipe, which cannot be read back
	temp string   // the file to read back, where that is not path
	sums chain
	plan int // pairs

	aborted *aborted
	usedUp  bool
}

// defaultPath is where a result goes when no file is named:
// mlbench-results/<utc>-<scenario>-<targets>.jsonl.
func defaultPath(h *Header) string {
	name := h.Start.UTC().Format("20060102T150405Z") + "-" + fileName(h.Scenario.Label())
	for _, t := range h.Targets {
		name += "-" + fileName(t.Name)
	}
	return filepath.Join("mlbench-results", name+".jsonl")
}

// longestName bounds each part of a default name: a file's is at most 255 bytes.
const longestName = 60

// fileName keeps letters, digits, dots and dashes of s.
func fileName(s string) string {
	s = strings.ReplaceAll(s, " /", "-") // GET /predict: GET-predict
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '_'
	}, s[:min(longestName, len(s))])
}

// Output says where a result file goes.
type Output struct {
	File    string // "": a name of its own
	Replace bool   // an earlier file
	None    bool   // keep none
}

// Check says whether Create would refuse to write over a file.
func (o Output) Check() error {
	if o.File == "" || o.Replace || o.None {
		return nil
	}
	if info, err := os.Lstat(o.File); err == nil && (info.Mode().IsRegular() || info.IsDir()) {
		return exists(o.File)
	}
	return nil
}

// Create makes the file and its folder and writes the header. An existing file
// is overwritten only if it is to be replaced, but a special one, such as /dev/null
// or a pipe, is written to; a name of its own (see defaultPath) is made unique.
// If none is to be kept there is one until Discard is called.
func (o Output) Create(h *Header) (*Writer, error) {
	switch {
	case o.None:
		f, err := os.CreateTemp("", "mlbench-result-*.jsonl")
		if err != nil {
			return nil, fmt.Errorf("result file: %w", err)
		}
		return (&Writer{f: f, temp: f.Name()}).begin(h)
	case o.Replace:
		if err := remove(o.File); err != nil {
			return nil, err
		}
	}
	path, named := o.File, o.File != ""
	if info, err := os.Stat(path); named && err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return createSpecial(path, h)
	}
	if !named {
		path = defaultPath(h)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	f, path, err := createNew(path, named)
	if err != nil {
		return nil, err
	}
	return (&Writer{f: f, path: path}).begin(h)
}

// remove lets a regular file give way; a link goes, not what it names.
func remove(path string) error {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() && info.Mode()&os.ModeSymlink == 0 {
		return nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	return nil
}

// createSpecial writes to a file that cannot be read back, and to one that can.
func createSpecial(path string, h *Header) (*Writer, error) {
	also, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	f, err := os.CreateTemp("", "mlbench-result-*.jsonl")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("result file: %w", err), also.Close())
	}
	return (&Writer{f: f, path: path, also: also, temp: f.Name()}).begin(h)
}

// begin writes the header.
func (w *Writer) begin(h *Header) (*Writer, error) {
	h.Type, h.Schema = "header", ownSchema
	if err := w.line(h); err != nil {
		_ = w.f.Close()
		_ = os.Remove(w.f.Name())
		if w.also != nil {
			_ = w.also.Close()
		}
		return nil, err
	}
	return w, nil
}

// exists says that a result file is there already, and what to do.
func exists(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("result file %s is a folder: name a file in it", path)
	}
	return fmt.Errorf("result file %s exists: name another with --output, or replace it with --force", path)
}

// createNew opens a file that did not exist. A name the user chose is taken as
// it is; a default one is numbered when two runs start in one second.
func createNew(path string, named bool) (*os.File, string, error) {
	try := path
	for n := 2; ; n++ {
		f, err := os.OpenFile(try, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case err == nil:
			return f, try, nil
		case errors.Is(err, os.ErrExist) && named:
			return nil, "", exists(try)
		case !errors.Is(err, os.ErrExist) || n > 1000:
			return nil, "", fmt.Errorf("result file: %w", err)
		}
		try = fmt.Sprintf("%s-%d.jsonl", strings.TrimSuffix(path, ".jsonl"), n)
	}
}

// Read reads the file back, as ReadFile does or, summed, as ReadSummed.
func (w *Writer) Read(summed bool) (*File, error) {
	read := ReadFile
	if summed {
		read = ReadSummed
	}
	f, err := read(cmp.Or(w.temp, w.path), nil)
	if err == nil {
		f.Path = w.path
	}
	return f, err
}

// Discard removes what is only there to be read back.
func (w *Writer) Discard() {
	if w.temp != "" {
		_ = os.Remove(w.temp)
	}
}

// Path is the file's name; "" if it is not kept.
func (w *Writer) Path() string { return w.path }

// Slice appends a slice.
func (w *Writer) Slice(s *Slice) error {
	s.Type = "slice"
	return w.line(s)
}

// Parity appends what asking both targets the same came to; nil: they were not
// asked.
func (w *Writer) Parity(p *Parity) error {
	if p == nil {
		return nil
	}
	return w.line(struct {
		Type string `json:"type"` // "parity"
		*Parity
	}{"parity", p})
}

// Node appends a machine of a merged file.
func (w *Writer) Node(n *node) error {
	return w.line(struct {
		Type string `json:"type"` // "node"
		*node
	}{"node", n})
}

// TargetEnd appends that a target ended before its time.
func (w *Writer) TargetEnd(e *TargetEnd) error {
	e.Type = "target_end"
	return w.line(e)
}

// Plan says of how many pairs a comparison is to be: the footer of one that is
// interrupted has it.
func (w *Writer) Plan(pairs int) { w.plan = pairs }

// Abort says by which rule a run is ended, at which value, and how many seconds after the
// measurement had begun: its footer has it.
func (w *Writer) Abort(rule string, value, after float64) {
	w.aborted = &aborted{Rule: rule, Value: value, AfterS: after}
}

// UsedUp says that what ended the measurement was that all rows had been sent which are
// sent once: its footer has it.
func (w *Writer) UsedUp() { w.usedUp = true }

// Footer is what Close writes; End, if more is to be in it.
func (w *Writer) Footer(ended ending, reason string) *Footer {
	footer := &Footer{Type: "footer", End: time.Now().UTC(), Ended: ended, Reason: reason, UsedUp: w.usedUp}
	if ended == Interrupted {
		footer.Planned, footer.Aborted = w.plan, w.aborted
	}
	return footer
}

// Close writes the footer and closes the file.
func (w *Writer) Close(ended ending, reason string) error { return w.End(w.Footer(ended, reason)) }

// End writes this footer and closes the file.
func (w *Writer) End(footer *Footer) error {
	err := w.line(footer)
	if w.also != nil {
		err = errors.Join(err, w.also.Close())
	}
	return errors.Join(err, w.f.Close())
}

func (w *Writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("result file %s: %w", w.path, err)
	}
	b = append(w.sums.seal(b), '\n')
	if _, err := w.f.Write(b); err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	if w.also != nil {
		if _, err := w.also.Write(b); err != nil {
			return fmt.Errorf("result file: %w", err)
		}
	}
	return nil
}
