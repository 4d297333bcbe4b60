//go:build !linux

package machine

// What only Linux tells cheaply is left out elsewhere: zero means unknown.

func cpuSeconds() float64 { return 0 }

func hostCPU() (busy, steal, total float64) { return 0, 0, 0 }

func hostNames() (kernel, cpu string, memoryMB int64) { return "", "", 0 }

func runDelaySeconds() float64 { return 0 }
