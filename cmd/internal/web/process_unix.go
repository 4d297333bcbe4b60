//go:build unix

package web

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// apart keeps what a terminal sends to its group from a child: the server passes it on.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// tell asks a process to end, or makes it.
func tell(pid int, kill bool) error {
	s := syscall.SIGINT
	if kill {
		s = syscall.SIGKILL
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Signal(s)
}

// alive says whether there is such a process.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
