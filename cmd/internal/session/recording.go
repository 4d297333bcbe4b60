package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mlbench/mlbench/results"
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
	err := errors.Join(r.w.TargetEnd(end), r.w.Close(results.Failed, end.Text(name)))
	return r.read(err)
}

// finishEnded is finish for a run whose target ended by itself: what was measured
// until then is shown, with the reason.
func (r *recording) finishEnded(reason string) (*results.File, error) {
	return r.read(r.w.Close(results.Failed, reason))
}

// finish writes the footer and reads the whole file back: what is shown is what
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
	if cerr := r.w.Close(ended, reason); cerr != nil && err == nil {
		err = cerr
	}
	f, err = r.read(err)
	return f, interrupted, err
}

// read reads the file back, unless err says that there is no use.
func (r *recording) read(err error) (*results.File, error) {
	defer r.w.Discard()
	if err != nil {
		if saved := r.w.Path(); saved != "" {
			err = fmt.Errorf("%w (measured so far: %s)", err, saved)
		}
		return nil, err
	}
	return r.w.Read(r.h.Command == commandRun)
}
