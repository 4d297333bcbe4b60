package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/mlbench/mlbench/results"
)

// progress tells on stderr what a measurement is doing: a line that changes on
// a terminal, one line per phase elsewhere.
type progress struct {
	w     io.Writer
	live  bool
	quiet bool

	what  string
	total time.Duration
	spent float64 // seconds of slices seen
	shown bool    // a live line is on the screen
}

func newProgress(w io.Writer, quiet bool) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, quiet: quiet, live: ok && term.IsTerminal(int(f.Fd()))}
}

// phase begins a new line; total zero is of unknown length.
func (p *progress) phase(what string, total time.Duration) {
	if p.quiet {
		return
	}
	p.done()
	p.what, p.total, p.spent = what, total, 0
	length := ""
	if total > 0 {
		length = " for " + total.String()
	}
	if p.live {
		p.line("%s%s …", what, length)
		return
	}
	fmt.Fprintf(p.w, "%s%s\n", what, length)
}

// slice shows what the last slice saw.
func (p *progress) slice(s *results.Slice) {
	p.spent += s.DurationS
	if p.quiet || !p.live {
		return
	}
	all := results.ClassData{}
	for _, d := range s.Classes {
		all.Add(d)
	}
	of := ""
	if p.total > 0 {
		of = "/" + p.total.String()
	}
	var failed int64
	for _, n := range all.Errors {
		failed += n
	}
	rate := 0.0
	if s.DurationS > 0 {
		rate = float64(all.Done) / s.DurationS
	}
	median := time.Duration(0)
	if all.Service != nil {
		median = all.Service.Quantile(0.5)
	}
	// Short enough for 80 columns: a line that wraps cannot be rewritten.
	p.line("%.40s  %.0fs%s  %.0f/s  p50 %.2f ms  errors %d", p.what, p.spent, of, rate, results.Milliseconds(median), failed)
}

func (p *progress) line(format string, args ...any) {
	fmt.Fprintf(p.w, "\r\033[K"+format, args...)
	p.shown = true
}

// done clears the live line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.w, "\r\033[K")
		p.shown = false
	}
}
