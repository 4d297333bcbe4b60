package targets

import "syscall"

// processAttr also has the kernel kill the process when its parent thread ends.
func processAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
