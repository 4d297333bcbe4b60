package targets

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// readyEvery is how often a starting server is asked whether it answers yet.
const readyEvery = 50 * time.Millisecond

// StartShell starts a server by a shell command and waits until it answers. In
// the command {port} stands for a free port, which is also $PORT; a server that
// picks its own says "listening on http://HOST:PORT" on stdout. It is ready when
// path answers with a status of 200 to 399, or, if path is empty, when it
// answers at all. The context bounds the wait.
func StartShell(ctx context.Context, command, path string, c Command) (*Process, error) {
	port, err := freePort()
	if err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	c.Args = []string{"sh", "-c", strings.ReplaceAll(command, "{port}", port)}
	c.Env = append(c.Env, "PORT="+port)
	p, err := begin(c)
	if err != nil {
		return nil, err
	}
	at := Target{Name: command, URL: &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", port)}, Ready: path}
	if err := p.answers(ctx, at); err != nil {
		return nil, err
	}
	return p, nil
}

// answers waits until the target answers, wherever it says that it listens.
func (p *Process) answers(ctx context.Context, at Target) error {
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for {
		select {
		case addr := <-p.out.listening:
			if u, err := parseURL(addr); err == nil {
				at.URL = u
			}
		case <-p.done:
			return fmt.Errorf("%s ended before it answered (%s)%s", at.Name, p.cmd.ProcessState, p.out.lastWords())
		case <-ctx.Done():
			p.Stop()
			return fmt.Errorf("%s did not answer at %s (its command can take the port from {port} or $PORT): %w%s",
				at.Name, at.URL, context.Cause(ctx), p.out.lastWords())
		case <-tick.C:
			if _, err := at.Check(ctx); err == nil {
				p.url = at.URL
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
