// Package saved finds the result files that arguments of commands name, and reads
// them.
//
// It owns which arguments are files, folders and patterns of them and which are
// targets, and what is said of a file of another kind. It does not own the result
// file (results), or what is made of one.
package saved
