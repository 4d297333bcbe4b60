//go:build unix

package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// L14, L16: files of single requests and results are the owner's, and what a
// query holds of secrets is in neither.
func TestFilesOfARunAreTheOwnersAndHaveNoSecret(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("api_key") != "hunter2hunter2" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer srv.Close()
	t.Chdir(t.TempDir())
	var out, stderr bytes.Buffer
	args := []string{"run", "--url", srv.URL + "/x?id=5&api_key=hunter2hunter2", "-c", "1", "-n", "5", "--warmup", "0s", "-o", "r.jsonl", "--raw", "raw.jsonl"}
	if code := run(args, nil, &out, &stderr); code != cli.ExitOK && code != cli.ExitInvalid { // a busy machine
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	for _, name := range []string{"r.jsonl", "raw.jsonl"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("hunter2")) || !bytes.Contains(b, []byte("id=5")) {
			t.Errorf("%s: %.600s", name, b)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// L15: --raw - | head -1
func TestRawIntoAPipeWhoseReaderGoesAway(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	cmd := command(t, "run", "--url", srv.URL, "-c", "2", "-d", "1h", "--warmup", "0s", "-o", "r.jsonl", "--raw", "-")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	_ = out.Close()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitFailure || !strings.Contains(stderr.String(), "measured so far: r.jsonl") || strings.Contains(stderr.String(), "panic") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	f, err := results.ReadFile(filepath.Join(cmd.Dir, "r.jsonl"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Footer == nil || f.Footer.Ended != results.Failed || summary.Of(f, summary.Select{Arm: results.ArmA}, nil).Requests == 0 {
		t.Errorf("footer %+v, %d slices", f.Footer, len(f.Slices))
	}
}
