package servers

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// L9: what has two readings, or is no HTTP/1, is refused, or at least the last
// thing that its connection carries.
func TestAmbiguousRequestsEndTheirConnection(t *testing.T) {
	const next = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
	login := `{"username":"admin","password":"password"}`
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(login), login)
	post := "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	for _, name := range subjects {
		s := start(t, name, nil, constant{})
		for _, sent := range []string{
			post + fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n", len(chunked)) + chunked,
			post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunked,
			post + fmt.Sprintf("Transfer-Encoding: identity\r\nContent-Length: %d\r\n\r\n%s", len(login), login),
			post + fmt.Sprintf("Transfer-Encoding: gzip, chunked\r\n\r\n%s", chunked),
			"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
			"GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n",
		} {
			if answer := raw(t, s.url, sent+next); strings.Count(answer, "HTTP/1.1 ") != 1 {
				t.Errorf("%s: %.120q is followed by another answer: %q", name, sent, answer)
			}
		}
		for _, version := range []string{"9.9", "2.0", "1.2"} {
			if answer := raw(t, s.url, "GET /health HTTP/"+version+"\r\nHost: localhost\r\n\r\n"); version != "1.2" && !strings.HasPrefix(answer, "HTTP/1.1 505") {
				t.Errorf("%s: HTTP/%s: %.60q", name, version, answer)
			}
		}
	}
}

// L9: with the login that everybody knows, a page whose name was pointed to this
// machine gets nothing.
func TestTheDemoLoginIsForTheNamesOfThisMachine(t *testing.T) {
	own := map[string]string{"MLBENCH_USERNAME": "alice", "MLBENCH_PASSWORD": "correct horse"}
	for _, name := range subjects {
		demo := start(t, name, nil, constant{})
		for host, ok := range map[string]bool{
			"localhost": true, "LOCALHOST:80": true, "api.localhost": true, "127.0.0.1:8000": true, "127.9.9.9": true, "[::1]:8000": true, "[::1]": true,
			"evil.example": false, "evil.example:8000": false, "127.0.0.1.evil.example": false, "localhost.evil.example": false,
			"evillocalhost": false, "10.0.0.1": false, "0.0.0.0": false, "2130706433": false,
		} {
			for _, path := range []string{"/health", "/nowhere"} {
				answer := raw(t, demo.url, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
				if refused := strings.HasPrefix(answer, "HTTP/1.1 421"); refused == ok || refused && !strings.Contains(answer, "set MLBENCH_USERNAME") {
					t.Errorf("%s: %s of host %q: %q", name, path, host, answer)
				}
			}
		}
		s := startWith(t, name, own)
		if answer := raw(t, s, "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 200") {
			t.Errorf("%s with a login of its own: %q", name, answer)
		}
	}
}

// startWith starts a subject without logging in.
func startWith(t *testing.T, name string, env map[string]string) (url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	lines := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		done <- Serve(ctx, Options{
			Subject: name, Addr: "127.0.0.1:0", Stderr: io.Discard, model: constant{}, passwordCost: bcrypt.MinCost,
			Stdout: writerFunc(func(p []byte) (int, error) { lines <- string(p); return len(p), nil }),
			Getenv: func(key string) string {
				if v, ok := env[key]; ok {
					return v
				}
				return noLog(key)
			},
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case line := <-lines:
		return strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	case err := <-done:
		done <- nil
		t.Fatal(err)
		return ""
	}
}

// L7: no answer is to be stored by a cache, or taken for another type than it is.
func TestAnswersAreNotStoredOrSniffed(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, nil, constant{})
		login := request{method: "POST", path: "/login", auth: "-", body: `{"username":"admin","password":"password"}`}
		for _, r := range []request{
			login, features(ten), features("[]"), get("/health"), get("/nowhere"), get("/metrics"), get("/model-info"),
			{method: "POST", path: "/predict", auth: "-"},
			{method: "BREW", path: "/predict"},
			post("/predict", strings.Repeat(" ", 1<<20+1)),
		} {
			_, header, _ := s.send(t, r)
			if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s %s: %v", name, r.method, r.path, header)
			}
		}
	}
	s := start(t, Modern, nil, constant{})
	for _, path := range []string{"/docs", "/redoc", "/openapi.json", "/docs/assets/docs-init.js"} {
		if status, header, _ := s.send(t, get(path)); status != 200 || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, status, header)
		}
	}
}

// L6: METRICS_TOKEN, or a token of /login, opens /metrics.
func TestMetricsTakeTheirToken(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, map[string]string{"METRICS_TOKEN": "a token for the scraper"}, constant{})
		for auth, want := range map[string]int{
			"-": 401, "Bearer wrong": 401, "Bearer ": 401, "Basic a token for the scraper": 401,
			"Bearer a token for the scraper": 200, "": 200,
		} {
			if status, header, _ := s.send(t, request{method: "GET", path: "/metrics", auth: auth}); status != want || status == 401 && header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: %d, want %d", name, auth, status, want)
			}
		}
	}
}

// M5: logins beyond a few wait for their turn or are turned away, and failures
// are told to the operator.
func TestManyLoginsAreTurnedAway(t *testing.T) {
	for _, name := range subjects {
		s := startChanged(t, name, nil, constant{}, func(o *Options) { o.passwordCost = bcrypt.DefaultCost })
		var mu sync.Mutex
		statuses := map[int]int{}
		var wg sync.WaitGroup
		for range 120 {
			wg.Go(func() {
				r := request{method: "POST", path: "/login", auth: "-", body: `{"username":"admin","password":"not the password"}`}
				status, header, _ := s.send(t, r)
				mu.Lock()
				defer mu.Unlock()
				statuses[status]++
				if status == http.StatusTooManyRequests && header.Get("Retry-After") == "" {
					t.Errorf("%s: 429 without Retry-After", name)
				}
			})
		}
		wg.Wait()
		if statuses[401] == 0 || statuses[429] == 0 || statuses[401]+statuses[429] != 120 {
			t.Errorf("%s: %v", name, statuses)
		}
		if told := s.stderr.String(); strings.Count(told, "failed logins") == 0 || strings.Count(told, "failed logins") > 5 || strings.Contains(told, "not the password") {
			t.Errorf("%s tells of it as %q", name, told)
		}
		s.login(t) // afterwards as before
	}
}

// One secret and one login: a token of one subject is valid at the other, and
// ends when the login changes.
func TestATokenOfOneIsValidAtTheOther(t *testing.T) {
	legacy, modern := start(t, Legacy, nil, constant{}), start(t, Modern, nil, constant{})
	changed := startWith(t, Legacy, map[string]string{
		"SECRET_KEY": testSecret, "MLBENCH_USERNAME": "admin", "MLBENCH_PASSWORD": "another password",
	})
	r := features(ten)
	for _, from := range []*subject{legacy, modern} {
		r.auth = "Bearer " + from.token
		for _, at := range []*subject{legacy, modern} {
			if status, _, body := at.send(t, r); status != 200 {
				t.Errorf("a token of %s at %s: %d %s", from.name, at.name, status, body)
			}
		}
		other := newClient(Legacy, changed)
		if status, _, _ := other.send(t, r); status != 401 {
			t.Errorf("a token of %s after a change of the password: %d", from.name, status)
		}
		other.client.CloseIdleConnections()
	}
}

// Unless told otherwise, predictions are logged in the working folder, with the
// user who asked.
func TestPredictionsAreLoggedByDefault(t *testing.T) {
	for _, name := range subjects {
		t.Chdir(t.TempDir())
		s := start(t, name, map[string]string{"PREDICTION_LOG": ""}, constant{})
		s.send(t, features(ten))
		s.stop(t)
		content, err := os.ReadFile("predictions.log")
		if err != nil || strings.Count(string(content), "\n") != 1 || !strings.Contains(string(content), `"user":"admin"`) {
			t.Errorf("%s: %q %v", name, content, err)
		}
		if entries, _ := filepath.Glob("*"); len(entries) != 1 {
			t.Errorf("%s leaves %v", name, entries)
		}
	}
}

// L21: SIGHUP is for the log.
func TestTheLogIsReopenedWhenAsked(t *testing.T) {
	for _, name := range subjects {
		path := filepath.Join(t.TempDir(), "log")
		reopen := make(chan os.Signal)
		s := startChanged(t, name, map[string]string{"PREDICTION_LOG": path}, constant{}, func(o *Options) { o.Reopen = reopen })
		predictOne(t, s, [10]float64{1})
		for count(path) < 1 { // until the background writer has it
			runtime.Gosched()
		}
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		reopen <- os.Interrupt
		for !strings.Contains(s.stderr.String(), "reopened the prediction log") {
			runtime.Gosched()
		}
		predictOne(t, s, [10]float64{2})
		s.stop(t)
		if a, b := count(path+".1"), count(path); a != 1 || b != 1 {
			t.Errorf("%s: %d lines in the old file and %d in the new", name, a, b)
		}
	}
}

func count(path string) int {
	content, _ := os.ReadFile(path)
	return strings.Count(string(content), "\n")
}
