// Package results is what a measurement leaves behind: the result file.
//
//	loadgen ─► Output.Create, Writer ─► FILE.jsonl ─► ReadFile ─► summary.Of, verdict.Compare ─► report
//
// It owns the file format (schema mlbench.result/1.1: a header line, a line per
// slice, a footer line), reading, writing, listing and merging it, adding slices up, the
// clocks (Clocks is their table), the looks of a comparison, and the course of a
// measurement over time. It does not own running load, what a measurement came to
// (package summary), comparing targets (package verdict), statistics (package
// stats), or rendering anything for people.
package results
