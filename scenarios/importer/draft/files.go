package draft

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
)

// Beside is a file as seen from the scenario's folder.
func Beside(file string, o Options) (string, error) {
	if filepath.IsAbs(file) {
		return filepath.ToSlash(file), nil
	}
	from, err1 := filepath.Abs(filepath.Dir(o.File))
	to, err2 := filepath.Abs(file)
	at, err3 := filepath.Rel(from, to)
	return filepath.ToSlash(at), errors.Join(err1, err2, err3)
}

// BesideFile is a file as seen from the scenario's folder, if it is there.
func (o *Options) BesideFile(name string) (string, bool) {
	at, ok := o.InFolder(name)
	if !ok {
		return "", false
	}
	beside, err := Beside(at, *o)
	return beside, err == nil
}

// InFolder is a file that a source names, in its folder or below; false, if it is
// not there. Others are not looked at: a source may be a stranger's.
func (o Options) InFolder(name string) (string, bool) {
	name = filepath.FromSlash(strings.ReplaceAll(name, `\`, "/"))
	if o.Folder == "" || strings.TrimSpace(name) == "" {
		return "", false
	}
	for _, at := range []string{name, filepath.Base(name)} {
		if !filepath.IsLocal(at) {
			continue
		}
		at = filepath.Join(o.Folder, at)
		if info, err := os.Stat(at); err == nil && info.Mode().IsRegular() {
			return at, true
		}
	}
	return "", false
}

// FileBody is a body that is a file's.
func (o *Options) FileBody(file string) *Body {
	if at, ok := o.BesideFile(file); ok {
		return &Body{Form: "file", Value: at}
	}
	return &Body{Form: "text", Value: "", About: []string{missingFile(file)}}
}

// FilePart is a part of a form that is a file's.
func (o *Options) FilePart(file string, b *Body) example.Pairs {
	if at, ok := o.BesideFile(file); ok {
		return example.Pairs{{Key: "file", Value: at}}
	}
	b.About = append(b.About, missingFile(file))
	part := example.Pairs{{Key: "text", Value: ""}}
	if name := path.Base(FileName(file)); PartName(name) {
		part = append(part, example.Pair{Key: "filename", Value: name})
	}
	return part
}

// FileName is the last part of a path, of Unix or Windows.
func FileName(name string) string { return path.Base(strings.ReplaceAll(name, `\`, "/")) }

func missingFile(path string) string {
	return fmt.Sprintf("The file %s is not there: name it with file: instead of text:.", Shortened(path))
}

// WithFiles makes a scenario with the files that a source names, or else, if one of
// them is not as it should be, without.
func WithFiles(o Options, make func(Options) ([]byte, error)) ([]byte, error) {
	text, err := make(o)
	if o.Folder != "" && errors.Is(err, ErrNoScenario) {
		o.Folder = ""
		return make(o)
	}
	return text, err
}
