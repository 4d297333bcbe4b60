package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// childMark makes the test binary a child of the server: a mlbench of few words.
const childMark = "MLBENCH_WEB_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childMark) != "" {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// child does what the command line says, as far as tests look at it.
func child(args []string) int {
	out := ""
	for _, a := range args {
		if v, ok := strings.CutPrefix(a, "--output="); ok {
			out = v
		}
	}
	switch {
	case strings.Contains(strings.Join(args, " "), "/refused"):
		fmt.Fprintln(os.Stderr, "mlbench: the target refused the connection: is it running?")
		return 1
	case args[0] == "run":
		return measure(out)
	case args[0] == "selftest":
		fmt.Println("ok    everything <b>bold</b>")
		return 0
	}
	fmt.Println(strings.Join(args, " "))
	return 0
}

// measure writes a slice every few milliseconds until it is interrupted.
func measure(path string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	w, err := results.Output{File: path}.Create(headerOf("mix"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stderr, "measuring")
	for i := 0; ; i++ {
		s := &results.Slice{Arm: results.ArmA, Phase: results.Measure, StartS: float64(i), DurationS: 1, RateRPS: 10, Classes: map[string]*results.ClassData{"a": {}}}
		if err := w.Slice(s); err != nil {
			return 1
		}
		select {
		case <-ctx.Done():
			_ = w.Close(results.Interrupted, "")
			return 130
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func headerOf(scenario string) *results.Header {
	return &results.Header{
		Command: "run", Scenario: results.Scenario{Name: scenario}, Model: results.Open, RateRPS: 10, Start: time.Now().UTC(),
		Targets: []results.Target{{Arm: results.ArmA, Name: "t", URL: "http://127.0.0.1:1"}},
		Classes: []results.Class{{Name: "a", Share: 1}}, TimeoutS: 1,
	}
}

// saved writes a finished result file.
func saved(t *testing.T, path, scenario string) {
	t.Helper()
	w, err := results.Output{File: path}.Create(headerOf(scenario))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(results.Completed, ""); err != nil {
		t.Fatal(err)
	}
}

// site is a server under test, as a browser of this machine sees it.
type site struct {
	*server
	http *httptest.Server
	t    *testing.T
}

func newSite(t *testing.T, change func(*Options)) *site {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Addr: "127.0.0.1:0", Results: filepath.Join(t.TempDir(), "results"), Scenarios: t.TempDir(), Program: program,
		Environ: append(os.Environ(), childMark+"=1"), Env: func(string) (string, bool) { return "", false },
	}
	if change != nil {
		change(&o)
	}
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := o.open()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.handler())
	t.Cleanup(func() {
		close(s.closing)
		srv.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.jobs.end(ctx); err != nil {
			t.Error(err)
		}
		s.root.Close()
	})
	return &site{s, srv, t}
}

// ask sends a request with these headers ("Name: value"), and returns status and body.
func (s *site) ask(method, path, body string, headers ...string) (int, string, http.Header) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.http.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, b.String(), resp.Header
}

// start starts a run, and is its job.
func (s *site) start(order string) job {
	s.t.Helper()
	status, body, _ := s.ask("POST", "/api/jobs", order)
	var j job
	if err := json.Unmarshal([]byte(body), &j); err != nil || status != http.StatusCreated {
		s.t.Fatalf("%s: %d %s", order, status, body)
	}
	return j
}

// aRun measures for as long as it is let.
const aRun = `{"kind":"run","scenario":"mix","targets":["http://127.0.0.1:1"],"duration":"10m","warmup":"0s"}`
