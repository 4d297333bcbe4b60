package reference

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// spinLead is how long before its instant a waiter is woken: the time from the
// alarm to a running goroutine, 50 to 120 µs on an idle virtual machine.
const spinLead = 120 * time.Microsecond

// alarm is one timerfd, read through the runtime's poller: the poller wakes when
// the kernel's high-resolution timer fires, while a Go timer is rounded up to
// the milliseconds of epoll_wait.
type alarm struct {
	file *os.File
	fd   int // file.Fd() would make the descriptor blocking
}

func newAlarm() (*alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create timer: %w", err)
	}
	return &alarm{file: os.NewFile(uintptr(fd), "timerfd"), fd: fd}, nil
}

// set replaces the time to the alarm. It must not be called after close.
func (a *alarm) set(in time.Duration) {
	in = max(in, 1) // 0 would switch the timer off
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(in))}
	// It fails for a bad descriptor or time only, and neither can be.
	_ = unix.TimerfdSettime(a.fd, 0, &spec, nil)
}

// wait returns true at the alarm, false after close.
func (a *alarm) wait() bool {
	var expirations [8]byte
	_, err := a.file.Read(expirations[:])
	return err == nil
}

func (a *alarm) close() { a.file.Close() }
