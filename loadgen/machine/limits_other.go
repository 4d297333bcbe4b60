//go:build !linux

package machine

import "runtime"

// ReadLimits knows of no limits here.
func ReadLimits() Limits { return Limits{} }

func cpuPressure() float64 { return 0 }

func processCPU(int) float64 { return 0 }

func childrenCPU() float64 { return 0 }

// usableCores are all; threads cannot be bound to one.
func usableCores() []int { return make([]int, runtime.NumCPU()) }

func bindTo(int) {}
