package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// service is a process that runs until it is stopped.
type service struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc
	said   []string      // lines of stdout and stderr
	silent chan struct{} // closed when said is complete
}

// serve starts a service and returns the line it says that contains ready; with
// an empty ready it returns at once.
func (c command) serve(ctx context.Context, ready string) (*service, string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	read, write, err := os.Pipe()
	if err != nil {
		cancel()
		return nil, "", err
	}
	cmd, err := c.start(ctx, write, write)
	write.Close()
	if err != nil {
		read.Close()
		cancel()
		return nil, "", err
	}
	s := &service{cmd: cmd, cancel: cancel, silent: make(chan struct{})}
	found := make(chan string, 1)
	go func() {
		defer close(s.silent)
		defer read.Close()
		for lines := bufio.NewScanner(read); lines.Scan(); {
			s.said = append(s.said, lines.Text())
			if strings.Contains(lines.Text(), ready) {
				select {
				case found <- lines.Text():
				default:
				}
			}
		}
	}()
	if ready == "" {
		return s, "", nil
	}
	why := "no word within 10 s"
	select {
	case line := <-found:
		return s, line, nil
	case <-s.silent:
		why = "it ended"
	case <-time.After(10 * time.Second):
	}
	said, _ := s.stop()
	return nil, "", fmt.Errorf("%s did not become ready: %s: %s", c.name(), why, lastLine(strings.Join(said, "\n")))
}

// stop ends the service as ctrl-C would, by force when that takes too long, and
// returns what it said.
func (s *service) stop() ([]string, error) {
	defer s.cancel()
	_ = s.cmd.Process.Signal(syscall.SIGINT) // gone already: Wait says so
	kill := time.AfterFunc(5*time.Second, s.cancel)
	defer kill.Stop()
	err := s.cmd.Wait()
	<-s.silent
	return s.said, err
}

// freePort is a TCP port of 127.0.0.1 that was free just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// nginxConf answers everything at once, for ever on the same connections, in one
// process. The counter of stub_status is the number of requests.
const nginxConf = `daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log %[1]s/nginx.log;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  server {
    listen 127.0.0.1:%[2]d backlog=16384;
    location = /status { stub_status; }
    location / { default_type application/json; return 200 '{"prediction":1}'; }
  }
}
`

// nginx starts the server of the cost measurements; url ends without a slash.
func (b *bench) nginx(ctx context.Context) (s *service, url string, err error) {
	program, err := b.program("nginx")
	if err != nil {
		return nil, "", err
	}
	port, err := freePort()
	if err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp(b.dir, "nginx")
	if err != nil {
		return nil, "", err
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, port), 0o600); err != nil {
		return nil, "", err
	}
	c := command{core: b.serverCore, args: []string{program, "-p", dir, "-c", conf}, limit: b.longest()}
	if s, _, err = c.serve(ctx, ""); err != nil {
		return nil, "", err
	}
	addr := "127.0.0.1:" + strconv.Itoa(port)
	for range 100 {
		conn, err := net.DialTimeout("tcp4", addr, time.Second)
		if err == nil {
			conn.Close()
			return s, "http://" + addr, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	said, _ := s.stop()
	return nil, "", errors.New("nginx does not listen: " + lastLine(strings.Join(said, "\n")))
}

// reference starts mlbench's server of known behaviour.
func (b *bench) reference(ctx context.Context, flags ...string) (s *service, url string, err error) {
	program, err := b.program("mlbench")
	if err != nil {
		return nil, "", err
	}
	args := append([]string{program, "serve", "reference", "--addr", "127.0.0.1:0"}, flags...)
	s, line, err := command{core: b.serverCore, args: args, limit: b.longest()}.serve(ctx, "listening on ")
	if err != nil {
		return nil, "", err
	}
	_, url, _ = strings.Cut(line, "listening on ")
	return s, url, nil
}
