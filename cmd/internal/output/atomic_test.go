package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWriteAtomically(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	for _, text := range []string{"first", "2"} {
		if err := CheckWritable(path); err != nil {
			t.Fatal(err)
		}
		if err := WriteAtomically(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != text {
			t.Errorf("file holds %q, want %q", got, text)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d entries in the folder, want the file alone", len(entries))
	}
}

// A check must leave no trace: no new file, no emptied old one.
func TestCheckWritableLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{old, filepath.Join(dir, "new")} {
		if err := CheckWritable(path); err != nil {
			t.Error(err)
		}
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 || read(t, old) != "kept" {
		t.Errorf("after the check: %v, old file %q", entries, read(t, old))
	}
}

// The link stays a link; what it points to is replaced.
func TestWriteThroughALink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	if err := WriteAtomically(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info, err)
	}
	if got := read(t, file); got != "new" {
		t.Errorf("the file holds %q", got)
	}
}

// A result that appears only while measuring is safe from an export, too.
func TestExportNeverReplacesAResult(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := CheckWritable(path); err != nil {
		t.Fatal(err)
	}
	before := read(t, "../../../results/testdata/v1.jsonl")
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	err := WriteAtomically(path, []byte("{}"))
	if err == nil || !strings.Contains(err.Error(), "is a result file and would be lost") {
		t.Errorf("error %v", err)
	}
	if read(t, path) != before {
		t.Error("the result was replaced")
	}
}
