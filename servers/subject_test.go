package servers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/mlbench/mlbench/servers/model"
	"github.com/mlbench/mlbench/servers/predict"
)

var subjects = []string{Legacy, Modern}

const testSecret = "a secret of at least 32 bytes for tests"

// forest is trained once for all tests.
var forest = sync.OnceValues(func() (*model.Forest, error) { return model.Train(model.DefaultOptions()) })

// subject is a server that Serve runs, on a real loopback port.
type subject struct {
	name, url string
	token     string // valid
	client    *http.Client
	stderr    *syncBuffer
	cancel    context.CancelFunc
	done      chan error
}

func newClient(name, url string) *subject {
	return &subject{
		name: name, url: url,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: time.Minute},
	}
}

// start runs a subject until the test ends. A nil model means the forest.
func start(t testing.TB, name string, env map[string]string, m predict.Model) *subject {
	t.Helper()
	return startChanged(t, name, env, m, func(*Options) {})
}

// startChanged runs a subject with options that few tests want.
func startChanged(t testing.TB, name string, env map[string]string, m predict.Model, change func(*Options)) *subject {
	t.Helper()
	if m == nil {
		f, err := forest()
		if err != nil {
			t.Fatal(err)
		}
		m = f
	}
	if _, ok := env["SECRET_KEY"]; !ok {
		env = merge(env, map[string]string{"SECRET_KEY": testSecret})
	}
	if _, ok := env["PREDICTION_LOG"]; !ok {
		env = merge(env, map[string]string{"PREDICTION_LOG": "off"})
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	s := newClient(name, "")
	s.stderr, s.cancel, s.done = &syncBuffer{}, cancel, make(chan error, 1)
	go func() {
		o := Options{
			Subject: name, Addr: "127.0.0.1:0", Stdout: stdout, Stderr: s.stderr,
			Getenv: func(key string) string { return env[key] }, model: m, passwordCost: bcrypt.MinCost,
		}
		change(&o)
		err := Serve(ctx, o)
		stdout.CloseWithError(errors.Join(io.EOF, err))
		s.done <- err
	}()
	t.Cleanup(func() { s.stop(t) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s did not start: %v", name, err)
	}
	var found bool
	if s.url, found = strings.CutPrefix(strings.TrimSpace(line), "listening on "); !found {
		t.Fatalf("first line of stdout: %q", line)
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // ends with the server
	s.login(t)
	return s
}

// noLog is an environment that says nothing but where not to log.
func noLog(name string) string {
	if name == "PREDICTION_LOG" {
		return "off"
	}
	return ""
}

func (s *subject) login(t testing.TB) {
	t.Helper()
	status, _, body := s.send(t, request{method: "POST", path: "/login", auth: "-", body: `{"username":"admin","password":"password"}`})
	var token predict.Token
	if err := json.Unmarshal(body, &token); status != http.StatusOK || err != nil {
		t.Fatalf("%s: login: %d %s %v", s.name, status, body, err)
	}
	s.token = token.Token
}

// stop ends the server and checks that it drained without complaint.
func (s *subject) stop(t testing.TB) {
	t.Helper()
	s.cancel()
	s.client.CloseIdleConnections()
	if err, first := <-s.done; first {
		close(s.done)
		if err != nil {
			t.Errorf("%s: serve: %v", s.name, err)
		}
	}
}

// request is one request of a test. The zero auth is the valid token and the
// zero contentType is JSON; "-" leaves the header out.
type request struct {
	method, path, auth, contentType, body string
	header                                map[string]string
}

func (s *subject) send(t testing.TB, r request) (status int, header http.Header, body []byte) {
	t.Helper()
	req, err := http.NewRequest(r.method, s.url+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	set := func(name, value, standard string) {
		switch value {
		case "-":
		case "":
			req.Header.Set(name, standard)
		default:
			req.Header.Set(name, value)
		}
	}
	set("Authorization", r.auth, "Bearer "+s.token)
	set("Content-Type", r.contentType, "application/json")
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatalf("%s: %s %s: %v", s.name, r.method, r.path, err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %s %s: read the answer: %v", s.name, r.method, r.path, err)
	}
	return resp.StatusCode, resp.Header, body
}

func merge(maps ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range maps {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// syncBuffer is written by a server while a test reads it.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
