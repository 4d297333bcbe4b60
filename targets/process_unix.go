//go:build unix

package targets

import (
	"os"
	"syscall"
)

// signalGroup signals the process and all of its group. A group that is gone
// already is no error.
func signalGroup(p *os.Process, sig syscall.Signal) { _ = syscall.Kill(-p.Pid, sig) }
