package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
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

// loadAverage of the last minute; 0 where it is unknown.
func loadAverage() float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	v, _ := strconv.ParseFloat(first, 64)
	return v
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

// stolen is the share of time that the hypervisor gave to others, in percent.
func stolen(before, after []float64) *float64 {
	const steal, kinds = 7, 8 // what follows are guests, counted already
	if len(before) < kinds || len(after) < kinds {
		return nil
	}
	sum := 0.0
	for i := range kinds {
		sum += after[i] - before[i]
	}
	if sum <= 0 {
		return nil
	}
	pct := round(100*(after[steal]-before[steal])/sum, 2)
	return &pct
}

// moduleVersion is the version of a module that a program was built from.
func moduleVersion(path, module string) string {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return "of unknown version"
	}
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return info.Main.Version
}
