//go:build unix

package output

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe or device is written to, never replaced by a file.
func TestWriteToAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	// Open both ways, so that neither side waits for the other.
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := CheckWritable(path); err != nil {
		t.Fatal(err)
	}
	if err := WriteAtomically(path, []byte("report")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is now %v, %v", info, err)
	}
	got := make([]byte, len("report"))
	if _, err := io.ReadFull(pipe, got); err != nil || string(got) != "report" {
		t.Errorf("the pipe held %q, %v", got, err)
	}
}
