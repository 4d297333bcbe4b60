package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/verify"
	"github.com/mlbench/mlbench/results/answers"
)

// verifyIn runs the command without its wait for slow clocks.
func verifyIn(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string, p *answers.Parity) {
	t.Helper()
	var out, errOut bytes.Buffer
	o := &verifyOptions{Streams: cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errOut, Env: os.LookupEnv}, spec: verify.Spec{Requests: 20}}
	cmd := o.command()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	var exit *cli.ExitError
	switch {
	case errors.As(err, &exit):
		code = int(exit.Outcome)
	case err != nil:
		code = cli.ExitFailure
	}
	if err != nil {
		fmt.Fprintln(&errOut, err)
	}
	if slices.Contains(args, "json") {
		p = &answers.Parity{}
		if err := json.Unmarshal(out.Bytes(), p); err != nil {
			t.Fatalf("%v: %s %s", err, out.String(), errOut.String())
		}
	}
	return code, out.String(), errOut.String(), p
}

// ctrl-C keeps what was found.
func TestVerifyInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var asked atomic.Int64
	b := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > 15 {
			cancel()
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	defer b.Close()
	a := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer a.Close()
	scenario := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(scenario, []byte("requests: [{name: a, path: /a}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr, p := verifyIn(t, ctx, "a="+a.URL, "b="+b.URL, "--scenario", scenario, "-q", "--format", "json")
	if code != cli.ExitInterrupted || p.Same || p.Complete || p.Ended != "interrupted" || p.Requests < 5 || p.Requests > 30 || len(p.Differences) != 1 {
		t.Errorf("exit %d: %s %s", code, stdout, stderr)
	}
}

// Each target gets the scenario's setup before all else, and its teardown last.
func TestVerifySetsUpAndTearsDown(t *testing.T) {
	var mu sync.Mutex
	paths := map[string][]string{}
	serve := func(name string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			paths[name] = append(paths[name], r.URL.Path)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	scenario := filepath.Join(t.TempDir(), "s.yaml")
	text := "setup: [{path: /up}]\nteardown: [{path: /down}]\nrequests: [{name: a, path: /a}]\n"
	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr, _ := verifyIn(t, t.Context(), serve("a"), serve("b"), "--scenario", scenario, "-n", "1", "--edge-cases=false", "-q")
	want := map[string][]string{"a": {"/up", "/a", "/a", "/down"}, "b": {"/up", "/a", "/down"}}
	if diff := cmp.Diff(want, paths); diff != "" || code != 0 {
		t.Errorf("exit %d: %s %s\n%s", code, stdout, stderr, diff)
	}
}

// A service that echoes the token does not bring it into a report, nor do two
// tokens make a difference.
func TestVerifyHidesSecrets(t *testing.T) {
	echo := func(status int, answer string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Echo", r.Header.Get("Authorization")+answer)
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"you":"%s %s","key":%q,"token":"of-the-answer-%s"}`, r.Header.Get("Authorization"), answer, r.Header.Get("X-Api-Key"), answer)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	t.Setenv("MLBENCH_TOKEN", "very-secret-token")
	a, b := echo(200, "1"), echo(201, "2")
	scenario := filepath.Join(t.TempDir(), "one.yaml")
	if err := os.WriteFile(scenario, []byte("login: {optional: true}\nrequests: [{name: predict, path: /predict, auth: bearer, body: {json: {}}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json", "markdown"} {
		code, stdout, stderr, _ := verifyIn(t, t.Context(), "a="+a, "b="+b, "--scenario", scenario, "-n", "2",
			"-H", "X-Api-Key: also-very-secret", "--headers", "x-echo", "--format", format)
		all := stdout + stderr
		if code != cli.ExitParity || !strings.Contains(all, "$TOKEN") || !strings.Contains(all, "$X_API_KEY") {
			t.Errorf("exit %d: %s", code, all)
		}
		for _, secret := range []string{"very-secret-token", "also-very-secret", "of-the-answer"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s shows %s:\n%s", format, secret, all)
			}
		}
	}
}
