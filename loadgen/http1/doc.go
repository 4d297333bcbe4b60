// Package http1 reads HTTP/1.x responses from the bytes of a connection, without
// allocating and without waiting.
//
//	bytes as they come ─► ResponseParser.Feed ─► done: Status, KeepAlive, BodyBytes, Body
//
// It owns the syntax of responses, where each of them ends, what is refused and why,
// and the bounds of what one may cost. It does not own connections, requests or
// clocks (loadgen), does not decode bodies, and keeps no header fields. It imports
// nothing of ours.
package http1
