// Package machine reads what this machine is, what it allows and what it does.
//
//	Host, ReadLimits        ─► what it is and allows
//	Meter, WatchHost        ─► what this process and the others did meanwhile
//	Watchable, TreeUse      ─► what a process and its descendants use
//	ProbeClock, ProbeNoise  ─► how steadily it works
//
// It owns the reading of /proc, control groups and the like; what a system does not
// tell is zero. It does not own what follows from a reading for a load (loadgen) or
// for a result's validity (results), nor any wording of it.
package machine
