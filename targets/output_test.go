package targets

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

func TestOutputKeepsTheLastLines(t *testing.T) {
	o := &output{listening: make(chan string, 1)}
	main, side := o.stream(true), o.stream(false)
	io.WriteString(side, "listening on http://wrong\n")
	for _, part := range []string{"noise\nlisten", "ing on http://h:1\r", "\nlistening on http://h:2\n"} {
		io.WriteString(main, part)
	}
	if got := <-o.listening; got != "http://h:1" {
		t.Errorf("address %q", got)
	}
	for i := range 100 {
		fmt.Fprintf(side, "line %d\n", i)
	}
	io.WriteString(side, strings.Repeat("x", 10*longestLine))
	o.end()
	got := o.lastWords()
	if lines := strings.Count(got, "\n\t"); lines != keptLines || !strings.Contains(got, "line 99\n") || strings.Contains(got, "line 90\n") {
		t.Errorf("last words:\n%.200s", got)
	}
	if len(got) > 2*longestLine {
		t.Errorf("%d bytes kept of one line", len(got))
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
