// Package probe measures what is known: it starts the reference server of this
// program in a process of its own and loads it in one phase.
//
//	Program ─► Reference ─► Measure(plan) ─► Measured
//
// It owns how selftest and doctor measure, without a scenario and a result file. It
// does not own what they make of it.
package probe
