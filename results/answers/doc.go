// Package answers looks into what targets answered.
//
// It owns JSON paths, the comparison of two answers to the same request, and how
// their differences are grouped and told. It does not own sending (targets,
// loadgen), which requests are sent (scenarios), or rendering (report).
package answers
