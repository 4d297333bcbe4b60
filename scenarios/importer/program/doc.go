// Package program makes scenarios of load tests that are programs: locustfiles, and
// scripts of k6; and of Locust's tables of weights.
//
//	source ─► script (a tree) ─► program (names, calls, what would be sent) ─► draft
//
// It owns what of a program is followed, how its client, its functions and its options
// become requests, checks and loads, and the comments of what was not read. It runs nothing: a value
// that it does not know is unknown, with its line. It does not own the syntax (script), nor
// how a scenario is written (draft).
package program
