// Package doctor examines this machine: what it is, allows and does, what mlbench
// itself takes of a latency, and what differences can be trusted here.
//
//	Examine ─► facts (machine, probe) ─► diagnose ─► report.Doctor
//
// It owns which facts count, and from where on they are bad. It does not own how they
// are read (loadgen/machine), measured (probe) or shown (report).
package doctor
