package results

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCreate(t *testing.T) {
	t.Chdir(t.TempDir())
	h := openFile(nil).Header
	h.Scenario.Name, h.Targets[0].Name = "../evil name", "a/b"
	const want = "mlbench-results/20260102T150405Z-.._evil_name-a_b"
	for _, path := range []string{want + ".jsonl", want + "-2.jsonl", want + "-3.jsonl"} {
		w, err := Output{File: ""}.Create(&h)
		if err != nil {
			t.Fatal(err)
		}
		if w.Path() != filepath.FromSlash(path) {
			t.Errorf("path %s, want %s", w.Path(), path)
		}
		if err := w.Close(Completed, ""); err != nil {
			t.Error(err)
		}
	}
	_, err := Output{File: want + ".jsonl"}.Create(&h)
	if err == nil || !strings.Contains(err.Error(), "exists: name another with --output, or replace it with --force") {
		t.Errorf("an existing file: error %v, want a remedy", err)
	}
	if _, err := (Output{File: want + ".jsonl/x"}).Create(&h); err == nil || !strings.HasPrefix(err.Error(), "result file: ") {
		t.Errorf("a file as folder: error %v", err)
	}
}

// Each line is on disk when Slice returns: a killed run loses nothing of it.
func TestWriterKeepsNothingBack(t *testing.T) {
	f := full()
	path := filepath.Join(t.TempDir(), "f.jsonl")
	w, err := Output{File: path}.Create(&f.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Slices {
		if err := w.Slice(&f.Slices[i]); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(path, nil)
		if err != nil || len(got.Slices) != i+1 || got.Damage != "" {
			t.Fatalf("after slice %d: %d read, damage %q, error %v", i+1, len(got.Slices), got.Damage, err)
		}
	}
	if err := w.Close(Completed, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.Slice(&f.Slices[0]); err == nil {
		t.Error("writing to a closed file succeeded")
	}
}

// A14: --force replaces no folder, and is not advised for one.
func TestFolderIsNoResultFile(t *testing.T) {
	for _, replace := range []bool{false, true} {
		if _, err := (Output{File: t.TempDir(), Replace: replace}).Create(&Header{}); err == nil || !strings.Contains(err.Error(), "is a folder: name a file in it") || strings.Contains(err.Error(), "--force") {
			t.Errorf("%v", err)
		}
	}
}
