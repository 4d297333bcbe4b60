package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Find is the path of a result file of the folder: what names it is its name there, or
// its path. It refuses what is elsewhere, no file of its own (a link, a folder, a pipe),
// or no result, so that whoever names a file to a command or a page reaches no other.
func Find(folder, name string) (string, error) {
	path := name
	if filepath.Base(name) == name {
		path = filepath.Join(folder, name)
	}
	inside, err := sameFolder(folder, filepath.Dir(path))
	switch {
	case err != nil:
		return "", err
	case !inside || filepath.Base(path) == "..":
		return "", fmt.Errorf("%s is not in the folder %s: name the folder it is in", name, folder)
	case filepath.Ext(path) != ".jsonl":
		return "", fmt.Errorf("%s is no result file: those end in .jsonl", name)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%s is not there", path)
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is no file of its own, but a link, a folder or a device", path)
	case !IsResultFile(path):
		return "", fmt.Errorf("%s is no result file: its first line is no header of one", path)
	}
	return path, nil
}

// sameFolder says that both are one folder, however they are written.
func sameFolder(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y), nil
}

// IsResultFile says that a file begins as result files of any version do, whole or not.
func IsResultFile(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head)
	return bytes.Contains(head[:n], []byte(`"mlbench.result/`))
}

// Remove removes result files of a folder, all of them or, if one of the names is none's,
// not any. It returns their paths; dry: and leaves them.
func Remove(folder string, names []string, dry bool) ([]string, error) {
	var paths []string
	var wrong []error
	for _, name := range names {
		path, err := Find(folder, name)
		if err != nil {
			wrong = append(wrong, err)
		} else if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	for i, path := range paths {
		if dry {
			break
		}
		if err := os.Remove(path); err != nil {
			return paths[:i], fmt.Errorf("remove: %w", err)
		}
	}
	return paths, nil
}

// Prune says which files of a folder have had their time. What is kept whatever it says:
// files labelled keep or baseline, those that are Spared, and what cannot be read, which
// may be of a later version.
type Prune struct {
	Keep      int           // the newest that stay; 0: however many
	OlderThan time.Duration // before Now; 0: of any age
	Now       time.Time
	Spared    []string // paths
}

// keeping are the labels that keep a file, unless their value is no.
var keeping = []string{"keep", "baseline"}

// Of are those of the files, which are the newest first as List has them, that may go,
// and those that would if nothing kept them.
func (p *Prune) Of(files []*results.File) (gone, kept []*results.File) {
	for i, f := range files {
		switch {
		case f.Header.Schema == "" || i < p.Keep:
		case p.OlderThan > 0 && p.Now.Sub(f.Header.Start) <= p.OlderThan:
		case p.keeps(f):
			kept = append(kept, f)
		default:
			gone = append(gone, f)
		}
	}
	return gone, kept
}

func (p *Prune) keeps(f *results.File) bool {
	for _, name := range keeping {
		if value, has := f.Header.Tags[name]; has && !slices.Contains([]string{"no", "false", "0"}, strings.ToLower(value)) {
			return true
		}
	}
	own, err := os.Stat(f.Path)
	return err != nil || slices.ContainsFunc(p.Spared, func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && os.SameFile(own, info)
	})
}
