// Package targets says what is under test and how to reach it.
//
//	"modern" | label=URL | URL | targets.yaml ─► Target ─► Check, Login ─► token
//	Command ─► Start ─► Process (URL, Stop)
//	managed Target ─► Target.Start ─► the same, with an address, and its Process
//
// It owns the Target, the target file, credentials and login, starting a server
// process, waiting until it is ready and ending it whatever happens. It does not
// own the reading of YAML (strict), what is sent to a target (scenarios) or when
// (loadgen).
package targets
