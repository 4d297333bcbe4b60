//go:build unix && !linux

package targets

import "syscall"

// processAttr: these systems cannot tie a process's life to its parent's. It
// outlives this one when that is killed by SIGKILL, and only then.
func processAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
