// Package check asks a target what a load would need of it: an answer, and a login.
//
// It owns what is asked, in which order, and the words for what was found. It does
// not own how a target is asked (targets), or started (cmd/internal/session).
package check
