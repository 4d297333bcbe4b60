//go:build !unix

package web

import (
	"os"
	"os/exec"
)

func apart(*exec.Cmd) {}

// tell ends a process: here there is no way to ask it.
func tell(pid int, _ bool) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}

// alive says whether there is such a process: here it can only be found while it is there.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	return p.Release() == nil
}
