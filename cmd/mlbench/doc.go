// Command mlbench load-tests HTTP prediction APIs and compares two of them
// honestly.
//
// It owns the commands, their flags and variables, and signals: one file per command,
// each an options struct, a newXCmd constructor (flags to options, nothing else) and a
// run function. It does not own what all commands have in common (cmd/internal/cli),
// how targets are measured (cmd/internal/session), or anything worth a unit test of
// its own: that lives in the packages it joins.
package main
