// Package targets says what is under test and how to reach it.
//
//	"modern" | label=URL | URL | targets.yaml ─► Target ─► Check, Login ─► token
//	Command ─► Start ─► Process (URL, Stop)
//
// It owns the Target, the target file, credentials and login, starting a server
// process and waiting until it listens, and the strict reading of YAML files
// (DecodeYAML), which scenarios shares. It does not own what is sent to a target
// (scenarios) or when (loadgen).
package targets
