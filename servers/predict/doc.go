// Package predict is the domain of the bundled prediction API: what a request
// must be, what is answered to it, and what is remembered of it.
//
// It owns the request and response types, the one reading of a body and the
// rules it is checked by, how many large bodies are in work, the prediction cache, logins and tokens, the prediction log, the metrics and the
// configuration by environment. It does not own routing, status codes or the
// shape of error answers (servers/legacy and servers/modern, each in its own
// way), nor the model (servers/model).
//
//	environment ─► LoadConfig ─► New ─► Service ◄─ handlers of legacy or modern
package predict
