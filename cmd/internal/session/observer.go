package session

import (
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Observer is told what a session is doing: printed progress, or a web page.
type Observer interface {
	// Phase begins; length is 0 where it is not known.
	Phase(name string, length time.Duration)
	// Slice is what was measured last.
	Slice(s *results.Slice)
	// Note is a line that a person should read, whatever else is shown.
	Note(line string)
}

func note(o Observer, format string, args ...any) { o.Note(fmt.Sprintf(format, args...)) }
