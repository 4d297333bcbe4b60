package targets

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// processAttr also has the kernel kill the process when its parent thread ends,
// unless a guard will end it, which does so more gently and thoroughly.
func processAttr(guarded bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if !guarded {
		a.Pdeathsig = syscall.SIGKILL
	}
	return a
}

// groupLives says whether some process of the group runs. Those that have ended
// and that nobody waits for, as in containers without an init, do not count.
func groupLives(group int) bool {
	return syscall.Kill(-group, 0) == nil && len(groupMembers(group)) > 0
}

// groupMembers are the process ids of those that run.
func groupMembers(group int) (pids []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range files {
		b, err := os.ReadFile(f)
		// pid (name) state parent group …; the name may hold anything.
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if err == nil && len(fields) > 2 && string(fields[2]) == strconv.Itoa(group) && string(fields[0]) != "Z" {
			pids = append(pids, filepath.Base(filepath.Dir(f)))
		}
	}
	return pids
}
