//go:build unix && !linux

package targets

import "syscall"

// processAttr: these systems cannot tie a process's life to its parent's. It
// outlives this one when that is killed by SIGKILL and no guard was set.
func processAttr(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// groupLives says whether the group has processes left.
func groupLives(group int) bool { return syscall.Kill(-group, 0) == nil }
