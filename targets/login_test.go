package targets

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func targetOf(t *testing.T, h http.Handler) Target {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	target, err := Parse("t="+srv.URL, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// answering answers every request the same.
func answering(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		if status/100 == 3 {
			w.Header().Set("Location", "https://elsewhere/")
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
}

// clearEnv keeps the tests from the caller's credentials.
func clearEnv(t *testing.T) {
	for _, name := range []string{"MLBENCH_USERNAME", "MLBENCH_PASSWORD", "MLBENCH_TOKEN"} {
		t.Setenv(name, "")
		t.Setenv(name+"_FILE", "")
	}
}

func TestLoginAnswers(t *testing.T) {
	creds := Credentials{Username: "bob", Password: "hunter2"}
	for _, tt := range []struct {
		status       int
		kind, body   string
		login        Login
		token        Secret
		note         string // in the note
		err          string // in the error
		isCredential bool
	}{
		{200, "application/json", `{"token":"abc"}`, Login{}, "abc", "", "", false},
		{200, "application/json", `{"access_token":"x.y","token_type":"bearer"}`, Login{}, "x.y", "", "", false}, // F09
		{201, "text/plain", `{"data":{"access_token":"x.y"}}`, Login{TokenPath: "data.access_token"}, "x.y", "", "", false},
		{401, "application/json", `{}`, Login{Optional: true}, "", "", "401 to these credentials; set MLBENCH_USERNAME", true},
		{403, "application/json", `{}`, Login{}, "", "", "MLBENCH_TOKEN", true},
		{404, "text/html", ``, Login{Optional: true}, "", "no POST /login (404): requests are sent without a token", "", false},
		{405, "text/html", ``, Login{Optional: true}, "", "(405)", "", false},
		{501, "text/html", ``, Login{Optional: true}, "", "(501)", "", false},
		{404, "text/html", ``, Login{}, "", "", "no such route", false},
		{200, "text/html", `<p>hello`, Login{Optional: true}, "", "no JSON", "", false},
		{200, "text/html", `<p>hello`, Login{}, "", "", "no JSON", false},
		{200, "application/json", `{"the_token":"hunter2","a":1}`, Login{Optional: true}, "", "", `without the field "token"; it has: a, the_token`, false},
		{200, "application/json", `{"token":5}`, Login{}, "", "", "not a text", false},
		{200, "application/json", `{"token":"a\r\nEvil: 1"}`, Login{}, "", "", "no header may hold", false},
		{200, "application/json", `[]`, Login{}, "", "", "no object", false},
		{302, "text/html", ``, Login{Optional: true}, "", "", "https://elsewhere/", false},
		{400, "application/json", `{}`, Login{Optional: true}, "", "", "login.body", false},
		{500, "application/json", `{}`, Login{Optional: true}, "", "", "500", false},
	} {
		t.Run(fmt.Sprintf("%d %s", tt.status, tt.body), func(t *testing.T) {
			target := targetOf(t, answering(tt.status, tt.kind, tt.body))
			token, note, err := target.Login(t.Context(), tt.login, creds)
			message := fmt.Sprint(err)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(message, tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if token != tt.token || !strings.Contains(note, tt.note) || tt.note == "" && note != "" {
				t.Errorf("token %q, note %q, want %q, %q", string(token), note, string(tt.token), tt.note)
			}
			if errors.Is(err, ErrCredentials) != tt.isCredential {
				t.Errorf("errors.Is(%v, ErrCredentials) is not %v", err, tt.isCredential)
			}
			if strings.Contains(message+note, "hunter2") {
				t.Errorf("a secret shows: %s %s", message, note)
			}
		})
	}
}

func TestLoginSends(t *testing.T) {
	t.Setenv("TENANT", `a"b`)
	type seen struct{ Method, Path, Kind, Key, Body string }
	var got seen
	target := targetOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("X-Key"), string(body)}
		io.WriteString(w, `{"token":"abc"}`)
	}))
	target.URL.Path = "/api"
	target.Headers = []Field{{Name: "X-Key", Value: "k"}}
	creds := Credentials{Username: "bob", Password: `p"w\`}
	login := func(l Login) seen {
		t.Helper()
		if _, _, err := target.Login(t.Context(), l, creds); err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := seen{"POST", "/api/login", "application/json", "k", `{"username":"bob","password":"p\"w\\"}`}
	if d := cmp.Diff(want, login(Login{})); d != "" {
		t.Error(d)
	}
	if !json.Valid([]byte(got.Body)) {
		t.Errorf("not JSON: %s", got.Body)
	}
	want = seen{"PUT", "/api/auth?x=1", "application/json", "k", `{"t":"a\"b","u":"bob"}`}
	if d := cmp.Diff(want, login(Login{Method: "PUT", Path: "/auth?x=1", Body: `{"t":"${TENANT}","u":"${MLBENCH_USERNAME}"}`, Env: os.LookupEnv})); d != "" {
		t.Error(d)
	}
	want = seen{"POST", "/api/login", "text/plain", "k", `a"b`}
	if d := cmp.Diff(want, login(Login{ContentType: "text/plain", Body: `${TENANT}`, Env: os.LookupEnv})); d != "" {
		t.Error(d)
	}
}

func TestLoginWithTokenAsksNobody(t *testing.T) {
	target := targetOf(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
	token, _, err := target.Login(t.Context(), Login{}, Credentials{Token: "given"})
	if err != nil || token != "given" {
		t.Errorf("token %q, %v", string(token), err)
	}
}

func TestCredentialsFor(t *testing.T) {
	local, remote := Target{URL: mustURL(t, "http://127.0.0.1:5000")}, Target{URL: mustURL(t, "https://api.example.com")}
	clearEnv(t)
	got, err := CredentialsFrom(os.Getenv).For(local)
	if err != nil || got != (Credentials{Username: "admin", Password: "password", Demo: true}) {
		t.Errorf("loopback without any: %#v, %v", got, err)
	}
	if got, err := CredentialsFrom(os.Getenv).For(remote); err != nil || got != (Credentials{}) {
		t.Errorf("remote without any: %#v, %v", got, err)
	}
	// The demo login must never be sent to somebody else's service.
	token, note, err := remote.Login(t.Context(), Login{Optional: true}, Credentials{})
	if err != nil || token != "" || !strings.Contains(note, "set MLBENCH_USERNAME") {
		t.Errorf("optional login without credentials: %q, %v", note, err)
	}
	if _, _, err := remote.Login(t.Context(), Login{}, Credentials{}); !errors.Is(err, ErrCredentials) {
		t.Errorf("login without credentials: %v", err)
	}

	file := filepath.Join(t.TempDir(), "pw")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MLBENCH_USERNAME", "bob")
	if _, err := CredentialsFrom(os.Getenv).For(local); !errors.Is(err, ErrCredentials) {
		t.Errorf("half of the credentials: %v", err)
	}
	t.Setenv("MLBENCH_PASSWORD_FILE", file)
	if got, err := CredentialsFrom(os.Getenv).For(remote); err != nil || got != (Credentials{Username: "bob", Password: "s3cret"}) {
		t.Errorf("from a file: %#v, %v", got, err)
	}
	t.Setenv("MLBENCH_PASSWORD", "both")
	if _, err := CredentialsFrom(os.Getenv).For(remote); err == nil {
		t.Error("variable and file both set: no error")
	}
	t.Setenv("MLBENCH_PASSWORD", "")
	t.Setenv("MLBENCH_PASSWORD_FILE", file+"x")
	if _, err := CredentialsFrom(os.Getenv).For(remote); err == nil {
		t.Error("unreadable file: no error")
	}
	clearEnv(t)
	t.Setenv("MLBENCH_TOKEN", "tok")
	if got, err := CredentialsFrom(os.Getenv).For(local); err != nil || got.Token != "tok" || got.Demo {
		t.Errorf("token: %#v, %v", got, err)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close() // nobody listens there now
	target, err := Parse("gone="+addr, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	_, err = target.Check(t.Context())
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "gone at http://"+addr) {
		t.Errorf("check: %v", err)
	}
	if _, _, err := target.Login(t.Context(), Login{Optional: true}, Credentials{Username: "a", Password: "b"}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("login: %v", err)
	}
	subject, err := (&File{}).Parse("modern")
	if err != nil {
		t.Fatal(err)
	}
	if err := subject.broken(t.Context(), syscall.ECONNREFUSED); !strings.Contains(err.Error(), "`mlbench serve modern`") {
		t.Errorf("a bundled subject that does not run: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := target.Check(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnreachable) {
		t.Errorf("cancelled check: %v", err)
	}
}

func TestCheck(t *testing.T) {
	target := targetOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "virtual" && r.URL.Path == "/health" {
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	if a, err := target.Check(t.Context()); err != nil || a.Status != 503 {
		t.Errorf("any answer will do: %d, %v", a.Status, err)
	}
	target.Ready = "/health"
	if _, err := target.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "/health answered 503") {
		t.Errorf("not ready: %v", err)
	}
	target.Headers = []Field{{Name: "host", Value: "virtual"}}
	if a, err := target.Check(t.Context()); err != nil || a.Status != 200 {
		t.Errorf("ready, with a Host header: %d, %v", a.Status, err)
	}
}

func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(answering(204, "", ""))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are the point
	srv.StartTLS()
	defer srv.Close()
	target, err := Parse(srv.URL, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Check(t.Context()); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "--insecure") {
		t.Errorf("unknown authority: %v", err)
	}
	insecure := target
	insecure.Insecure = true
	if _, err := insecure.Check(t.Context()); err != nil {
		t.Errorf("insecure: %v", err)
	}
	target.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	if _, err := target.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "ca.pem") {
		t.Errorf("missing ca file: %v", err)
	}
	if err := os.WriteFile(target.CAFile, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := target.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("broken ca file: %v", err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(target.CAFile, block, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := target.Check(t.Context()); err != nil {
		t.Errorf("known authority: %v", err)
	}
}
