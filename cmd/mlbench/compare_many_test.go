package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// Mistakes that concern any of several comparisons are found before the first
// one starts: no target gets more than what checks it.
func TestCompareManyBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, `{"token":"t"}`)
	}))
	defer srv.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	if err := os.WriteFile("x-2.jsonl", []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ok := srv.URL + " b=" + srv.URL
	for _, tc := range []struct {
		args   string
		code   int
		stderr []string
	}{
		{ok + " c=" + nobody, cli.ExitFailure, []string{"refused"}},
		{ok + " modrn", cli.ExitUsage, []string{`"modern"`}},
		{ok + " c=ftp://x", cli.ExitUsage, []string{"ftp"}},
		{ok + " c=" + srv.URL + " -o x.jsonl", cli.ExitFailure, []string{"x-2.jsonl exists", "--output"}},
		{ok + " c=" + srv.URL + " --budget 2s", cli.ExitUsage, []string{"2s", "--budget"}},
		{ok + " c=" + srv.URL + " --scenario nope", cli.ExitUsage, []string{"nope"}},
		{ok + " c=x.jsonl x-2.jsonl", cli.ExitUsage, []string{"x-2.jsonl is saved"}},
	} {
		t.Run(tc.args, func(t *testing.T) {
			asked.Store(0)
			code, stdout, stderr := invoke(append([]string{"compare"}, strings.Fields(tc.args)...)...)
			if code != tc.code || stdout != "" {
				t.Errorf("exit code %d, want %d; stdout %q, stderr %q", code, tc.code, stdout, stderr)
			}
			for _, want := range tc.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr does not mention %q:\n%s", want, stderr)
				}
			}
			if n := asked.Load(); n > 6 { // for three targets, whether it is there, and a login
				t.Errorf("%d requests before the mistake was found", n)
			}
			if ls(t) != "x-2.jsonl" {
				t.Errorf("left behind: %s", ls(t))
			}
		})
	}
}
