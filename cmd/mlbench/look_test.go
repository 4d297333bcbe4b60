package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// picky is a server that closes the connection on whatever it is not meant for.
func picky(t *testing.T, wants func(*http.Request) bool) (base string, seen func() []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	var lines []string
	serve := func(c net.Conn) {
		defer c.Close()
		br := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(br)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			mu.Lock()
			lines = append(lines, r.Method+" "+r.URL.Path)
			mu.Unlock()
			if !wants(r) {
				return
			}
			body := `{"token":"t"}`
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return "http://" + l.Addr().String(), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return lines
	}
}

// mlbenchIn runs a command in a folder of its own.
func mlbenchIn(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, errOut bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errOut)
	return code, out.String(), errOut.String()
}

// F09: --once sends each request once, and no first look beside them.
func TestOnceSendsEachRequestOnce(t *testing.T) {
	base, seen := picky(t, func(*http.Request) bool { return true })
	if code, stdout, stderr := mlbenchIn(t, "run", base+"/health", "--once"); code != 0 {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	if got := seen(); len(got) != 1 || got[0] != "GET /health" {
		t.Errorf("sent %q", got)
	}
}

// F01–F03: services that a plain GET does not reach are reached the way that the
// load goes, and nothing is sent that the scenario does not have.
func TestFirstLookIsMadeAsTheLoadWillBe(t *testing.T) {
	t.Setenv("MLBENCH_USERNAME", "someone") // or /health would be asked whether it is a bundled server
	t.Setenv("MLBENCH_PASSWORD", "a password")
	scenario := filepath.Join(t.TempDir(), "s.yaml")
	text := "login: {path: /login}\nrequests: [{name: p, method: POST, path: /predict, auth: bearer, body: {json: {x: 1}}}]\nload: {model: closed, connections: 1, requests: 3, warmup: 0s}\n"
	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	vhost, _ := picky(t, func(r *http.Request) bool { return r.Host == "model.example" })
	keyed, _ := picky(t, func(r *http.Request) bool { return r.Header.Get("X-Gateway-Key") == "k" })
	posts, asked := picky(t, func(r *http.Request) bool { return r.Method == http.MethodPost })
	h2c := onlyHTTP2(t)
	short := []string{"-n", "3", "-c", "1", "--warmup", "0s", "-q"}
	for name, args := range map[string][]string{
		"run, virtual host":        append([]string{"run", "--url", vhost + "/v1", "--host-header", "model.example"}, short...),
		"run, Host by -H":          append([]string{"run", "--url", vhost + "/v1", "-H", "Host: model.example"}, short...),
		"run, gateway key, login":  append([]string{"run", scenario, "-t", keyed, "-H", "X-Gateway-Key: k"}, short...),
		"run, virtual host, login": append([]string{"run", scenario, "-t", vhost, "--host-header", "model.example"}, short...),
		"run, POST only":           append([]string{"run", scenario, "-t", posts}, short...),
		"run, h2":                  append([]string{"run", scenario, "-t", h2c, "--transport", "h2"}, short...),
		"once, h2":                 {"run", scenario, "-t", h2c, "--transport", "h2", "--once", "-q"},
		"verify":                   {"verify", "a=" + keyed, "b=" + keyed, "-H", "X-Gateway-Key: k", "--scenario", scenario, "-n", "2", "--edge-cases=false", "-q"},
		"verify, virtual host":     {"verify", "a=" + vhost, "b=" + vhost, "--host-header", "model.example", "--scenario", scenario, "-n", "2", "--edge-cases=false", "-q"},
		"verify, h2":               {"verify", "a=" + h2c, "b=" + h2c, "--transport", "h2", "--scenario", scenario, "-n", "2", "--edge-cases=false", "-q"},
		"targets check, h2":        {"targets", "check", h2c},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := mlbenchIn(t, args...)
			if code == cli.ExitFailure || code == cli.ExitUsage || strings.Contains(stdout+stderr, "unreachable") {
				t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
			}
		})
	}
	for _, line := range asked() {
		if line != "POST /login" && line != "POST /predict" {
			t.Errorf("%s was sent, which nobody asked for", line)
		}
	}
}

// onlyHTTP2 speaks HTTP/2 without TLS, and nothing else.
func onlyHTTP2(t *testing.T) string {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"token":"t"}`)
	}))
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// H4: a target that answers 101 and holds the connection hung verify for ever. L1:
// what lay behind answers was printed to stderr, raw, by net/http.
func TestVerifyEndsAtStrangeAnswersAndPrintsNoneOfThem(t *testing.T) {
	scenario := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(scenario, []byte("requests: [{name: a, path: /a}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]string{
		"101":   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
		"stray": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokTOKSECRET77\r\n",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() { // every connection is held
					br := bufio.NewReader(c)
					for {
						if _, err := http.ReadRequest(br); err != nil {
							return
						}
						_, _ = io.WriteString(c, answer)
					}
				}()
			}
		}()
		target := "http://" + l.Addr().String()
		for _, args := range [][]string{
			{"verify", "a=" + target, "b=" + target, "--scenario", scenario, "-n", "3", "--edge-cases=false", "--timeout", "5m"},
			{"run", scenario, "-t", target, "--transport", "net/http", "-n", "3", "-c", "1", "--warmup", "0s", "--timeout", "2m", "-q"},
		} {
			code, stdout, stderr := mlbenchIn(t, args...)
			if strings.Contains(stdout+stderr, "TOKSECRET") || strings.Contains(stderr, "Unsolicited") {
				t.Errorf("%s: what the target sent is printed: %s", name, stderr)
			}
			if name == "101" && args[0] == "run" && !strings.Contains(stdout, "malformed") {
				t.Errorf("exit %d, %s%s; want malformed answers", code, stdout, stderr)
			}
		}
	}
}
