//go:build !linux && !darwin

package machine

func bootID() string { return "" }
