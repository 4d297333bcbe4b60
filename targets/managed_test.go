package targets

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// TestManagedServer is no test: it is the server of the tests below, in a
// process of its own, listening where $PORT says.
func TestManagedServer(t *testing.T) {
	if os.Getenv("MANAGED_SERVER") == "" {
		t.Skip("only as a child process of the tests of StartShell")
	}
	t.Log(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ready" {
			w.WriteHeader(http.StatusNotFound)
		}
	})))
}

func TestStartShell(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MANAGED_SERVER", "1")
	command := "'" + exe + "' -test.run '^TestManagedServer$'"
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, path := range []string{"/ready", ""} {
		p, err := StartShell(ctx, command, path, Command{})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Get(p.URL().String() + "/ready")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := http.Get(p.URL().String()); err == nil {
			t.Error("the server outlives Stop")
		}
	}
}

func TestStartShellFailures(t *testing.T) {
	soon, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	for command, want := range map[string]string{
		"echo no such model >&2; exit 3":    "no such model",
		"no-such-program-here":              "not found",
		"echo waiting; while :; do :; done": "{port}",
	} {
		_, err := StartShell(soon, command, "", Command{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", command, err, want)
		}
	}
}
