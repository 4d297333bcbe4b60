// Package servers starts and drains a bundled server: one of the two subjects
// (legacy, modern) or the reference target.
//
// It owns the life of a server process: where it listens, when it says that it
// is ready, how it drains and what it reports at the end; and the one
// conformance table that both subjects answer to. It does not own what is
// served (legacy, modern, reference) nor load of any kind: the generator half
// of mlbench meets these servers over HTTP only.
package servers
