// Package verdict compares two targets and says what came of it: ok, regression,
// inconclusive or invalid.
//
//	results.File of pairs ─► Compare ──┐
//	saved runs ────────────► CompareRuns ─► Comparison ─► report
//	                           ▲
//	runs of one target ─► Calibrate
//
// It owns which slices and runs are evidence of what, and at which look, the limits,
// what weakens or forbids a verdict, and the reasons that are given for it; of a
// comparison that is being measured, what it has come to ([ProgressOf]). It does not own the
// mathematics of a verdict (package stats), the figures of either target
// (summary.Of), or rendering anything for people.
package verdict
