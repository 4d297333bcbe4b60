package model

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listing names the files of a folder.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestLoadOrTrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "model.onnx")
	o := DefaultOptions()
	small(&o)
	o.TrainedAt = trainedAt()

	made, trained, err := LoadOrTrain(path, o)
	if err != nil || !trained {
		t.Fatalf("missing file: trained %v, %v", trained, err)
	}
	o.Seed++ // must not matter any more
	found, trained, err := LoadOrTrain(path, o)
	if err != nil || trained {
		t.Fatalf("existing file: trained %v, %v", trained, err)
	}
	if made.Info() != found.Info() {
		t.Errorf("loaded %+v, saved %+v", found.Info(), made.Info())
	}
	if got := listing(t, filepath.Dir(path)); len(got) != 1 || got[0] != "model.onnx" {
		t.Errorf("files left: %v", got)
	}
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, want the servers of other users to read it", stat.Mode())
	}
}

func TestLoadOrTrainInMemory(t *testing.T) {
	t.Chdir(t.TempDir())
	o := DefaultOptions()
	small(&o)
	f, trained, err := LoadOrTrain("", o)
	if err != nil || !trained || f.Info().Trees != o.Trees {
		t.Fatalf("trained %v, %v", trained, err)
	}
	if got := listing(t, "."); len(got) != 0 {
		t.Errorf("files left: %v", got)
	}
}

func TestLoadOrTrainKeepsABadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.onnx")
	precious := []byte("somebody's thesis")
	if err := os.WriteFile(path, precious, 0o600); err != nil {
		t.Fatal(err)
	}
	f, trained, err := LoadOrTrain(path, DefaultOptions())
	if err == nil || f != nil || trained {
		t.Fatalf("got %v, trained %v, %v", f, trained, err)
	}
	if !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, precious) {
		t.Errorf("the file is now %q", got)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged.onnx")
	file := encode(t, mustTrain(t, small))
	file[len(file)/2] ^= 1
	if err := os.WriteFile(damaged, file, 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing.onnx")
	tests := []struct{ path, want string }{
		{damaged, "damaged model file"},
		{missing, "make one with 'mlbench model train"},
		{dir, "not a regular file"},
		{filepath.Join(damaged, "below"), "not a directory"},
	}
	for _, tt := range tests {
		_, err := Load(tt.path)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.path) {
			t.Errorf("Load(%s): %v, want %q and the file in it", tt.path, err, tt.want)
		}
		if got := errors.Is(err, fs.ErrNotExist); got != (tt.path == missing) {
			t.Errorf("Load(%s): is fs.ErrNotExist: %v", tt.path, got)
		}
	}
}

func TestFailedSaveLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.onnx")
	if err := mustTrain(t, small).Save(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err = writeFile(path, func(w io.Writer) error {
		if _, err := w.Write(before[:100]); err != nil {
			return err
		}
		return full
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the old file is gone")
	}
	if got := listing(t, dir); len(got) != 1 {
		t.Errorf("files left: %v", got)
	}
}

func TestSaveWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	blocker := filepath.Join(dir, "file")
	if err := os.WriteFile(blocker, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := mustTrain(t, small)
	for _, path := range []string{filepath.Join(blocker, "model.onnx"), dir} {
		if err := f.Save(path); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("Save(%s): %v", path, err)
		}
	}
	if got := listing(t, dir); len(got) != 1 {
		t.Errorf("files left: %v", got)
	}
}

// failingWriter takes n bytes, then fails.
type failingWriter struct{ n int }

func (w *failingWriter) Write(b []byte) (int, error) {
	if len(b) > w.n {
		return 0, io.ErrShortWrite
	}
	w.n -= len(b)
	return len(b), nil
}

func TestWriteErrorsAreReported(t *testing.T) {
	f := mustTrain(t, nil)
	for name, write := range map[string]func(io.Writer) error{
		"onnx": f.Write, "lightgbm": f.WriteLightGBM, "xgboost": f.WriteXGBoost,
	} {
		if err := write(&failingWriter{n: 10000}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v, want the writer's error", name, err)
		}
	}
}
