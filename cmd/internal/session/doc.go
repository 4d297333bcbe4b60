// Package session is measuring, written once: every command that sends load finds,
// starts, prepares, loads and ends its targets here.
//
// It owns what happens between a command's flags and a result file: reaching and
// starting targets (anew for each launch, too), the order of setup, load and teardown,
// when a comparison is looked at and ends, the result file's header, and who is told
// what meanwhile. It does not own flags or exit codes (cmd/mlbench,
// cmd/internal/cli), what is sent (scenarios), how (loadgen), or what it came to
// (results).
package session
