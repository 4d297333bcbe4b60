//go:build !unix

package targets

import (
	"os"
	"syscall"
)

// processAttr: no process groups here.
func processAttr(bool) *syscall.SysProcAttr { return nil }

// signalGroup ends the process: the system knows no softer way.
func signalGroup(p *os.Process, _ syscall.Signal) { _ = p.Kill() }

// guard is for systems with process groups.
type guard struct{}

func newGuard() *guard { return nil }

func (*guard) watch(int) {}

func (*guard) dismiss() {}

// groupLives: there are none.
func groupLives(int) bool { return false }
