package web

import (
	"bytes"
	"fmt"
	"os"
)

// bornOf is when a process started, in the kernel's ticks since the boot, and of which
// boot; "" for one that has ended, though nobody took note of it yet.
func bornOf(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name, in brackets, may have blanks.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || string(fields[0]) == "Z" {
		return ""
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return string(fields[19]) + " of " + string(bytes.TrimSpace(boot))
}
