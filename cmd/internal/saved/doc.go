// Package saved finds the result files that arguments of commands name, reads them,
// and says which of them can be judged together.
//
// It owns which arguments are files, folders and patterns of them and which are
// targets, what is said of a file of another kind, and that of sides that do not go
// together. It does not own the result file (results), or the verdict
// (results/verdict).
package saved
