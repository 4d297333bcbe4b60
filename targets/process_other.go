//go:build !unix

package targets

import (
	"os"
	"syscall"
)

// processAttr: no process groups here.
func processAttr() *syscall.SysProcAttr { return nil }

// signalGroup ends the process: the system knows no softer way.
func signalGroup(p *os.Process, _ syscall.Signal) { _ = p.Kill() }
