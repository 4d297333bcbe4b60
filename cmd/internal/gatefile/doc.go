// Package gatefile reads mlbench-gate.yaml: flags of 'mlbench gate' that a repository
// keeps.
//
//	Parse ─► File ─► Apply to the flags that are not given
//
// It owns the forms that values have in YAML, the places of mistakes and the schema. It
// does not own the flags, or what is wrong with their values: those are the command's.
package gatefile
