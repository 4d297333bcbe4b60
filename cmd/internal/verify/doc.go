// Package verify asks two targets the same and collects in what their answers
// differ: all at once for the command verify, a few between the slices of a
// comparison for --parity.
//
//	Spec ─► Prepare ─► Questions ─► Between(a, b) ─► Verification ─► Run, Parity
//	                        └─────► Sample(share, a, b) ─► After(slice), Result
//
// It owns what is sent and by which client, the file of expected differences, and
// the lines for curl. It does not own the requests themselves (scenarios/cases),
// what counts as a difference (results/answers), or how it is shown (report).
package verify
