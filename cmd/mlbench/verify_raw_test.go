package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// rawTarget answers each request on a connection by what answer says, as bytes,
// and closes.
func rawTarget(t *testing.T, answer func(*http.Request) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	t.Cleanup(func() { l.Close(); open.Wait() })
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
					_, _ = io.WriteString(conn, answer(r))
				}
			})
		}
	})
	return "http://" + l.Addr().String()
}

const echoScenario = `login: {optional: true}
variables: {of_env: {env: VERIFY_TEST_SECRET}}
requests:
  - {name: predict, path: /predict, auth: bearer, headers: {X-Var: "${of_env}"}, body: {json: {}}}
`

// M2: an error of the transport repeats what a target wrote, and so what it was
// sent: it is shown without secrets, and bounded.
func TestVerifyHidesSecretsInErrorsOfTheTransport(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", `very-"secret"-token`)
	t.Setenv("VERIFY_TEST_SECRET", "secret-of-env")
	file := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(file, []byte(echoScenario), 0o600); err != nil {
		t.Fatal(err)
	}
	echo := func(r *http.Request) string {
		return r.Header.Get("Authorization") + " " + r.Header.Get("X-Api-Key") + " " + r.Header.Get("X-Var") + " " + strings.Repeat("long ", 500)
	}
	for name, answer := range map[string]func(*http.Request) string{
		"control character": func(r *http.Request) string {
			return "HTTP/1.1 200 OK\r\nX-Echo: \x01" + echo(r) + "\r\n\r\n"
		},
		"no colon":    func(r *http.Request) string { return "HTTP/1.1 200 OK\r\n" + echo(r) + "\r\n\r\n" },
		"status line": func(r *http.Request) string { return echo(r) + "\r\n\r\n" },
		"status":      func(r *http.Request) string { return "HTTP/1.1 " + echo(r) + "\r\n\r\n" },
		"length":      func(r *http.Request) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + echo(r) + "\r\n\r\n" },
		"encoding":    func(r *http.Request) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + echo(r) + "\r\n\r\n" },
		"chunk": func(r *http.Request) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + echo(r) + "\r\n"
		},
	} {
		const fine = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
		a := rawTarget(t, func(r *http.Request) string {
			if r.URL.Path == "/" {
				return fine
			}
			return answer(r)
		})
		b := rawTarget(t, func(*http.Request) string { return fine })
		for _, format := range []string{"text", "json", "markdown"} {
			code, stdout, stderr, _ := verifyIn(t, t.Context(), "a="+a, "b="+b, "--scenario", file, "-n", "1", "--edge-cases=false",
				"-H", "X-Api-Key: also-very-secret", "--format", format)
			all := stdout + stderr
			if code != cli.ExitParity {
				t.Errorf("%s: exit %d: %s", name, code, all)
			}
			for _, secret := range []string{"secret\"-token", `secret\"-token`, `secret\\\"-token`, "also-very-secret", "secret-of-env", strings.Repeat("long ", 100)} {
				if strings.Contains(all, secret) {
					t.Errorf("%s: %s shows %.40s:\n%s", name, format, secret, all)
				}
			}
		}
	}
}

// A POST that had no answer is not sent again; what is harmless is, and that is
// told.
func TestVerifySendsNoPostTwice(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	b := rawTarget(t, func(r *http.Request) string {
		mu.Lock()
		defer mu.Unlock()
		asked[r.Method+" "+r.URL.Path]++
		if r.URL.Path == "/" {
			return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
		}
		return ""
	})
	a := rawTarget(t, func(*http.Request) string { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" })
	file := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(file, []byte("requests: [{name: post, path: /post, body: {json: {}}}, {name: get, path: /get}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr, _ := verifyIn(t, t.Context(), "a="+a, "b="+b, "--scenario", file, "-n", "3", "--edge-cases=false", "-q")
	mu.Lock()
	defer mu.Unlock()
	if asked["POST /post"] != 3 || asked["GET /get"] != 6 || code != cli.ExitParity || !strings.Contains(stdout, "b: 3 GET, HEAD or OPTIONS requests sent once more") {
		t.Errorf("exit %d, asked %v: %s %s", code, asked, stdout, stderr)
	}
}
