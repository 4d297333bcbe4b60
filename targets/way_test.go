package targets

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// A login has a type of its own; all other headers of the target go with it.
func TestLoginKeepsItsContentType(t *testing.T) {
	var got http.Header
	target := targetOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		io.WriteString(w, `{"token":"abc"}`)
	}))
	target.Headers = []Field{{Name: "content-type", Value: "text/plain"}, {Name: "X-Gateway-Key", Value: "1"}, {Name: "X-Gateway-Key", Value: "2"}}
	if _, _, err := target.Login(t.Context(), Login{}, Credentials{Username: "a", Password: "b"}); err != nil {
		t.Fatal(err)
	}
	if got.Get("Content-Type") != "application/json" || strings.Join(got.Values("X-Gateway-Key"), ",") != "1,2" {
		t.Errorf("headers %v", got)
	}
}

// A proxy of the environment is passed by, and that is said.
func TestProxyNote(t *testing.T) {
	if os.Getenv("MLBENCH_PROXY_TEST") == "" {
		t.Skip("net/http reads the environment once: see TestProxyNoteInItsProcess")
	}
	for ref, want := range map[string]string{
		"http://model.example":   "model.example: requests go straight to it, not through the proxy proxy.example:3128 of HTTP_PROXY",
		"https://model.example":  "model.example: requests go straight to it, not through the proxy secure.example:3128 of HTTPS_PROXY",
		"http://127.0.0.1:8000":  "",
		"http://localhost:8000":  "",
		"http://intern.example":  "",
		"https://intern.example": "",
	} {
		target, err := (&File{}).Parse(ref)
		if err != nil {
			t.Fatal(err)
		}
		if got := target.ProxyNote(); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

func TestProxyNoteInItsProcess(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := os.StartProcess(exe, []string{exe, "-test.run=^TestProxyNote$"}, &os.ProcAttr{
		Env:   []string{"MLBENCH_PROXY_TEST=1", "HTTP_PROXY=http://u:secret@proxy.example:3128", "HTTPS_PROXY=http://secure.example:3128", "NO_PROXY=intern.example"},
		Files: []*os.File{nil, os.Stdout, os.Stderr},
	})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := p.Wait(); err != nil || !state.Success() {
		t.Errorf("%v, %v", state, err)
	}
}
