//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// F22: ctrl-C while all requests are in flight.
func TestInterruptedWithAllInFlight(t *testing.T) {
	release, both := make(chan struct{}), make(chan struct{})
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hang" {
			return
		}
		if asked.Add(1) == 2 {
			close(both)
		}
		<-release
	}))
	defer srv.Close()
	defer close(release)
	cmd := command(t, "run", "--url", srv.URL+"/hang", "-m", "POST", "-c", "2", "-d", "1h", "--warmup", "0s", "-o", "cut.jsonl",
		"--export", "markdown=r.md", "--export", "json=r.json", "--export", "csv=r.csv")
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	select {
	case <-both:
	case <-ended:
		t.Fatalf("it ended by itself: %s", &stderr)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	<-ended
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
		t.Errorf("exit code %d, want %d", code, cli.ExitInterrupted)
	}
	docs := map[string]string{"text": out.String()}
	for _, name := range []string{"r.md", "r.json", "r.csv"} {
		b, err := os.ReadFile(cmd.Dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		docs[name] = string(b)
	}
	for name, want := range map[string]string{
		"text": "2 sent, 0 answered, 2 unfinished", "r.md": "2 sent, 0 answered, 2 unfinished",
		"r.json": `"unfinished": 2`, "r.csv": "unfinished,,2",
	} {
		if !strings.Contains(docs[name], want) || strings.Contains(docs[name], "no request was sent") {
			t.Errorf("%s does not say %q:\n%s", name, want, docs[name])
		}
	}
}

// A2, A7: everything fails: exit 6, what was answered, and no flattering table.
func TestARunOfFailuresOnly(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, "features: field required")
	}))
	defer srv.Close()
	t.Chdir(t.TempDir())
	for _, format := range []string{"text", "markdown", "json"} {
		var out, stderr bytes.Buffer
		code := run([]string{"run", "--url", srv.URL, "-b", "x", "-c", "2", "-n", "20", "--warmup", "0s", "--format", format}, nil, &out, &stderr)
		if code != cli.ExitObjective {
			t.Errorf("%s: exit code %d, want %d: %s", format, code, cli.ExitObjective, &stderr)
		}
		for _, want := range []string{"features: field required", "no request succeeded"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s does not say %q:\n%s", format, want, &out)
			}
		}
		if format != "json" && !strings.Contains(out.String(), "of failed requests only") {
			t.Errorf("%s: the table is not marked:\n%s", format, &out)
		}
	}
}
