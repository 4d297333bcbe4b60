// Package summary says what a measurement came to.
//
//	results.File ─► Of ─► Run ─► report
//
//	run := summary.Of(f, summary.Select{}, nil)
//	held, err := run.JudgeAll(objectives)
//
// It owns the figures of one run, or of one arm of a comparison, and their JSON
// (schema mlbench.run/1), the self-check of generator and host, objectives, and the
// names of percentiles. What weakens a run is a Reason here, a code with values, and
// a sentence in package report. It does not own the result file (package results),
// comparing targets (package verdict), statistics (package stats), or rendering
// anything for people.
package summary
