// Package trend is one scenario and target over time.
//
//	folder ─► history.List ─► Of ─► Trend ─► report
//	                            └─► Changes: E-divisive
//
// It owns which results of a folder can stand in one series, the series, the change
// points that are pointed out in it (Changes, which knows numbers alone), and how much
// results of one revision differ. It points out, and judges nothing: deciding is package
// verdict's. It does not own the result file (package results), which files a folder has
// (package history), the figures of each (package summary), or rendering anything for
// people.
package trend
