package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

// recording is a measurement under way: its file, closed exactly once.
type recording struct {
	w *results.Writer
	h *results.Header

	pairs int // planned
}

// record creates the result file, and tells of a folder that it made for it where a
// file was asked for: its name may be mistyped.
func (s *Session) record(out results.Output, h *results.Header) (*recording, error) {
	folder := filepath.Dir(out.File)
	_, missing := os.Stat(folder)
	w, err := out.Create(h)
	var refused *fs.PathError // what the system says: others have a remedy of their own
	switch {
	case errors.As(err, &refused) && !errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("%w; name a file elsewhere with -o FILE, or keep none with --no-output", err)
	case err != nil:
		return nil, err
	}
	if out.File != "" && !out.None && missing != nil {
		note(s, "note: made the folder %s", folder)
	}
	return &recording{w: w, h: h}, nil
}

// planned takes note of pairs that are to be measured, besides earlier ones.
func (r *recording) planned(pairs int) {
	r.pairs += pairs
	r.w.Plan(r.pairs)
}

// finishGone is finish for a comparison that ended with one of its targets: that
// is a finding, and no failure to measure.
func (r *recording) finishGone(end *results.TargetEnd, name string) (*results.File, error) {
	if err := r.w.TargetEnd(end); err != nil {
		return r.failed(errors.Join(err, r.w.Close(results.Failed, end.Text(name))))
	}
	return r.end(r.w.Footer(results.Failed, end.Text(name)))
}

// finishEnded is finish for a run whose target ended by itself: what was measured
// until then is shown, with the reason.
func (r *recording) finishEnded(reason string) (*results.File, error) {
	return r.end(r.w.Footer(results.Failed, reason))
}

// finish reads the whole file back and writes the footer: what is shown is what
// was saved. Its error is the measurement's own, err, unless saving failed; an
// interrupted measurement is no error yet.
func (r *recording) finish(err error) (f *results.File, interrupted bool, _ error) {
	ended, reason := results.Completed, ""
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, errAborted):
		ended, interrupted, err = results.Interrupted, true, nil
	case err != nil:
		ended, reason = results.Failed, err.Error()
	}
	if err != nil {
		_ = r.w.Close(ended, reason) // err is the reason
		f, err = r.failed(err)
		return f, interrupted, err
	}
	f, err = r.end(r.w.Footer(ended, reason))
	return f, interrupted, err
}

// end reads the file back, and writes its footer with what that came to.
func (r *recording) end(footer *results.Footer) (*results.File, error) {
	f, err := r.w.Read(r.h.Command == commandRun)
	if err == nil {
		f.Footer = footer
		footer.Figures, footer.Verdict = history.Outcome(f)
	}
	if err = errors.Join(err, r.w.End(footer)); err != nil {
		return r.failed(err)
	}
	r.w.Discard()
	return f, nil
}

// failed says what there is all the same.
func (r *recording) failed(err error) (*results.File, error) {
	r.w.Discard()
	if saved := r.w.Path(); saved != "" {
		err = fmt.Errorf("%w (measured so far: %s)", err, saved)
	}
	return nil, err
}
