package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/mlbench/mlbench/report/live"
	"github.com/mlbench/mlbench/results"
)

// Progress tells on stderr what a measurement is doing: a line that changes on
// a terminal; elsewhere, as in the log of a CI job, one line per phase and then one
// every half minute.
type Progress struct {
	w     io.Writer
	live  bool
	quiet bool

	what  string
	total time.Duration
	spent float64 // seconds of slices seen
	shown bool    // a live line is on the screen
	last  time.Time
	now   func() time.Time

	open    func() *live.View // nil: there is to be none
	view    *live.View        // on the screen, in place of lines
	streams Streams
}

// logEvery is the distance of lines that are not on a terminal.
const logEvery = 30 * time.Second

// NewProgress tells on Err; quiet, it tells nothing.
func NewProgress(s Streams, quiet bool) *Progress {
	p := &Progress{w: s.Err, quiet: quiet, live: s.isTerminal(s.Err), now: time.Now, streams: s}
	if m, ok := s.Err.(cleaner); ok && p.live {
		p.w = m.w // its lines are ours, and rewritten by control characters
	}
	return p
}

// Phase begins a new line; total zero is of unknown length.
func (p *Progress) Phase(what string, total time.Duration) {
	if p.quiet {
		return
	}
	if p.view != nil {
		p.view.Phase(what, total)
		return
	}
	p.Done()
	p.what, p.total, p.spent, p.last = cleaned(what), total, 0, p.now()
	length := ""
	if total > 0 {
		length = " for " + total.String()
	}
	if p.live {
		p.line("%s%s …", p.what, length)
		return
	}
	fmt.Fprintf(p.w, "%s%s\n", p.what, length)
}

// Slice shows what the last slice saw.
func (p *Progress) Slice(s *results.Slice) {
	if p.view != nil {
		p.view.Slice(s)
		return
	}
	p.spent += s.DurationS
	if p.quiet || !p.live && p.now().Sub(p.last) < logEvery {
		return
	}
	p.last = p.now()
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
	if all.Clocks[results.ClockService] != nil {
		median = all.Clocks[results.ClockService].Quantile(0.5)
	}
	write := p.line
	if !p.live {
		write = func(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }
	}
	// Short enough for 80 columns: a line that wraps cannot be rewritten.
	write("%.40s  %.0fs%s  %.0f/s  p50 %.2f ms  errors %d", p.what, p.spent, of, rate, results.Milliseconds(median), failed)
}

// Note is a line that stays, also where there is no progress to see.
func (p *Progress) Note(line string) {
	if text := cleaned(line) + "\n"; p.view != nil && p.view.Note(text) {
		return
	}
	p.Done()
	fmt.Fprintln(Messages(p.w), line)
}

// Show replaces the live line, where there is one.
func (p *Progress) Show(format string, args ...any) {
	if p.live && !p.quiet {
		p.line(format, args...)
	}
}

func (p *Progress) line(format string, args ...any) {
	fmt.Fprintf(p.w, "\r\033[K"+format, args...)
	p.shown = true
}

// Done clears the live line, or takes the view away.
func (p *Progress) Done() {
	if p.view != nil {
		p.view = nil
		p.streams.Restore()
	}
	if p.shown {
		fmt.Fprint(p.w, "\r\033[K")
		p.shown = false
	}
}
