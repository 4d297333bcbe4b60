//go:build !linux

package machine

import "errors"

// Watchable says why a target's use of CPU and memory cannot be told.
func Watchable(int, string) error { return errors.New("this system does not tell") }

func processTree(int) []int { return nil }

func usedBy([]int) (cpu float64, memory int64, ok bool) { return 0, 0, false }
