package check

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/targets"
)

// answering is a server that takes this login and says that it is called so.
func answering(status int, server string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", server)
		if r.URL.Path != "/login" {
			return
		}
		w.WriteHeader(status)
		fmt.Fprint(w, `{"token":"t"}`)
	})
}

func TestTargetSaysWhatWasFound(t *testing.T) {
	alice := targets.CredentialSettings{Username: "alice", Password: "hunter2"}
	for _, tt := range []struct {
		name    string
		handler http.Handler
		tls     bool
		verify  bool
		set     targets.CredentialSettings
		want    string // a pattern: times differ
	}{
		{"plain", answering(404, "x"), false, false, targets.CredentialSettings{}, `^http://127\.0\.0\.1:\d+/ answered 200 in \S+, no TLS, no credentials to log in with$`},
		{"token", answering(404, "x"), false, false, targets.CredentialSettings{Token: "t"}, `no TLS, token from MLBENCH_TOKEN$`},
		{"login", answering(200, "x"), false, false, alice, `no TLS, login in \S+$`},
		{"no route", answering(404, "x"), false, false, alice, `no TLS, no login$`},
		{"bundled", answering(200, "mlbench-modern"), false, false, targets.CredentialSettings{}, `login in \S+$`},
		{"bundled, with users of its own", answering(401, "mlbench-modern"), false, false, targets.CredentialSettings{}, `no demo login$`},
		{"any certificate", answering(404, "x"), true, false, targets.CredentialSettings{}, `TLS 1\.3 with a certificate that was not verified`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(tt.handler)
			if tt.tls {
				srv.StartTLS()
			} else {
				srv.Start()
			}
			defer srv.Close()
			said, err := Target(t.Context(), at(t, srv, tt.tls), tt.set)
			if err != nil || !regexp.MustCompile(tt.want).MatchString(said) {
				t.Errorf("%q, %v, want %s", said, err, tt.want)
			}
		})
	}
}

func at(t *testing.T, srv *httptest.Server, insecure bool) targets.Target {
	t.Helper()
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	return targets.Target{Name: "t", URL: u, Ready: "/", Insecure: insecure}
}

func TestTargetOfHTTP2Alone(t *testing.T) {
	srv := httptest.NewUnstartedServer(answering(404, "x"))
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	defer srv.Close()
	said, err := Target(t.Context(), at(t, srv, false), targets.CredentialSettings{})
	if err != nil || !strings.HasPrefix(said, "by HTTP/2 only (--transport h2), http://") {
		t.Errorf("%q, %v", said, err)
	}
}

// What fails is told, without the credentials that failed.
func TestTargetThatRefuses(t *testing.T) {
	srv := httptest.NewServer(answering(401, "x"))
	_, err := Target(t.Context(), at(t, srv, false), targets.CredentialSettings{Username: "alice", Password: "hunter2"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("login refused: %v", err)
	}
	srv.Close()
	if said, err := Target(t.Context(), at(t, srv, false), targets.CredentialSettings{}); err == nil {
		t.Errorf("nobody there: %q", said)
	}
}
