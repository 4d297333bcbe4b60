//go:build unix

package selftest

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// canStop says whether this system can stop a process and let it go on.
const canStop = true

// standStill stops a process for d and says how long it really was.
func standStill(p *os.Process, d time.Duration) (time.Duration, error) {
	begin := time.Now()
	err := p.Signal(syscall.SIGSTOP)
	time.Sleep(d)
	stood := time.Since(begin)
	// Also when it could not be stopped, or the test was interrupted.
	return stood, errors.Join(err, p.Signal(syscall.SIGCONT))
}
