package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// command is a process to run on one core.
type command struct {
	core  int // -1: any
	env   []string
	args  []string      // program first
	limit time.Duration // it is killed after this time
	ok    []int         // exit codes that are no failure, besides 0
}

// ended is what a process that ended has left and has cost.
type ended struct {
	stdout []byte
	cpu    time.Duration // user and system, by wait4
	peak   int64         // resident memory at its highest, bytes
	wall   time.Duration
}

// grace is how much longer than planned a process may run.
const grace = 30 * time.Second

func (c command) start(ctx context.Context, stdout, stderr io.Writer) (*exec.Cmd, error) {
	args := c.args
	if c.core >= 0 {
		args = append([]string{"taskset", "-c", strconv.Itoa(c.core)}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// A group of its own, so that killing it leaves no children.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name(), err)
	}
	return cmd, nil
}

func (c command) name() string { return filepath.Base(c.args[0]) }

// run runs the command to its end.
func (c command) run(ctx context.Context) (ended, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	var stdout, stderr bytes.Buffer
	begin := time.Now()
	cmd, err := c.start(ctx, &stdout, &stderr)
	if err != nil {
		return ended{}, err
	}
	memory := watchMemory(cmd.Process.Pid)
	err = cmd.Wait()
	e := ended{stdout: stdout.Bytes(), peak: memory(), wall: time.Since(begin)}
	e.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if ctx.Err() == context.DeadlineExceeded {
		return e, fmt.Errorf("%s did not end within %v", c.name(), c.limit)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		for _, code := range c.ok {
			if exit.ExitCode() == code {
				return e, nil
			}
		}
		return e, fmt.Errorf("%s: %w: %s", c.name(), err, lastLine(stderr.String()+"\n"+stdout.String()))
	}
	return e, err
}

// watchMemory samples the high-water mark of a process's resident memory until
// the returned function is called. wait4's own figure would do for large
// processes only: it starts at what the parent had.
func watchMemory(pid int) (stop func() int64) {
	var peak int64
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
					peak = max(peak, highWater(string(b)))
				}
			}
		}
	})
	return func() int64 { close(done); wait.Wait(); return peak }
}

// highWater finds VmHWM in /proc/PID/status, in bytes; 0 without it.
func highWater(status string) int64 {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kb << 10
			}
		}
	}
	return 0
}

// lastLine is the last line of text that is not empty, without what would break
// a table.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.ReplaceAll(strings.TrimSpace(lines[len(lines)-1]), "|", "/")
}
