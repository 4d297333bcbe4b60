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
	o := &verifyOptions{Streams: cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errOut}, spec: verify.Spec{Requests: 20}}
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

// Each of these faults is found, under its own name, and nothing else is.
func TestVerifyFindsPlantedDifferences(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", "the-test-token")
	scenario := plantedFile(t)
	a := plantedTarget(t, "")
	for fault, want := range map[string][]string{
		"value":               {"value $.prediction"},
		"value, slightly":     {"value $.prediction"},
		"rounded":             {"value $.prediction"},
		"value, rarely":       {"value $.prediction"},
		"count by one":        {"value $.count"},
		"label":               {"value $.label"},
		"missing":             {"missing $.label"},
		"missing noise":       {"missing $.id"},
		"extra":               {"extra $.debug"},
		"nested":              {"extra $.meta.of"},
		"nested value":        {"value $.model.version"},
		"type":                {"type $.count"},
		"type of noise":       {"type $.at"},
		"null":                {"type $.prediction"},
		"length":              {"length $.scores"},
		"order":               {"value $.scores[*]"},
		"text":                {"text "},
		"content type":        {"header Content-Type"},
		"no header":           {"header X-Model"},
		"more headers":        {"header X-Debug"},
		"no challenge":        {"header Www-Authenticate"},
		"created":             {"status  200 201"},
		"422 for 400":         {"status  400 422"},
		"error text":          {"value $.error"},
		"errors are text":     {"form "},
		"no token needed":     {"status  401 200"},
		"any path is found":   {"status  404 200"},
		"GET predicts":        {"status  405 400"},
		"no limits":           {"status  400 200"},
		"any size":            {"status  400 200"},
		"text for numbers":    {"status  400 200"},
		"dies of broken JSON": {"no-answer "},
	} {
		t.Run(fault, func(t *testing.T) {
			code, _, stderr, p := verifyIn(t, t.Context(), "a="+a, "b="+plantedTarget(t, fault), "--scenario", scenario, "--format", "json", "-q", "--seed", "1")
			if code != cli.ExitParity || p.Same || !p.Complete {
				t.Fatalf("exit %d, same %v, complete %v; stderr: %s", code, p.Same, p.Complete, stderr)
			}
			// What a refusal becomes differs in more than its status: that is told
			// with it, and only there.
			var got []string
			for _, d := range p.Differences {
				text := fmt.Sprintf("%s %s", d.Difference, d.Where)
				if d.Difference == answers.Status {
					text += fmt.Sprintf(" %d %d", d.StatusA, d.StatusB)
				}
				if len(got) == 0 || got[0] != text {
					got = append(got, text)
				}
				if d.Example.Curl == "" || strings.Contains(d.Example.Curl, "the-test-token") {
					t.Errorf("curl line: %s", d.Example.Curl)
				}
			}
			if len(got) == 0 || got[0] != want[0] {
				t.Errorf("found %q, want %q first", got, want)
			}
			follows := map[string]bool{"header X-Model": true, "header Content-Type": true, "header Www-Authenticate": true, "value $.error": true}
			for _, text := range got[1:] {
				if !strings.HasPrefix(want[0], "status") || !follows[text] {
					t.Errorf("found %q as well", text)
				}
			}
		})
	}
}

// Two services of one kind, with noise of all kinds, are the same.
func TestVerifyFindsNothingOnIdenticalServices(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", "the-test-token")
	code, stdout, stderr, p := verifyIn(t, t.Context(), "a="+plantedTarget(t, ""), "b="+plantedTarget(t, ""), "--scenario", plantedFile(t), "-n", "300", "-q", "--format", "json")
	if code != 0 || !p.Same || !p.Complete || p.Requests < 900 || p.Differing != 0 || len(p.Differences) > 0 {
		t.Fatalf("exit %d: %s %s", code, stdout, stderr)
	}
	var noise []string
	for _, n := range p.Noise {
		noise = append(noise, n.Class+" "+n.Where)
	}
	for _, want := range []string{"predict $.at", "predict $.id"} {
		if !slices.Contains(noise, want) {
			t.Errorf("noise %v is without %s", noise, want)
		}
	}
}

// B answers for a while and then is gone: what was found is told, and why it
// ended.
func TestVerifyWhenATargetGoesAway(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", "the-test-token")
	mortal := &planted{}
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mortal.asked.Load() > 10 {
			srv.Listener.Close()
			panic(http.ErrAbortHandler)
		}
		mortal.ServeHTTP(w, r)
	}))
	defer srv.Close()
	code, stdout, stderr, p := verifyIn(t, t.Context(), "a="+plantedTarget(t, ""), "b="+srv.URL, "--scenario", plantedFile(t), "-c", "1", "-q", "--format", "json")
	if code != cli.ExitFailure || p.Complete || p.Requests < 5 || !strings.Contains(p.Ended, "does not answer any more") || !strings.Contains(stderr, "does not answer any more") {
		t.Errorf("exit %d: %s %s", code, stdout, stderr)
	}
}

// ctrl-C keeps what was found.
func TestVerifyInterrupted(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", "the-test-token")
	ctx, cancel := context.WithCancel(t.Context())
	service := &planted{fault: "value"}
	b := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if service.asked.Load() > 15 {
			cancel()
		}
		service.ServeHTTP(w, r)
	}))
	defer b.Close()
	code, stdout, stderr, p := verifyIn(t, ctx, "a="+plantedTarget(t, ""), "b="+b.URL, "--scenario", plantedFile(t), "-q", "--format", "json")
	if code != cli.ExitInterrupted || p.Same || p.Complete || p.Ended != "interrupted" || p.Requests < 5 || p.Requests > 30 {
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
