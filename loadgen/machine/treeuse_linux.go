package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// processTree is a process and its descendants, parents first; nil if it is not
// there.
func processTree(pid int) []int {
	if _, err := os.Stat(procPath(pid)); err != nil {
		return nil
	}
	tree := []int{pid}
	for i := 0; i < len(tree); i++ {
		children, err := childrenOf(tree[i])
		if errors.Is(err, fs.ErrNotExist) && i == 0 {
			return treeByParents(pid) // a kernel without these lists
		}
		for _, c := range children {
			if !slices.Contains(tree, c) {
				tree = append(tree, c)
			}
		}
	}
	return tree
}

func procPath(pid int) string { return "/proc/" + strconv.Itoa(pid) }

// childrenOf asks each thread of a process for those that it started.
func childrenOf(pid int) ([]int, error) {
	threads, err := os.ReadDir(procPath(pid) + "/task")
	if err != nil {
		return nil, nil // it has just ended
	}
	var out []int
	for _, t := range threads {
		b, err := os.ReadFile(procPath(pid) + "/task/" + t.Name() + "/children")
		if err != nil && t.Name() == strconv.Itoa(pid) {
			return nil, err
		}
		for word := range strings.FieldsSeq(string(b)) {
			if c, err := strconv.Atoi(word); err == nil {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// treeByParents asks all processes for their parents.
func treeByParents(root int) []int {
	all, err := procfs.AllProcs()
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, p := range all {
		if st, err := p.Stat(); err == nil {
			children[st.PPID] = append(children[st.PPID], p.PID)
		}
	}
	tree := []int{root}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree
}

// usedBy is the CPU time of processes and of their children that have ended, in
// seconds, and their resident memory in bytes; not ok if one is not there.
func usedBy(pids []int) (cpu float64, memory int64, ok bool) {
	const ticks = 100 // per second, of what the kernel tells programs
	for _, pid := range pids {
		p, err := procfs.NewProc(pid)
		if err != nil {
			return 0, 0, false
		}
		st, err := p.Stat()
		if err != nil {
			return 0, 0, false
		}
		cpu += float64(st.CUTime+st.CSTime)/ticks + ownCPU(pid, st)
		memory += int64(st.ResidentMemory())
	}
	return cpu, memory, len(pids) > 0
}

// ownCPU is a process's own CPU time, by its clock to the nanosecond where the
// system lets it be read; else to the tick of 10 ms.
func ownCPU(pid int, st procfs.ProcStat) float64 {
	const schedClock = 2 // CPUCLOCK_SCHED, in a clock's number as clock_getcpuclockid(3) makes it
	var at unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|schedClock, &at); err != nil {
		return st.CPUTime()
	}
	return float64(at.Nano()) / 1e9
}

// Watchable says why a target's use of CPU and memory cannot be told: none of
// the processes that pid has started listens at the port, so something else
// serves there, as when the command is the client of a container engine. An
// empty port is not asked for.
func Watchable(pid int, port string) error {
	tree := processTree(pid)
	if len(tree) == 0 {
		return fmt.Errorf("process %d has ended", pid)
	}
	if port == "" {
		return nil
	}
	sockets := listening(port)
	for _, pid := range tree {
		p, err := procfs.NewProc(pid)
		if err != nil {
			continue
		}
		open, _ := p.FileDescriptorTargets()
		for _, target := range open {
			if slices.Contains(sockets, target) {
				return nil
			}
		}
	}
	return fmt.Errorf("none of its processes listens at port %s (a container has processes of its own)", port)
}

// listening names the sockets that listen at a TCP port, as a process's open
// files name them.
func listening(port string) []string {
	want, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil
	}
	var out []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(table)
		for line := range strings.Lines(string(b)) {
			// number, local address:port in hex, remote, state, …, the socket's inode.
			const listen, inode = "0A", 9
			f := strings.Fields(line)
			if len(f) > inode && f[3] == listen && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", want)) {
				out = append(out, "socket:["+f[inode]+"]")
			}
		}
	}
	return out
}
