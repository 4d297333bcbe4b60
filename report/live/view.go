package live

import (
	"io"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// framesPerSecond bounds redrawing; most of a frame changes with a slice only.
const framesPerSecond = 4

// patience is how long the end waits for a terminal that takes nothing, as after ctrl-S.
const patience = time.Second

// View is shown from Begin to Close. Its methods may be called by any goroutine, and
// none waits for the terminal but Close.
type View struct {
	w       io.Writer
	environ []string

	mu    sync.Mutex
	now   func() time.Time
	state state
	notes []string // to be shown above the view

	program *tea.Program
	ended   chan struct{} // nil: not begun
	closed  bool
}

// New is a view on a terminal, in the environment that says what it can do.
func New(w io.Writer, environ []string) *View {
	return &View{w: w, environ: environ, now: time.Now}
}

// Begin says what is going to be measured, and shows the view.
func (v *View) Begin(h *results.Header) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state.begin(h)
	if v.ended != nil || v.closed {
		return
	}
	v.ended = make(chan struct{})
	// No input: keys stay with the terminal's line discipline, and ctrl-C is a signal.
	v.program = tea.NewProgram(&screen{view: v, width: 80, height: 24}, tea.WithInput(nil), tea.WithOutput(v.w),
		tea.WithEnvironment(v.environ), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler())
	go func() {
		defer close(v.ended)
		_, _ = v.program.Run() // a terminal that is gone is no reason to stop measuring
	}()
}

// Phase is what begins now; total is 0 where its length is not known.
func (v *View) Phase(what string, total time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state.phase, v.state.total, v.state.begun = report.OneLine(what), total, v.now()
}

// Slice is what was measured last. It is read before Slice returns.
func (v *View) Slice(s *results.Slice) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state.slice(s)
}

// Look is what a comparison has come to.
func (v *View) Look(p verdict.Progress) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state.look(p)
}

// Stopping says that the measurement was asked to end.
func (v *View) Stopping() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state.stopping = true
}

// Note shows text above the view, where it stays; false: there is no view.
func (v *View) Note(text string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ended == nil || v.closed {
		return false
	}
	v.notes = append(v.notes, text)
	return true
}

// Close removes the view; what it was told to show above is there. It may be called
// again.
func (v *View) Close() {
	v.mu.Lock()
	ended, first := v.ended, !v.closed
	v.closed = true
	v.mu.Unlock()
	if ended == nil {
		return
	}
	if first {
		go v.program.Send(lastMsg{})
	}
	select {
	case <-ended:
	case <-time.After(patience):
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if first { // what the terminal echoed, as ^C, moved the end of the view
		_, _ = io.WriteString(v.w, "\r\x1b[J")
	}
	for _, note := range v.notes { // that came too late for a frame
		_, _ = io.WriteString(v.w, note)
	}
	v.notes = nil
}

// taken are the notes, which are then the caller's to show.
func (v *View) taken() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	notes := v.notes
	v.notes = nil
	return notes
}

// frame is the view as it is now.
func (v *View) frame(width, height int) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state.frame(v.now(), width, height, true)
}
