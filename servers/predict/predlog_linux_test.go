package predict

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// limited runs f while no file of this process may grow beyond size bytes. Other
// tests must not write meanwhile.
func limited(t *testing.T, size int64, f func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	during := before
	during.Cur = uint64(size)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &during); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

// M4: after a write that failed within a line, good records stand on lines of
// their own, and each record is counted as what became of it.
func TestAShortWriteTearsOneRecordOnly(t *testing.T) {
	for _, background := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "log")
		l, err := openPredictionLog(Config{LogPath: path}, "v1", background)
		if err != nil {
			t.Fatal(err)
		}
		l.write(make([]record, 1))
		for l.written.Load() < 1 {
			runtime.Gosched()
		}
		one, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		limited(t, one.Size()*7/2, func() { // room for two more, and a half
			buf := []byte{}
			for range 5 {
				buf = l.appendLine(buf, &record{})
			}
			l.flush(buf, 5)
		})
		l.write(make([]record, 2))
		if err := l.close(context.Background()); err == nil || !strings.Contains(err.Error(), "3 of 8 records were lost") {
			t.Errorf("background %v: close: %v, want 3 of 8 lost", background, err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		good, torn := 0, 0
		for line := range strings.Lines(string(content)) {
			if json.Valid([]byte(line)) {
				good++
			} else {
				torn++
			}
		}
		if good != 5 || torn != 1 || uint64(good) != l.written.Load() {
			t.Errorf("background %v: %d readable lines and %d torn, %d counted as written", background, good, torn, l.written.Load())
		}
	}
}
