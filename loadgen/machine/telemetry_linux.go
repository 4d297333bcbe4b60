package machine

import (
	"bytes"
	"os"
	"strconv"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// cpuSeconds is this process's own user and system time.
func cpuSeconds() float64 {
	var ru unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &ru) != nil {
		return 0
	}
	return float64(ru.Utime.Nano()+ru.Stime.Nano()) / 1e9
}

// hostCPU reads the machine's accumulated busy, stolen and total CPU seconds.
func hostCPU() (busy, steal, total float64) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, 0, 0
	}
	st, err := fs.Stat()
	if err != nil {
		return 0, 0, 0
	}
	c := st.CPUTotal
	busy = c.User + c.Nice + c.System + c.IRQ + c.SoftIRQ
	return busy, c.Steal, busy + c.Steal + c.Idle + c.Iowait
}

// runDelaySeconds is how long this process's threads, ready to run, have waited
// for a core so far, all together.
func runDelaySeconds() float64 {
	files, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0
	}
	total := 0.0
	for _, f := range files {
		b, err := os.ReadFile("/proc/self/task/" + f.Name() + "/schedstat")
		if fields := bytes.Fields(b); err == nil && len(fields) >= 2 {
			ns, _ := strconv.ParseFloat(string(fields[1]), 64)
			total += ns / 1e9
		}
	}
	return total
}

// hostNames are the kernel's and the processor's names and the memory's size.
func hostNames() (kernel, cpu string, memoryMB int64) {
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		kernel = unix.ByteSliceToString(u.Release[:])
	}
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return kernel, "", 0
	}
	if infos, err := fs.CPUInfo(); err == nil && len(infos) > 0 {
		cpu = infos[0].ModelName
	}
	if m, err := fs.Meminfo(); err == nil && m.MemTotal != nil {
		memoryMB = int64(*m.MemTotal / 1024)
	}
	return kernel, cpu, memoryMB
}
