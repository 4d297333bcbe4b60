// Package script reads programs of load tests (locustfiles in Python, k6's in
// JavaScript) as one kind of tree, far enough to find the requests in them.
//
//	source ─► Python | JavaScript ─► Node (statements, expressions, their lines)
//
// It owns the syntax of both. What it does not know becomes an Unread node, and
// only a text that is no program at all is an error. It runs nothing and knows
// nothing of requests (program).
package script
