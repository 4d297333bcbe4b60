package targets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Managed says how a target is started by whoever measures it. In Command, Args
// and URL {port} stands for a free port, which the process also has as $PORT.
type Managed struct {
	Command string   // run by the shell, or
	Args    []string // program and arguments, run without one
	// URL is where it listens: by default http://127.0.0.1:{port}, or where the
	// line "listening on http://HOST:PORT" on its stdout says.
	URL     string
	Dir     string        // working directory; empty: this one's
	Env     []string      // NAME=value, on top of this process's; may hold secrets
	LogFile string        // its stdout and stderr go to its end; empty: only last words are kept
	Timeout time.Duration // until it is ready; 0: three minutes
	// Waiting, if not nil, is told every few seconds what keeps it from being ready.
	Waiting      func(why string)
	WaitingEvery time.Duration // 0: 5 s
}

// defaultStartTimeout is for servers that load a large model.
const defaultStartTimeout = 3 * time.Minute

// Bounds of the start.
const (
	readyEvery = 50 * time.Millisecond // between two questions whether it answers
	portMark   = "{port}"
	defaultURL = "http://127.0.0.1:" + portMark
)

// ByCommand is a target that a shell command starts, and that is ready when
// path answers 200 to 399 or, if path is empty, when it answers at all.
func ByCommand(name, command, path string) Target {
	t := Target{Name: name, Ready: path, Managed: &Managed{Command: command}}
	t.URL, _ = t.Managed.at("0")
	return t
}

// at is where the target listens when it has the given port. Port 0 is that of
// one not yet started: nothing can be sent there.
func (m *Managed) at(port string) (*url.URL, error) {
	text := m.URL
	if text == "" {
		text = defaultURL
	}
	if port != "0" || !strings.Contains(text, portMark) {
		return parseURL(strings.ReplaceAll(text, portMark, port))
	}
	u, err := parseURL(strings.ReplaceAll(text, portMark, "1"))
	if err != nil {
		return nil, err
	}
	u.Host = net.JoinHostPort(u.Hostname(), port) // which no URL may name
	return u, nil
}

// fixed says that the target listens at one address only.
func (m *Managed) fixed() bool { return m.URL != "" && !strings.Contains(m.URL, portMark) }

// String is the command, for people.
func (m *Managed) String() string {
	if m.Command != "" {
		return m.Command
	}
	return strings.Join(m.Args, " ")
}

// Start starts the target and waits until it is ready. The returned Target has
// its address and process id. The context bounds the wait, as Managed.Timeout
// does; the process lives until Stop, and where there are process groups no part
// of the group outlives this process, however that ends.
func (t Target) Start(ctx context.Context) (Target, *Process, error) {
	m := t.Managed
	if m == nil {
		return t, nil, errors.New("it has no command that starts it")
	}
	port, err := freePort()
	if err != nil {
		return t, nil, err
	}
	if t.URL, err = m.at(port); err != nil {
		return t, nil, err
	}
	if m.fixed() {
		way, _ := t.Way() // what is wrong with its TLS shows when it is there
		if nc, err := way.Dial(ctx); err == nil {
			_ = nc.Close()
			return t, nil, fmt.Errorf("something answers at %s already: stop it, or use {port} in its command and url", t.URL.Redacted())
		}
	}
	p, err := m.begin(port)
	if err != nil {
		return t, nil, err
	}
	timeout := m.Timeout
	if timeout == 0 {
		timeout = defaultStartTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not ready within %s", timeout))
	defer cancel()
	if err := p.answers(ctx, &t); err != nil {
		return t, nil, err
	}
	t.PID = p.PID()
	return t, p, nil
}

// begin starts the process.
func (m *Managed) begin(port string) (*Process, error) {
	c := Command{Dir: m.Dir, Env: append([]string{"PORT=" + port}, m.Env...), guarded: true}
	if m.Command != "" {
		c.Args = []string{"sh", "-c", strings.ReplaceAll(m.Command, portMark, port)}
	}
	for _, a := range m.Args {
		c.Args = append(c.Args, strings.ReplaceAll(a, portMark, port))
	}
	if m.LogFile == "" {
		return begin(c)
	}
	log, err := openLog(m.LogFile)
	if err != nil {
		return nil, err
	}
	c.Log = log
	p, err := begin(c)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		<-p.done
		_ = log.Close()
	}()
	return p, nil
}

func openLog(path string) (io.WriteCloser, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return f, nil
}

// answers waits until the target is ready, wherever on this machine it says that
// it listens. What is not ready in time is stopped.
func (p *Process) answers(ctx context.Context, t *Target) error {
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	say := time.NewTicker(cmp.Or(t.Managed.WaitingEvery, sayEvery))
	defer say.Stop()
	w := wait{t: t, p: p}
	for {
		select {
		case addr := <-p.out.listening:
			w.takeAddress(addr)
		case <-p.done:
			return fmt.Errorf("it ended before it answered (%s)%s", p.Ended(), p.LastWords())
		case <-ctx.Done():
			why := w.text()
			p.Stop()
			if w.last == "" && !strings.Contains(t.Managed.String(), "{port}") && !strings.Contains(t.Managed.String(), "PORT") {
				why += " (its command can take the port from {port} or $PORT)"
			}
			return fmt.Errorf("%w: %s%s", context.Cause(ctx), why, p.LastWords())
		case <-say.C:
			if t.Managed.Waiting != nil {
				t.Managed.Waiting(w.text())
			}
		case <-tick.C:
			if w.ask(ctx) {
				p.url = t.URL
				return nil
			}
		}
	}
}

// freePort is one that nothing listens on just now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}
