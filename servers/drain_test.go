package servers

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/mlbench/mlbench/servers/reference"
)

func startReference(t *testing.T) (url string, stderr *syncBuffer, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	stderr = &syncBuffer{}
	done := make(chan error, 1)
	go func() { done <- reference.Serve(ctx, "127.0.0.1:0", reference.Options{}, stdout, stderr) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("reference: %v", err)
		}
	})
	return strings.TrimPrefix(strings.TrimSpace(line), "listening on "), stderr, stop
}

// M13: at the end of a server no client with a kept connection loses a request:
// each is told to leave before its connection is closed.
func TestNoKeptConnectionLosesARequestAtTheEnd(t *testing.T) {
	for _, name := range everyServer {
		t.Run(name, func(t *testing.T) {
			var url string
			var stop func() error
			if name == Reference {
				url, _, stop = startReference(t)
			} else {
				s := start(t, name, nil, constant{})
				url, stop = s.url, func() error { s.stop(t); return nil }
			}
			const clients = 64
			var ready, ended sync.WaitGroup
			ready.Add(clients)
			for i := range clients {
				ended.Go(func() {
					if err := requestUntilTold(url, i, ready.Done); err != nil {
						t.Errorf("client %d: %v", i, err)
					}
				})
			}
			ready.Wait()
			if err := stop(); err != nil {
				t.Error(err)
			}
			ended.Wait()
		})
	}
}

// requestUntilTold sends one request after the other over one connection until
// an answer says that it ends. Any other end is a lost request.
func requestUntilTold(url string, client int, ready func()) error {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		ready()
		return err
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for n := 0; ; n++ {
		path := "/health"
		if client%2 == 1 {
			path = "/nowhere" // an error tells it, too
		}
		_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
		var resp *http.Response
		if err == nil {
			resp, err = http.ReadResponse(answers, nil)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
		}
		if n == 0 {
			ready()
		}
		if err != nil {
			return fmt.Errorf("request %d is lost: %w", n, err)
		}
		if resp.Close {
			return nil
		}
	}
}

// M4: what is cut off at the end is told as what it is, by both.
func TestRequestsCutOffAreTold(t *testing.T) {
	for _, name := range subjects {
		t.Run(name, func(t *testing.T) {
			g := gate{make(chan struct{}), make(chan struct{})}
			defer close(g.open)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out, stdout := io.Pipe()
			served := make(chan error, 1)
			go func() {
				served <- Serve(ctx, Options{
					Subject: name, Addr: "127.0.0.1:0", Stdout: stdout, Stderr: io.Discard, Getenv: noLog,
					model: g, passwordCost: bcrypt.MinCost, drainTime: time.Millisecond,
				})
			}()
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			s := newClient(name, strings.TrimSpace(strings.TrimPrefix(line, "listening on ")))
			s.login(t)
			go func() { // never answered
				request, _ := http.NewRequest(http.MethodPost, s.url+"/predict", strings.NewReader(`{"features":`+ten+`}`))
				request.Header.Set("Authorization", "Bearer "+s.token)
				if resp, err := s.client.Do(request); err == nil {
					resp.Body.Close()
				}
			}()
			<-g.entered
			cancel()
			if err := <-served; err == nil || !strings.Contains(err.Error(), "requests in flight were cut off") {
				t.Errorf("serve: %v", err)
			}
		})
	}
}
