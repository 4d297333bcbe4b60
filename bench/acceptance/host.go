package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hostName describes the machine, as far as Linux tells.
func hostName() string {
	model := runtime.GOARCH
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	system := runtime.GOOS
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		system = "Linux " + strings.TrimSpace(string(release))
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", model, runtime.NumCPU(), system, runtime.Version())
}

// cpuTicks is the time of all cores by kind, from /proc/stat.
func cpuTicks() (ticks []float64) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	for _, field := range strings.Fields(strings.TrimPrefix(line, "cpu ")) {
		v, _ := strconv.ParseFloat(field, 64)
		ticks = append(ticks, v)
	}
	return ticks
}

// share is the percentage of all time that went to some kinds of it.
func share(before, after []float64, of ...int) *float64 {
	const kinds = 8 // what follows are guests, counted already
	if len(before) < kinds || len(after) < kinds {
		return nil
	}
	all, part := 0.0, 0.0
	for i := range kinds {
		spent := after[i] - before[i]
		all += spent
		if slices.Contains(of, i) {
			part += spent
		}
	}
	if all <= 0 {
		return nil
	}
	pct := round(100*part/all, 2)
	return &pct
}

// stolen is the share of time that the hypervisor gave to others, in percent.
func stolen(before, after []float64) *float64 { return share(before, after, 7) }

// calmBelow is how busy the cores may be, in percent, for a run to begin.
const calmBelow = 10

// calm waits until nothing else is at work, if told to, and returns how busy the
// cores are; nil where that is unknown.
func (h *harness) calm(ctx context.Context) (*float64, error) {
	for told := false; ; {
		before := cpuTicks()
		if err := sleep(ctx, time.Second); err != nil {
			return nil, err
		}
		busy := share(before, cpuTicks(), 0, 1, 2, 5, 6) // user, nice, system, interrupts of both kinds
		if h.busy || busy == nil || *busy < calmBelow {
			return busy, nil
		}
		if !told {
			fmt.Fprintf(h.stderr, "the machine is %.0f%% busy with something else: waiting until it is under %d%% (-busy measures nonetheless)\n", *busy, calmBelow)
			told = true
		}
		if h.late() {
			return nil, errLate
		}
		if err := sleep(ctx, 4*time.Second); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
