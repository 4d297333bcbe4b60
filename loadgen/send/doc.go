// Package send is what is sent to a target, in no protocol's form, and the way
// there.
//
// It owns a prepared Request, its HTTP/1.1 bytes, net/http's form of it, and
// where its secrets are; and the Way: address, connecting, TLS, net/http's
// transport. It does not own when a request is sent and what came of it
// (loadgen), what it says (scenarios), or to whom (targets).
package send
