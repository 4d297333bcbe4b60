// Package output is where the results of a command go: stdout, and the files of
// --export, each written whole or not at all.
//
// It owns the flags for that, the order of several documents, and what stands in an
// export when there is no result. It does not own what a document looks like (package
// report), or the result file (results).
package output
