package main

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// F01: a managed target is ready, too, by the protocol and headers of the load.
func TestManagedTargetIsReadyTheWayOfTheLoad(t *testing.T) {
	keyed, _ := picky(t, func(r *http.Request) bool { return r.Header.Get("X-Gateway-Key") == "k" && r.Host == "model.example" })
	for name, tc := range map[string]struct {
		url   string
		flags []string
	}{
		"gateway key and host": {keyed, []string{"-H", "X-Gateway-Key: k", "--host-header", "model.example"}},
		"HTTP/2 only":          {onlyHTTP2(t), []string{"--transport", "h2"}},
	} {
		t.Run(name, func(t *testing.T) {
			// The command says where it listens, as a server would that picks its port.
			start := "echo listening on " + tc.url + "; exec sleep 60"
			args := append([]string{"run", "ping", "--start", start, "-n", "3", "-c", "1", "--warmup", "0s", "-q", "--start-timeout", "10s"}, tc.flags...)
			code, stdout, stderr := mlbenchIn(t, args...)
			if code != cli.ExitOK && code != cli.ExitInvalid || !strings.Contains(stdout, "requests") { // a busy machine is invalid
				t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
			}
		})
	}
}

// F10: bodies are compared by what they say, however they are compressed.
func TestVerifyComparesCompressedAnswersDecoded(t *testing.T) {
	serve := func(coding string, body []byte) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if coding != "" {
				w.Header().Set("Content-Encoding", coding)
			}
			_, _ = w.Write(body)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"prediction":1.5}`))
	_ = z.Close()
	scenario := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(scenario, []byte("requests: [{name: a, path: /a}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := serve("", []byte(`{"prediction":1.5}`))
	for name, tc := range map[string]struct {
		b    string
		code int
		want string
	}{
		"the same":       {serve("gzip", packed.Bytes()), cli.ExitOK, "SAME"},
		"another":        {serve("", []byte(`{"prediction":1.6}`)), cli.ExitParity, "DIFFERENT"},
		"unknown coding": {serve("compress", packed.Bytes()), cli.ExitParity, `content coding "compress" is none that can be decoded`},
	} {
		code, stdout, stderr := mlbenchIn(t, "verify", "a="+plain, "b="+tc.b, "--scenario", scenario, "-n", "2", "--edge-cases=false", "--ignore", "header Content-Encoding", "-q")
		if code != tc.code || !strings.Contains(stdout, tc.want) {
			t.Errorf("%s: exit %d, want %d and %q\n%s%s", name, code, tc.code, tc.want, stdout, stderr)
		}
	}
}
