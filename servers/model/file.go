package model

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Load reads a model file that Save wrote. The error names the file and says
// what is wrong with it.
func Load(path string) (*Forest, error) {
	// Opening a named pipe would wait for a writer: look before.
	stat, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no model file %s: make one with 'mlbench model train -o %s' (%w)", path, path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	if !stat.Mode().IsRegular() {
		return nil, fmt.Errorf("load model %s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	defer file.Close()
	f, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", path, err)
	}
	return f, nil
}

// LoadOrTrain loads path, or trains a forest and saves it there if no such file
// exists. An empty path trains in memory. A file that cannot be read is an error:
// it may be somebody's, so it is never replaced.
func LoadOrTrain(path string, o Options) (f *Forest, trained bool, err error) {
	if path != "" {
		if f, err = Load(path); !errors.Is(err, fs.ErrNotExist) {
			return f, false, err
		}
	}
	if f, err = Train(o); err != nil {
		return nil, false, err
	}
	if path != "" {
		if err := f.Save(path); err != nil {
			return nil, false, err
		}
	}
	return f, true, nil
}

// Save writes the forest to path in ONNX form, and makes the folder if needed.
func (f *Forest) Save(path string) error {
	return writeFile(path, f.Write)
}

// writeFile makes path of what write writes, whole or not at all: readers see
// the old file or the new one, and a failure leaves no part of it.
func writeFile(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	temp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
			err = fmt.Errorf("save model %s: %w", path, err)
		}
	}()
	if err := write(temp); err != nil {
		return err
	}
	if err := temp.Chmod(0o644); err != nil { // CreateTemp made it private
		return err
	}
	if err := temp.Sync(); err != nil { // before the rename, or a crash may leave an empty file
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
