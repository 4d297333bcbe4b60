package targets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Command starts a server.
type Command struct {
	Args  []string  // program and arguments
	Argv0 string    // what the program sees as its name; default Args[0]
	Env   []string  // added to this process's environment
	Dir   string    // working directory; default this one
	Log   io.Writer // receives its stdout and stderr; nil: discarded

	guarded bool // a guard ends what is left of the group after this process's end
}

// Process is a running server in a process group of its own, so that ctrl-C
// ends the measurement first and the server after it.
type Process struct {
	cmd  *exec.Cmd
	out  *output
	url  *url.URL
	done chan struct{}
	err  error // how it ended; to be read after done
	stop sync.Once
	// patient: the shell of a managed command ends at SIGTERM, its server may
	// take its time.
	patient atomic.Bool
	guarded bool
}

const (
	stopTimeout = 10 * time.Second // from SIGTERM to SIGKILL
	pipeTimeout = time.Second      // for output of grandchildren after the end
)

// Start starts the command and waits for its line "listening on http://…" on
// stdout. The context bounds this wait only: the process lives until Stop, and
// on Linux not longer than this process, even when that is killed hard (this
// holds for the process itself; what it starts in turn is its own to end).
func Start(ctx context.Context, c Command) (*Process, error) {
	p, err := begin(c)
	if err != nil {
		return nil, err
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// begin starts the process.
func begin(c Command) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("start server: no command")
	}
	p := &Process{cmd: exec.Command(c.Args[0], c.Args[1:]...), done: make(chan struct{})}
	p.out = &output{log: c.Log, listening: make(chan string, 1)}
	if c.Argv0 != "" {
		p.cmd.Args[0] = c.Argv0
	}
	env := os.Environ()
	if c.guarded {
		env = inherited()
	}
	p.cmd.Env = append(env, c.Env...)
	p.out.secrets = secretValues(append(os.Environ(), c.Env...))
	p.cmd.Dir = c.Dir
	p.cmd.Stdout, p.cmd.Stderr = p.out.stream(true), p.out.stream(false)
	p.cmd.WaitDelay = pipeTimeout
	p.guarded = c.guarded
	var g *guard
	if c.guarded {
		g = newGuard()
	}
	p.cmd.SysProcAttr = processAttr(g != nil)
	started := make(chan error)
	go p.live(started, g)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	return p, nil
}

// live starts the process and waits for its end on one thread: Linux ends the
// process when the thread that started it ends, not the whole parent, and Go
// ends threads at will unless a goroutine is locked to them.
func (p *Process) live(started chan<- error, g *guard) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer g.dismiss()
	err := p.cmd.Start()
	if err != nil {
		started <- err
		return
	}
	g.watch(p.PID())
	started <- nil
	p.err = p.cmd.Wait()
	if p.patient.Load() {
		p.awaitGroup()
	}
	signalGroup(p.cmd.Process, syscall.SIGKILL) // what it left behind
	g.dismiss()
	p.out.end()
	close(p.done)
}

// awaitGroup waits until the rest of the group has ended. Stop's patience bounds
// it: it then kills the group.
func (p *Process) awaitGroup() {
	for groupLives(p.PID()) {
		time.Sleep(readyEvery)
	}
}

// ready waits until the process listens; when it does not, it is stopped.
func (p *Process) ready(ctx context.Context) error {
	name := strings.Join(p.cmd.Args, " ")
	select {
	case addr := <-p.out.listening:
		u, err := parseURL(addr)
		if err == nil {
			p.url = u
			return nil
		}
		p.Stop()
		return fmt.Errorf("%s: its line \"listening on\": %w", name, err)
	case <-p.done:
		return fmt.Errorf("%s ended before it listened (%s)%s", name, p.cmd.ProcessState, p.out.lastWords())
	case <-ctx.Done():
		p.Stop()
		return fmt.Errorf("%s did not say \"listening on http://…\": %w%s", name, ctx.Err(), p.out.lastWords())
	}
}

// URL is where it listens.
func (p *Process) URL() *url.URL {
	u := *p.url
	return &u
}

// PID is its process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended, by Stop or by itself.
func (p *Process) Done() <-chan struct{} { return p.done }

// Ended says how it ended, as "exit status 1"; to be asked after Done.
func (p *Process) Ended() string { return p.cmd.ProcessState.String() }

// LastWords are the last lines it wrote, for a message about its end.
func (p *Process) LastWords() string { return p.out.lastWords() }

// Stop ends the process group: SIGTERM, up to 10 s of patience, SIGKILL. It
// returns when the process has ended, and may be called again. The error says
// that it had to be killed.
func (p *Process) Stop() (err error) {
	p.stop.Do(func() { err = p.end(stopTimeout) })
	<-p.done
	return err
}

func (p *Process) end(patience time.Duration) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	p.patient.Store(p.guarded)
	signalGroup(p.cmd.Process, syscall.SIGTERM)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
		signalGroup(p.cmd.Process, syscall.SIGKILL)
		<-p.done
		return fmt.Errorf("%s did not end within %s of SIGTERM and was killed", strings.Join(p.cmd.Args, " "), patience)
	}
}
