package machine

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// ReadLimits asks the system.
func ReadLimits() Limits {
	var l Limits
	var files unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &files) == nil {
		l.OpenFiles = files.Cur
	}
	if _, err := fmt.Sscan(firstLine("/proc/sys/net/ipv4/ip_local_port_range"), &l.PortsFrom, &l.PortsTo); err != nil {
		l.PortsFrom, l.PortsTo = 0, 0
	}
	// 1: for all connections. 2, the default: for loopback only.
	l.ReusePorts = firstLine("/proc/sys/net/ipv4/tcp_tw_reuse") == "1"
	l.TimeWait = timeWait()
	l.ClockSource = firstLine("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	l.Governor = firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	l.Virtual = virtual()
	return l
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}

// timeWait counts IPv4 connections in TIME_WAIT.
func timeWait() int {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0
	}
	st, err := fs.NetSockstat()
	if err != nil {
		return 0
	}
	for _, p := range st.Protocols {
		if p.Protocol == "TCP" && p.TW != nil {
			return *p.TW
		}
	}
	return 0
}

// virtual is what the CPU says: x86 has a flag for guests.
func virtual() bool {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return false
	}
	cpus, err := fs.CPUInfo()
	if err != nil || len(cpus) == 0 {
		return false
	}
	for _, flag := range cpus[0].Flags {
		if flag == "hypervisor" {
			return true
		}
	}
	return false
}

// cpuPressure is for how many seconds so far some task waited for a core.
func cpuPressure() float64 {
	b, err := os.ReadFile("/proc/pressure/cpu")
	if err != nil {
		return 0
	}
	return parsePressure(b)
}

// parsePressure reads the total, in microseconds, of the line "some".
func parsePressure(b []byte) float64 {
	for line := range bytes.Lines(b) {
		fields := bytes.Fields(line)
		if len(fields) == 0 || string(fields[0]) != "some" {
			continue
		}
		for _, f := range fields {
			if v, ok := bytes.CutPrefix(f, []byte("total=")); ok {
				us, _ := strconv.ParseFloat(string(v), 64)
				return us / 1e6
			}
		}
	}
	return 0
}

// processCPU is the user and system time of a process so far, in seconds.
func processCPU(pid int) float64 {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0
	}
	p, err := fs.Proc(pid)
	if err != nil {
		return 0
	}
	st, err := p.Stat()
	if err != nil {
		return 0
	}
	return st.CPUTime()
}

// childrenCPU is the same of the children that this process has waited for.
func childrenCPU() float64 {
	var ru unix.Rusage
	if unix.Getrusage(unix.RUSAGE_CHILDREN, &ru) != nil {
		return 0
	}
	return float64(ru.Utime.Nano()+ru.Stime.Nano()) / 1e9
}

// usableCores are the numbers of the cores that this process may run on.
func usableCores() []int {
	var set unix.CPUSet
	known := unix.SchedGetaffinity(0, &set) == nil
	var cores []int
	for i := range len(set) * 64 {
		if known && set.IsSet(i) || !known && i < runtime.NumCPU() {
			cores = append(cores, i)
		}
	}
	return cores
}

// bindTo keeps the calling thread on one core, if the system lets it.
func bindTo(core int) {
	var set unix.CPUSet
	set.Set(core)
	_ = unix.SchedSetaffinity(0, &set)
}
