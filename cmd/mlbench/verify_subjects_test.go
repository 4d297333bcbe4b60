package main

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// subjectURL starts a bundled server in a process of its own.
func subjectURL(t *testing.T, name, modelFile string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := targets.Start(ctx, targets.Command{
		Args:  []string{exe, "serve", name, "--addr", "127.0.0.1:0"},
		Argv0: "mlbench",
		Env:   []string{"MODEL_PATH=" + modelFile},
		Dir:   t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop() })
	return p.URL().String()
}

// withoutLogin is a server's document but for its login: a hundred attempts take
// bcrypt ten seconds.
func withoutLogin(t *testing.T, server string) string {
	t.Helper()
	u, err := url.Parse(server + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := openapi.Fetch(t.Context(), u, nil)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	delete(doc["paths"].(map[string]any), "/login")
	if raw, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The bundled servers differ in exactly what the shipped file says: nothing
// else, and all of it.
func TestVerifyBundledServers(t *testing.T) {
	modelFile := trainOnce(t)
	legacy, modern := subjectURL(t, "legacy", modelFile), subjectURL(t, "modern", modelFile)
	code, stdout, stderr, p := verifyIn(t, t.Context(), "legacy="+legacy, "modern="+modern, "-n", "20", "-q", "--format", "json",
		"--scenario", "mix", "--openapi", withoutLogin(t, modern), "--expected", "../../examples/verify/legacy-modern.yaml")
	if code != 0 || !p.Same || !p.Complete || p.Requests < 400 {
		t.Fatalf("exit %d: %s %s", code, stdout, stderr)
	}
	for _, e := range p.Expected {
		if e.Requests == 0 && e.Class != "login" {
			t.Errorf("did not occur: %s", e.Reason)
		}
	}
	// The other way round none of it is expected, but the headers.
	code, _, _, p = verifyIn(t, t.Context(), "modern="+modern, "legacy="+legacy, "-n", "5", "-q", "--format", "json", "--expected", "../../examples/verify/legacy-modern.yaml")
	if code != cli.ExitParity || len(p.Differences) < 5 {
		t.Errorf("exit %d with %d differences", code, len(p.Differences))
	}
}
