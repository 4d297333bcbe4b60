package targets

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// 5: without credentials nobody but a bundled server is sent any: a server on this
// machine may be somebody else's.
func TestDemoLoginGoesToBundledServersOnly(t *testing.T) {
	clearEnv(t)
	for name, tt := range map[string]struct {
		server string
		sent   bool
	}{
		"bundled":           {"mlbench-legacy", true},
		"silent":            {"", false},
		"somebody else's":   {"nginx", false},
		"one that names it": {"proxy of mlbench-legacy", false},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			target := targetOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				asked = append(asked, r.Method+" "+r.URL.Path+" "+string(body))
				w.Header().Set("Server", tt.server)
				if r.URL.Path == "/login" {
					_, _ = io.WriteString(w, `{"token":"t"}`)
				} else {
					w.WriteHeader(http.StatusNotFound) // any status will do
				}
			}))
			c, err := CredentialsFrom(os.Getenv).For(target)
			if err != nil || !c.Demo {
				t.Fatalf("%#v, %v", c, err)
			}
			token, note, err := target.Login(t.Context(), Login{Optional: true}, c)
			want := []string{"GET /health ", `POST /login {"username":"admin","password":"password"}`}
			if !tt.sent {
				want = want[:1]
			}
			if got := strings.Join(asked, "\n"); err != nil || got != strings.Join(want, "\n") || (token == "t") != tt.sent {
				t.Errorf("asked\n%s\ntoken %q, %v", got, string(token), err)
			}
			if !tt.sent && !strings.Contains(note, "requests are sent without a token") && !strings.Contains(note, "set MLBENCH_USERNAME") {
				t.Errorf("note %q", note)
			}
			if _, _, err := target.Login(t.Context(), Login{}, c); errors.Is(err, ErrCredentials) == tt.sent {
				t.Errorf("a login that is not optional: %v", err)
			}
		})
	}
}
