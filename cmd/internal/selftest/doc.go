// Package selftest proves that mlbench measures what it says it measures: it loads
// servers of known behaviour and holds what was measured against what must be.
//
//	Run ─► checks (probe measures) ─► judge ─► report.Selftest
//
// It owns the checks, their laws and tolerances, and when one is repeated. It does
// not own how a check is shown (report) or measured (probe, loadgen).
package selftest
