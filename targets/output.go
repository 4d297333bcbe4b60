package targets

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// output reads what a process writes: it waits for the line that says where it
// listens, keeps the last lines for messages, and passes all on to a log.
type output struct {
	mu        sync.Mutex
	log       io.Writer
	listening chan string // the address, once
	found     bool
	last      []string
	streams   []*stream
	secrets   *strings.Replacer // of its last words, which reports and result files have
}

const (
	listeningPrefix = "listening on "
	keptLines       = 10
	longestLine     = 4096 // bytes; what is longer is cut for messages, not for the log
)

// stream is one of a process's two outputs.
type stream struct {
	out  *output
	main bool // stdout
	line []byte
}

func (o *output) stream(main bool) *stream {
	s := &stream{out: o, main: main}
	o.streams = append(o.streams, s)
	return s
}

// end takes lines that the process did not end.
func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.streams {
		if len(s.line) > 0 {
			o.take(string(s.line), false)
			s.line = nil
		}
	}
}

// Write never fails: a full log disk is no reason to kill the server under test
// by a broken pipe.
func (s *stream) Write(b []byte) (int, error) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if s.out.log != nil {
		_, _ = s.out.log.Write(b)
	}
	for rest := b; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if room := longestLine - len(s.line); room > 0 {
			s.line = append(s.line, line[:min(len(line), room)]...)
		}
		if ended {
			s.out.take(strings.TrimRight(string(s.line), "\r"), s.main)
			s.line = s.line[:0]
		}
		rest = after
	}
	return len(b), nil
}

func (o *output) take(line string, main bool) {
	if main && !o.found {
		if addr, ok := strings.CutPrefix(line, listeningPrefix); ok {
			o.found = true
			o.listening <- strings.TrimSpace(addr)
		}
	}
	if len(o.last) == keptLines {
		o.last = o.last[:copy(o.last, o.last[1:])]
	}
	o.last = append(o.last, line)
}

func (o *output) lastWords() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.last) == 0 {
		return "; it wrote nothing"
	}
	words := strings.Join(o.last, "\n\t")
	if o.secrets != nil {
		words = o.secrets.Replace(words)
	}
	return "; it wrote:\n\t" + words
}
