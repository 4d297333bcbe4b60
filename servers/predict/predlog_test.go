package predict

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

type logLine struct {
	Time         time.Time
	RequestID    string `json:"request_id"`
	Features     Features
	Prediction   float64
	Cached       bool
	User         string
	ModelVersion string `json:"model_version"`
}

func readLog(t *testing.T, path string) []logLine {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines []logLine
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		var line logLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("line %d: %v: %s", len(lines)+1, err, scanner.Bytes())
		}
		lines = append(lines, line)
	}
	return lines
}

func TestPredictionLogIsExact(t *testing.T) {
	r := record{
		at: time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC), requestID: "ü\"\n\x00\u2028",
		features: Features{1e-300, 5e-324, -0.1, 1000, -1000, 1.0 / 3, 1e21, 0, 123456789.123, 2}, prediction: 0.1 + 0.2, cached: true,
	}
	for _, background := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "log")
		l, err := openPredictionLog(Config{LogPath: path, Username: "alice"}, "v1", background)
		if err != nil {
			t.Fatal(err)
		}
		l.write([]record{r, r})
		if err := l.close(context.Background()); err != nil {
			t.Fatal(err)
		}
		lines := readLog(t, path)
		if len(lines) != 2 {
			t.Fatalf("%d lines, want 2", len(lines))
		}
		got := lines[1]
		if !got.Time.Equal(r.at) || got.RequestID != r.requestID || got.Features != r.features ||
			got.Prediction != r.prediction || !got.Cached || got.User != "alice" || got.ModelVersion != "v1" {
			t.Errorf("background %v: %+v, want %+v", background, got, r)
		}
	}
}

// Whatever happens, each record is either in the file or counted as lost.
func TestPredictionLogLosesNothingSilently(t *testing.T) {
	for _, background := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "log")
		l, err := openPredictionLog(Config{LogPath: path, Username: "alice"}, "v1", background)
		if err != nil {
			t.Fatal(err)
		}
		const writers, each = 8, 5000 // more at once than the queue holds
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for i := 0; i < each; i += 4 {
					l.write(make([]record, 4))
				}
			})
		}
		var closeErr error
		wg.Go(func() { closeErr = l.close(context.Background()) }) // while they write
		wg.Wait()
		written, dropped := l.written.Load(), l.dropped.Load()
		if lines := uint64(len(readLog(t, path))); lines != written || written+dropped != writers*each {
			t.Errorf("background %v: %d lines, %d written and %d dropped of %d", background, lines, written, dropped, writers*each)
		}
		if background && closeErr != nil && !strings.Contains(closeErr.Error(), "lost") {
			t.Errorf("close: %v", closeErr)
		}
	}
}

func TestPredictionLogNeverBlocks(t *testing.T) {
	reader, pipe, err := os.Pipe() // nobody reads: the writer stands still once the pipe is full
	if err != nil {
		t.Fatal(err)
	}
	l := &predictionLog{file: pipe, queue: make(chan record, logQueue), done: make(chan struct{})}
	go l.drain()
	const sent = 9 * (logQueue + 1) // so that the last records to fit are part of a batch
	for range sent / 9 {
		l.write(make([]record, 9)) // would hang here
	}
	if l.dropped.Load() == 0 || !l.lostSince(time.Minute) {
		t.Fatal("nothing was dropped by a log that cannot write")
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for buf := make([]byte, 1<<16); ; {
			if _, err := reader.Read(buf); err != nil {
				return
			}
		}
	}()
	err = l.close(context.Background())
	if err == nil || !strings.Contains(err.Error(), "were lost") || !strings.Contains(err.Error(), "queue") {
		t.Errorf("close: %v, want the losses", err)
	}
	if total := l.written.Load() + l.dropped.Load(); total != sent {
		t.Errorf("%d of %d records accounted for", total, sent)
	}
	<-drained
}

func TestPredictionLogReportsWriteErrors(t *testing.T) {
	for _, background := range []bool{false, true} {
		l, err := openPredictionLog(Config{LogPath: "/dev/full"}, "v1", background)
		if err != nil {
			t.Skip(err)
		}
		l.write(make([]record, 3))
		err = l.close(context.Background())
		if err == nil || !strings.Contains(err.Error(), "3 of 3 records were lost") || !strings.Contains(err.Error(), "no space") {
			t.Errorf("background %v: close: %v", background, err)
		}
	}
}

func TestPredictionLogUnwritablePath(t *testing.T) {
	_, err := openPredictionLog(Config{LogPath: filepath.Join(t.TempDir(), "none", "log")}, "v1", false)
	if err == nil || !strings.Contains(err.Error(), "PREDICTION_LOG") {
		t.Errorf("error %v, want one that names the variable", err)
	}
}

// A log that a crash has torn goes on with a new line.
func TestATornLogIsContinuedOnANewLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(`{"time":"20`), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := openPredictionLog(Config{LogPath: path}, "v1", false)
	if err != nil {
		t.Fatal(err)
	}
	l.write(make([]record, 1))
	if err := l.close(context.Background()); err != nil {
		t.Fatal(err)
	}
	content, _ := os.ReadFile(path)
	lines := strings.Split(string(content), "\n")
	if len(lines) != 3 || !json.Valid([]byte(lines[1])) {
		t.Errorf("log: %q", content)
	}
}

// L3: what is no file is refused at once: opening a pipe would wait for a reader.
func TestPredictionLogIsAFile(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{pipe, dir, filepath.Join(dir, "none", "log")} {
		if _, err := openPredictionLog(Config{LogPath: path}, "v1", false); err == nil || !strings.Contains(err.Error(), "PREDICTION_LOG") {
			t.Errorf("%s: %v", path, err)
		}
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // a reader makes no file of it
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := openPredictionLog(Config{LogPath: pipe}, "v1", false); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("pipe with a reader: %v", err)
	}
	l, err := openPredictionLog(Config{LogPath: os.DevNull}, "v1", false)
	if err != nil {
		t.Fatalf("%s: %v", os.DevNull, err)
	}
	l.write(make([]record, 1))
	if err := l.close(context.Background()); err != nil {
		t.Errorf("%s: %v", os.DevNull, err)
	}
}

// L21: a renamed log is left, record by record whole, when it is asked for.
func TestPredictionLogIsReopened(t *testing.T) {
	for _, background := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "log")
		l, err := openPredictionLog(Config{LogPath: path, Username: "alice"}, "v1", background)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		const writers, each = 4, 500
		for range writers {
			wg.Go(func() {
				for range each {
					l.write(make([]record, 1))
				}
			})
		}
		for i := range 5 {
			if err := os.Rename(path, fmt.Sprint(path, ".", i)); err != nil {
				t.Error(err)
			}
			if err := l.reopen(); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
		if err := l.close(context.Background()); err != nil {
			t.Error(err)
		}
		files, _ := filepath.Glob(path + "*")
		lines := 0
		for _, f := range files {
			lines += len(readLog(t, f))
		}
		if len(files) != 6 || lines != writers*each {
			t.Errorf("background %v: %d lines in %d files, want %d in 6", background, lines, len(files), writers*each)
		}
	}
}

// What cannot be reopened is kept.
func TestAFailedReopenKeepsTheLog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := openPredictionLog(Config{LogPath: filepath.Join(dir, "log")}, "v1", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	if err := l.reopen(); err == nil {
		t.Error("reopened in a folder that is gone")
	}
	l.write(make([]record, 1))
	if err := l.close(context.Background()); err != nil {
		t.Error(err)
	}
	if content, _ := os.ReadFile(filepath.Join(dir+".old", "log")); bytes.Count(content, []byte("\n")) != 1 {
		t.Errorf("kept log: %q", content)
	}
}
