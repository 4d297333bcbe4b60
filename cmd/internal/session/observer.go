package session

import (
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// Observer is told what a session is doing: printed progress, or a web page.
type Observer interface {
	// Phase begins; length is 0 where it is not known.
	Phase(name string, length time.Duration)
	// Begin says what is going to be measured; more of the same command may follow.
	Begin(h *results.Header)
	// Look is what a comparison has come to, when it was looked at.
	Look(p verdict.Progress)
	// Slice is what was measured last. It is the session's, and is not kept.
	Slice(s *results.Slice)
	// Note is a line that a person should read, whatever else is shown.
	Note(line string)
}

func note(o Observer, format string, args ...any) { o.Note(fmt.Sprintf(format, args...)) }
