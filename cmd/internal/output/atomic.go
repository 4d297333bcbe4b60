package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mlbench/mlbench/results/history"
)

// CheckWritable tries, without leaving a trace, whether path can be written.
func CheckWritable(path string) error {
	direct, path, err := exportPath(path)
	if direct || err != nil {
		return err
	}
	near := path // in the nearest folder that is there: the others are made when it is written
	for folder := missingFolder(near); folder != ""; folder = missingFolder(near) {
		near = folder
	}
	f, err := createTemp(near)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// missingFolder is the folder of path, if it is not there; else "".
func missingFolder(path string) string {
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && folder != path {
		return folder
	}
	return ""
}

// WriteAtomically replaces path by data: readers see the old file or the whole
// new one. It makes the folder.
func WriteAtomically(path string, data []byte) error {
	direct, path, err := exportPath(path)
	if err != nil {
		return err
	}
	if direct {
		return writeDirect(path, data)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	f, err := createTemp(path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	return nil
}

// exportPath follows links and says whether to write in place: a pipe or device
// must not be replaced by a file. Folders and result files are refused.
func exportPath(path string) (direct bool, real string, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, path, nil
	}
	if err != nil {
		return false, path, fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	switch {
	case info.IsDir():
		return false, path, fmt.Errorf("cannot write %s: it is a folder; name a file", path)
	case !info.Mode().IsRegular():
		return true, path, nil
	case history.IsResultFile(path):
		return false, path, fmt.Errorf("%s is a result file and would be lost: name another file", path)
	}
	if real, err = filepath.EvalSymlinks(path); err != nil {
		return false, path, fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	return false, real, nil
}

// createTemp makes the file that is going to be renamed to path.
func createTemp(path string) (*os.File, error) {
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d.tmp", filepath.Base(path), os.Getpid()))
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
}

func writeDirect(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, Reason(err))
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// Reason is err without the path, which for the user is the wrong one.
func Reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err
	}
	return err
}
