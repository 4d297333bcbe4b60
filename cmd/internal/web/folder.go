package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/mlbench/mlbench/results"
)

// folder is where results are; nothing outside of it is opened or removed.
type folder struct {
	dir  string // absolute
	root *os.Root
}

// own is the folder of ours in it: the lock, and what children print.
const own = ".mlbench-ui"

const suffix = ".jsonl"

// openFolder makes the folder if need be, and finds out whether it can be written to.
func openFolder(dir string) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, own), 0o755); err != nil {
		return nil, fmt.Errorf("the folder of results %s cannot be made: %w; name another with --results DIR", dir, reason(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of results: %w", err)
	}
	try := filepath.Join(own, "try")
	f, err := root.OpenFile(try, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err == nil {
		err = errors.Join(f.Close(), root.Remove(try))
	}
	if err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("the folder of results %s cannot be written to: %w; name another with --results DIR", dir, reason(err))
	}
	return &folder{dir: dir, root: root}, nil
}

// reason is err without the path, which stands beside it.
func reason(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

// has says no to what is not the name of a result file in the folder itself: paths, links,
// hidden files.
func (f *folder) has(name string) error {
	printable := !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == '/' || r == '\\' || r == ':' })
	if !printable || len(name) > 255 || !strings.HasSuffix(name, suffix) || strings.HasPrefix(name, ".") {
		return refusef(http.StatusBadRequest, "%.80q is not the name of a result file", name)
	}
	info, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refusef(http.StatusNotFound, "%s is not there (any more)", name)
	case err != nil:
		return refusef(http.StatusBadRequest, "%s: %v", name, reason(err))
	case !info.Mode().IsRegular():
		return refusef(http.StatusBadRequest, "%s is no regular file: links are not followed", name)
	}
	return nil
}

// row is a result file in the list.
type row struct {
	Name     string            `json:"name"`
	Bytes    int64             `json:"bytes"`
	Start    *time.Time        `json:"start"`
	Command  string            `json:"command,omitempty"`
	Scenario string            `json:"scenario,omitempty"`
	Load     string            `json:"load,omitempty"`
	Targets  []string          `json:"targets"`
	Tags     map[string]string `json:"tags,omitempty"`
	Commit   string            `json:"commit,omitempty"`
	Ended    string            `json:"ended,omitempty"` // "": it was cut off, or still goes on
	Reason   string            `json:"reason,omitempty"`
	Error    string            `json:"error,omitempty"` // why it cannot be read
}

// list is the result files, the newest first. What cannot be read says so in its row.
func (f *folder) list() ([]row, error) {
	files, err := results.List(f.dir)
	if err != nil {
		return nil, err
	}
	rows := make([]row, 0, len(files))
	for _, file := range files {
		rows = append(rows, f.row(file))
	}
	return rows, nil
}

func (f *folder) row(file *results.File) row {
	r := row{Name: filepath.Base(file.Path), Targets: []string{}}
	if err := f.has(r.Name); err != nil {
		r.Error = err.Error()
		return r // whatever is in it is not of this folder
	}
	if info, err := f.root.Lstat(r.Name); err == nil {
		r.Bytes = info.Size()
	}
	h := &file.Header
	r.Command, r.Error, r.Tags = h.Command, file.Damage, h.Tags
	if h.Schema == "" {
		return r
	}
	r.Scenario, r.Load, r.Start, r.Commit = h.Scenario.Label(), h.LoadModel(), &h.Start, h.Source.String()
	for _, t := range h.Targets {
		r.Targets = append(r.Targets, t.Name)
	}
	if file.Footer != nil {
		r.Ended, r.Reason = string(file.Footer.Ended), file.Footer.Reason
	}
	return r
}

// remove takes a result file away.
func (f *folder) remove(name string) error {
	if err := f.has(name); err != nil {
		return err
	}
	if err := f.root.Remove(name); err != nil {
		return refusef(http.StatusConflict, "%s cannot be deleted: %v", name, reason(err))
	}
	return nil
}

// course is a saved measurement over time.
type course struct {
	Head   head            `json:"head"`
	Points []results.Point `json:"points"`
	Damage string          `json:"damage,omitempty"`
}

// course reads a whole file.
func (f *folder) course(name string) (*course, error) {
	if err := f.has(name); err != nil {
		return nil, err
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, refusef(http.StatusConflict, "%s: %v", name, reason(err))
	}
	defer file.Close()
	read, err := results.ReadSummed("-", file)
	if err != nil {
		return nil, refusef(http.StatusUnprocessableEntity, "%s: %v", name, err)
	}
	return &course{Head: headOf(&read.Header), Points: read.Series(), Damage: read.Damage}, nil
}
