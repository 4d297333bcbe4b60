// Package loadgen is the load engine: it turns a Plan into requests at the
// right instants and into results.Slices.
//
//	Plan ─► Generator ─► schedule ─► transport ─► record (three clocks) ─► results.Slice
//
// It owns schedules, pacing, transports and their connections, recording, and
// the check of the generator and its host. It does not own what a request is
// (loadgen/send), the reading of responses (loadgen/http1) and of the machine
// (loadgen/machine), scenarios (YAML), rendering, or any idea of what a
// prediction is; it never imports servers.
package loadgen
