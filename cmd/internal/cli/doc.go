// Package cli is what every command of mlbench has in common: streams, the
// environment and flags from it, exit codes, usage errors, help, cleaned messages and
// progress.
//
// It owns the form of what a command takes and says, and the one table of exit
// codes. It does not own any command, any word of a report (package report), or
// anything that measures.
package cli
