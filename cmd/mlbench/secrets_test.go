package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// However a secret is given, it is in no result file and no output.
func TestSecretsStayOut(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("MLBENCH_TOKEN", "hunter2-token")
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("X-Key")+r.URL.RawQuery+r.Header.Get("Authorization"))
	}))
	defer srv.Close()
	for _, args := range [][]string{
		{"-qH", "X-Key: hunter2-header"},
		{"-H", "X-Key: hunter2-header"},
		{"-HX-Key: hunter2-header"},
		{"--header=X-Key: hunter2-header"},
		{"--header", "X-Key: hunter2-header"},
	} {
		got = nil
		args = append([]string{"run", "--url", srv.URL + "/?api_key=hunter2-query", "-c", "1", "-n", "3", "--warmup", "0s", "-o", "r.jsonl"}, args...)
		code, stdout, stderr := invoke(args...)
		if code != cli.ExitOK && code != cli.ExitInvalid { // three requests, on a busy machine
			t.Fatalf("%q: exit code %d: %s", args, code, stderr)
		}
		b, err := os.ReadFile("r.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove("r.jsonl"); err != nil {
			t.Fatal(err)
		}
		for what, text := range map[string]string{"result file": string(b), "stdout": stdout, "stderr": stderr} {
			if strings.Contains(text, "hunter2") {
				t.Errorf("%q: the %s shows a secret:\n%s", args, what, text)
			}
		}
		if last := got[len(got)-1]; last != "hunter2-headerapi_key=hunter2-queryBearer hunter2-token" {
			t.Errorf("%q: the target got %q", args, last)
		}
	}
}
