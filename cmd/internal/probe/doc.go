// Package probe measures what is known: it starts the reference server of this
// program in a process of its own and loads it in one phase.
//
//	Program ─► Reference ─► Measure(plan) ─► Measured
//
// It does not go by package session, whose door is a Spec, a scenario and a result file.
// The self-test has the generator itself on trial, and needs what none of these can say:
// an address where nobody answers, which a session refuses; the server's clock set back
// between warm-up and measurement; the whole phase as one slice; the instant of every
// sending; and what else used the machine meanwhile. A session with a door for each
// would be more than this package is.
//
// It owns how selftest and doctor measure, without a scenario and a result file. It
// does not own what they make of it.
package probe
