// Package results is what a measurement leaves behind: the result file and
// what is computed from it.
//
//	loadgen ─► Writer ─► FILE.jsonl ─► ReadFile ─► Summarize, verdict.Compare ─► report
//
// It owns the file format (schema mlbench.result/1.1: a header line, a line per
// slice, a footer line), reading, writing and merging it, the clocks (Clocks is
// their table), the summary of a run, its self-check and its objectives. What
// weakens a run is a Reason here, a code with values, and a sentence in package
// report. It does not own running load, comparing targets (package verdict),
// statistics (package stats), or rendering anything for people.
package results
