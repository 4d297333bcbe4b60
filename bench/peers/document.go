package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The tables stand between these lines of the document.
const (
	markBegin = "<!-- bench-peers:begin -->"
	markEnd   = "<!-- bench-peers:end -->"
)

// insert puts text between the markers of a file and keeps the rest. Without
// markers it goes to the end, without a file into a new one.
func insert(path, text string) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		old = []byte("# Performance\n")
	} else if err != nil {
		return err
	}
	updated, err := between(string(old), text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(updated), 0o644)
}

func between(old, text string) (string, error) {
	block := markBegin + "\n" + strings.TrimSpace(text) + "\n" + markEnd
	before, rest, begins := strings.Cut(old, markBegin)
	_, after, ends := strings.Cut(rest, markEnd)
	switch {
	case begins && ends:
		return before + block + after, nil
	case begins || strings.Contains(old, markEnd):
		return "", fmt.Errorf("needs both %s and %s, in this order, or neither", markBegin, markEnd)
	default:
		return strings.TrimRight(old, "\n") + "\n\n" + block + "\n", nil
	}
}

// render makes the whole text, the goals first.
func (b *bench) render(ctx context.Context, args []string, begin host, sections []*section) string {
	var t strings.Builder
	fmt.Fprintf(&t, "Measured %s by `%s` in %v.\n\n", begin.at.Format("2006-01-02 15:04 MST"),
		strings.TrimSpace("go -C bench/peers run . "+strings.Join(args, " ")), time.Since(begin.at).Round(time.Second))
	fmt.Fprintf(&t, "- Machine: %s, %d cores, %s, Linux %s; generator on core %d, server on core %d.\n",
		cpuModel(), runtime.NumCPU(), memoryTotal(), procLine("/proc/sys/kernel/osrelease"), b.generatorCore, b.serverCore)
	fmt.Fprintf(&t, "- Versions: %s; %s.\n", b.versions(ctx), runtime.Version())
	fmt.Fprintf(&t, "- Noise: load average %s before; %s.\n", begin.load, begin.stolen(hostNow()))
	if kernel, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil && kernel != 20 { // 20 − nice
		fmt.Fprintf(&t, "- All ran at nice %d.\n", 20-kernel)
	}
	if b.generatorCore == b.serverCore {
		t.WriteString("- Generator and server share a core: costs hold, rates and latencies do not.\n")
	}
	for name, err := range b.missing {
		fmt.Fprintf(&t, "- Missing: %s: %s.\n", name, lastLine(err.Error()))
	}
	t.WriteString("\n")
	if len(b.goals.rows) > 0 {
		sections = append([]*section{&b.goals}, sections...)
	}
	for _, s := range sections {
		t.WriteString(s.markdown())
	}
	return strings.TrimRight(t.String(), "\n") + "\n"
}

// host is the state of the machine at an instant.
type host struct {
	at    time.Time
	load  string
	ticks []float64 // of all cores, by kind; the eighth is stolen
}

func hostNow() host {
	h := host{at: time.Now()}
	h.load, _, _ = strings.Cut(procLine("/proc/loadavg"), " ")
	for _, field := range strings.Fields(strings.TrimPrefix(procLine("/proc/stat"), "cpu ")) {
		v, _ := strconv.ParseFloat(field, 64)
		h.ticks = append(h.ticks, v)
	}
	return h
}

// stolen is the share of time that the hypervisor gave to others.
func (h host) stolen(later host) string {
	const steal, kinds = 7, 8 // what follows are guests, counted already
	if len(h.ticks) < kinds || len(later.ticks) < kinds {
		return "stolen time unknown"
	}
	var total float64
	for i := range kinds {
		total += later.ticks[i] - h.ticks[i]
	}
	return fmt.Sprintf("%s%% of the time stolen by the hypervisor", number(100*(later.ticks[steal]-h.ticks[steal])/total, 2))
}

// procLine is the first line of a file in /proc, empty when it cannot be read.
func procLine(path string) string {
	text, _ := os.ReadFile(path)
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func procField(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func cpuModel() string {
	if model := procField("/proc/cpuinfo", "model name"); model != "" {
		return model
	}
	return runtime.GOARCH
}

func memoryTotal() string {
	kb, err := strconv.ParseFloat(strings.TrimSuffix(procField("/proc/meminfo", "MemTotal"), " kB"), 64)
	if err != nil {
		return "memory unknown"
	}
	return fmt.Sprintf("%.0f GB", kb*1024/1e9)
}
