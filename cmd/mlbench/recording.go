package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mlbench/mlbench/results"
)

// recording is a measurement under way: its file, closed exactly once.
type recording struct {
	w *results.Writer
	h *results.Header
}

func startRecording(path string, h *results.Header) (*recording, error) {
	w, err := results.Create(path, h)
	if err != nil {
		return nil, err
	}
	return &recording{w: w, h: h}, nil
}

// finishGone is finish for a comparison that ended with one of its targets: that
// is a finding, and no failure to measure.
func (r *recording) finishGone(end *results.TargetEnd, name string) (*results.File, error) {
	err := errors.Join(r.w.TargetEnd(end), r.w.Close(results.Failed, end.Text(name)))
	if err != nil {
		return nil, fmt.Errorf("%w (measured so far: %s)", err, r.w.Path())
	}
	return results.ReadFile(r.w.Path(), nil)
}

// finish writes the footer and reads the whole file back: what is shown is what
// was saved. Its error is the measurement's own, err, unless saving failed; an
// interrupted measurement is no error yet.
func (r *recording) finish(err error) (f *results.File, interrupted bool, _ error) {
	ended, reason := results.Completed, ""
	switch {
	case errors.Is(err, context.Canceled):
		ended, interrupted, err = results.Interrupted, true, nil
	case err != nil:
		ended, reason = results.Failed, err.Error()
	}
	if cerr := r.w.Close(ended, reason); cerr != nil && err == nil {
		err = cerr
	}
	if err != nil {
		return nil, interrupted, fmt.Errorf("%w (measured so far: %s)", err, r.w.Path())
	}
	if r.h.Command == "run" {
		f, err = results.ReadSummed(r.w.Path(), nil)
	} else {
		f, err = results.ReadFile(r.w.Path(), nil)
	}
	return f, interrupted, err
}
