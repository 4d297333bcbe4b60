package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// A folder that is not there is made for an export as for a result file, when there
// is something to write, and said.
func TestExportsMakeTheirFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	export := filepath.Join("out", "new", "x.json")
	args := []string{"run", srv.URL, "-d", "100ms", "--warmup", "0s", "--no-output", "--export", "json=" + export}
	if code, _, stderr := invoke(append(args, "--rate", "lots")...); code != cli.ExitUsage {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if entries, _ := os.ReadDir("."); len(entries) > 0 {
		t.Error("a mistake leaves a folder behind")
	}
	code, _, stderr := invoke(args...)
	if code != cli.ExitOK || strings.Count(stderr, "note: made the folder "+filepath.Dir(export)+"\n") != 1 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(export); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = invoke(append(args, "--export", "csv=file/new/x.csv")...)
	if code != cli.ExitFailure || !strings.Contains(stderr, "export: cannot write file/new/x.csv: not a directory") {
		t.Errorf("below a file: exit code %d: %s", code, stderr)
	}
}

// Where no result can be kept, the flags that help are named.
func TestNoPlaceForResultsNamesTheRemedy(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	if err := os.WriteFile("mlbench-results", nil, 0o600); err != nil { // refused to root, too
		t.Fatal(err)
	}
	code, _, stderr := invoke("run", srv.URL, "-d", "100ms", "--warmup", "0s")
	if code != cli.ExitFailure || !strings.Contains(stderr, "-o FILE") || !strings.Contains(stderr, "--no-output") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
