package predict

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// logQueue bounds what the background writer may be behind: 8,192
	// predictions, about 1 MB.
	logQueue = 8192
	// logChunk is how much the background writer gathers before it writes.
	logChunk = 64 << 10
)

// record is one prediction as it is logged: one line of JSON.
type record struct {
	at         time.Time
	requestID  string
	features   Features
	prediction float64
	cached     bool
}

// predictionLog appends one JSON line per prediction to a file, either within
// the request (queue is nil) or from a background goroutine. A background log
// never makes a request wait: what does not fit its queue is dropped, and every
// record that does not reach the file, for whichever reason, is counted. A nil
// log writes nothing.
type predictionLog struct {
	path string
	end  string // of each line: what is the same on all

	fileMu sync.Mutex // held to write, and to change the file
	file   *os.File
	torn   bool // the file does not end with a whole line

	mu     sync.RWMutex // synchronous: held to write; background: guards closed
	buf    []byte       // synchronous only
	queue  chan record
	closed bool
	done   chan struct{} // closed when the background goroutine has ended

	written, dropped atomic.Uint64
	lastLoss         atomic.Int64 // Unix nanoseconds; 0: never
	firstErr         atomic.Pointer[error]
}

// openPredictionLog opens what the configuration names; nothing named is no log.
func openPredictionLog(c Config, model string, background bool) (*predictionLog, error) {
	if c.LogPath == "" {
		return nil, nil
	}
	file, torn, err := openLogFile(c.LogPath)
	if err != nil {
		return nil, err
	}
	user, _ := json.Marshal(c.Username) // strings always marshal
	version, _ := json.Marshal(model)
	l := &predictionLog{
		path: c.LogPath, file: file, torn: torn,
		end: fmt.Sprintf(`,"user":%s,"model_version":%s}`+"\n", user, version),
	}
	if background {
		l.queue = make(chan record, logQueue)
		l.done = make(chan struct{})
		go l.drain()
	}
	return l, nil
}

// openLogFile opens a file to append to, and says whether what is there ends in
// the middle of a line, as after a crash. A named pipe would make the start, and
// later each request, wait for its reader: it is refused, without waiting.
func openLogFile(path string) (file *os.File, torn bool, err error) {
	file, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
	var info os.FileInfo
	if err == nil {
		info, err = file.Stat()
	}
	if err == nil && !info.Mode().IsRegular() && info.Mode()&os.ModeCharDevice == 0 {
		err = fmt.Errorf("%s is not a file", path)
	}
	if errors.Is(err, syscall.ENXIO) {
		err = fmt.Errorf("%s is a named pipe, not a file", path)
	}
	if err != nil {
		if file != nil {
			file.Close()
		}
		return nil, false, fmt.Errorf("open the prediction log: %w (PREDICTION_LOG names another file, or 'off')", err)
	}
	return file, info.Mode().IsRegular() && !endsWithLine(path, info.Size()), nil
}

// endsWithLine is true when it cannot be told.
func endsWithLine(path string, size int64) bool {
	file, err := os.Open(path)
	if err != nil || size == 0 {
		return true
	}
	defer file.Close()
	last := make([]byte, 1)
	_, err = file.ReadAt(last, size-1)
	return err != nil || last[0] == '\n'
}

// reopen goes on in the file that the path names now.
func (l *predictionLog) reopen() error {
	if l == nil {
		return nil
	}
	file, torn, err := openLogFile(l.path)
	if err != nil {
		return err
	}
	l.fileMu.Lock()
	old := l.file
	l.file, l.torn = file, torn
	l.fileMu.Unlock()
	if err := old.Close(); err != nil {
		return fmt.Errorf("close the old prediction log: %w", err)
	}
	return nil
}

// write logs the predictions of one request. The records are copied: they may
// live on the caller's stack.
func (l *predictionLog) write(records []record) {
	switch {
	case l == nil:
	case l.queue == nil:
		l.writeNow(records)
	default:
		l.enqueue(records)
	}
}

func (l *predictionLog) writeNow(records []record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.lose(len(records), os.ErrClosed)
		return
	}
	l.buf = l.buf[:0]
	for i := range records {
		l.buf = l.appendLine(l.buf, &records[i])
	}
	l.flush(l.buf, len(records))
}

func (l *predictionLog) enqueue(records []record) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		l.lose(len(records), os.ErrClosed)
		return
	}
	for i := range records {
		select {
		case l.queue <- records[i]:
		default:
			l.lose(len(records)-i, errQueueFull)
			return
		}
	}
}

var errQueueFull = fmt.Errorf("the queue of %d records was full", logQueue)

// drain is the background writer. It writes whatever has gathered as soon as
// the queue is empty, so that the file is never far behind, and in chunks while
// it is not.
func (l *predictionLog) drain() {
	defer close(l.done)
	buf, lines := make([]byte, 0, logChunk+1024), 0
	for r := range l.queue {
		buf = l.appendLine(buf, &r)
		lines++
		if len(buf) >= logChunk || len(l.queue) == 0 {
			l.flush(buf, lines)
			buf, lines = buf[:0], 0
		}
	}
}

// flush writes whole lines, and counts what became of each. After a write that
// ended within a line the next one begins on a line of its own: else the first
// good record would be glued to the torn one, and lost with it.
func (l *predictionLog) flush(buf []byte, lines int) {
	l.fileMu.Lock()
	defer l.fileMu.Unlock()
	if l.torn {
		if _, err := l.file.Write([]byte{'\n'}); err != nil {
			l.lose(lines, err)
			return
		}
		l.torn = false
	}
	n, err := l.file.Write(buf)
	if err == nil {
		l.written.Add(uint64(lines))
		return
	}
	whole := bytes.Count(buf[:n], []byte{'\n'})
	l.torn = n > 0 && buf[n-1] != '\n'
	l.written.Add(uint64(whole))
	l.lose(lines-whole, err)
}

func (l *predictionLog) lose(records int, why error) {
	l.dropped.Add(uint64(records))
	l.lastLoss.Store(time.Now().UnixNano())
	l.firstErr.CompareAndSwap(nil, &why)
}

// lostSince says whether records were lost in the last d.
func (l *predictionLog) lostSince(d time.Duration) bool {
	if l == nil {
		return false
	}
	last := l.lastLoss.Load()
	return last != 0 && time.Since(time.Unix(0, last)) < d
}

// close writes what is queued, waits for it as long as ctx allows, and reports
// what was lost since the log was opened.
func (l *predictionLog) close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	already := l.closed
	l.closed = true
	l.mu.Unlock()
	if already {
		return nil
	}
	if l.queue != nil {
		close(l.queue) // nobody sends any more: senders look at closed under mu
		select {
		case <-l.done:
		case <-ctx.Done():
			return fmt.Errorf("prediction log: %d records were not written in time", len(l.queue))
		}
	}
	l.fileMu.Lock()
	defer l.fileMu.Unlock()
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("prediction log: %w", err)
	}
	if lost := l.dropped.Load(); lost > 0 {
		return fmt.Errorf("prediction log: %d of %d records were lost, the first because: %w",
			lost, lost+l.written.Load(), *l.firstErr.Load())
	}
	return nil
}

// appendLine writes numbers so that they read back as the identical float64.
func (l *predictionLog) appendLine(b []byte, r *record) []byte {
	b = append(b, `{"time":"`...)
	b = r.at.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	if r.requestID != "" {
		id, _ := json.Marshal(r.requestID) // a string always marshals
		b = append(append(b, `,"request_id":`...), id...)
	}
	b = append(b, `,"features":[`...)
	for i, x := range r.features {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, x, 'g', -1, 64)
	}
	b = append(b, `],"prediction":`...)
	b = strconv.AppendFloat(b, r.prediction, 'g', -1, 64)
	b = append(b, `,"cached":`...)
	b = strconv.AppendBool(b, r.cached)
	return append(b, l.end...)
}
