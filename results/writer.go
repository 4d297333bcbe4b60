package results

import (
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
	path string
	sums chain
}

// DefaultPath is where a result goes when no file is named:
// mlbench-results/<utc>-<scenario>-<targets>.jsonl.
func DefaultPath(h *Header) string {
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

// Create makes the file and its folder and writes the header. An existing file
// is never overwritten; an empty path means DefaultPath, made unique.
func Create(path string, h *Header) (*Writer, error) {
	h.Type, h.Schema = "header", Schema
	named := path != ""
	if !named {
		path = DefaultPath(h)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	f, path, err := createNew(path, named)
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f, path: path}
	if err := w.line(h); err != nil {
		_ = f.Close()
		_ = os.Remove(path)
		return nil, err
	}
	return w, nil
}

// createNew opens a file that did not exist. A name the user chose is taken as
// it is; a default one is numbered when two runs start in one second.
func createNew(path string, named bool) (*os.File, string, error) {
	try := path
	for n := 2; ; n++ {
		f, err := os.OpenFile(try, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		switch {
		case err == nil:
			return f, try, nil
		case errors.Is(err, os.ErrExist) && named:
			return nil, "", fmt.Errorf("result file %s exists: name another with --output, or remove it", try)
		case !errors.Is(err, os.ErrExist) || n > 1000:
			return nil, "", fmt.Errorf("result file: %w", err)
		}
		try = fmt.Sprintf("%s-%d.jsonl", strings.TrimSuffix(path, ".jsonl"), n)
	}
}

// Path is the file's name.
func (w *Writer) Path() string { return w.path }

// Slice appends a slice.
func (w *Writer) Slice(s *Slice) error {
	s.Type = "slice"
	return w.line(s)
}

// TargetEnd appends that a target ended before its time.
func (w *Writer) TargetEnd(e *TargetEnd) error {
	e.Type = "target_end"
	return w.line(e)
}

// Close writes the footer and closes the file.
func (w *Writer) Close(ended Ended, reason string) error {
	err := w.line(&Footer{Type: "footer", End: time.Now().UTC(), Ended: ended, Reason: reason})
	return errors.Join(err, w.f.Close())
}

func (w *Writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("result file %s: %w", w.path, err)
	}
	if _, err := w.f.Write(append(w.sums.seal(b), '\n')); err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	return nil
}
