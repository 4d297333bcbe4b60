package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// A step summary that cannot be written is found before anything is measured, and
// does not take the place of a verdict.
func TestStepSummaryIsTriedBeforeMeasuring(t *testing.T) {
	t.Chdir(t.TempDir())
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer srv.Close()
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(t.TempDir(), "missing", "summary.md"))
	code, _, stderr := invoke("gate", "--file=", "--base", "base="+srv.URL, "--head", "head="+srv.URL)
	if code != cli.ExitFailure || strings.Count(stderr, "step summary") != 1 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A path that must answer is the flag's, whatever else a target has, and also of
// targets that run already.
func TestReadyFlagGoesBeforeTheTargetFile(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	if err := os.WriteFile("targets.yaml", []byte("targets: {mine: {url: \""+srv.URL+"\", ready: /health}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"mine", srv.URL} {
		code, _, stderr := invoke("run", "ping", "-t", target, "--once", "--ready", "/healthz")
		if code != cli.ExitFailure || !strings.Contains(stderr, "GET /healthz answered 404") {
			t.Errorf("%s: exit code %d: %s", target, code, stderr)
		}
	}
	if code, _, stderr := invoke("run", "ping", "-t", "mine", "--once"); strings.Contains(stderr, "ready") {
		t.Errorf("without the flag: exit code %d: %s", code, stderr)
	}
}
