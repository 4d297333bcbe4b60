package scenarios

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/targets"
)

func serve(t *testing.T, h http.HandlerFunc) targets.Target {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return target(t, srv.URL)
}

const secretive = `
variables:
  PLAIN: seen
  KEY: {env: TEAM_KEY}
  PASS: {file: pass}
  OR: {env: NOT_THERE_AT_ALL, default: other}
setup:
  - {name: make, method: PUT, path: "/make/${KEY}?p=${PASS}&or=${OR}", headers: {X-Team: "${KEY}", X-Env: "${OUTSIDE}", X-Open: "${PLAIN}-${OR}"}}
requests:
  - {name: json, path: /json, body: {json: {"a${PLAIN}": "${PASS} ${PLAIN}", or: "${OR}"}}}
  - {name: text, path: /text, auth: bearer, body: {text: "k=${KEY} $${KEY}"}}
  - {name: form, path: /form, body: {form: {p: "${PASS}"}}}
  - {name: parts, path: /parts, body: {multipart: {p: "${PASS}", j: {json: "${PASS}"}}}}
teardown:
  - {path: /end, headers: {Cookie: "${PASS}"}, expect: {status: [200, 404]}}
`

// What a variable stands for is sent, and shown only if it is plain: not in
// requests, not when the target repeats it, in whatever form.
func TestSecretsAreSentAndNotShown(t *testing.T) {
	const key, pass, outside, token = "hunter2 key/?", `hunter2"pass&é`, "hunter2env", "hunter2token"
	t.Setenv("TEAM_KEY", key)
	t.Setenv("OUTSIDE", outside)
	sc, err := inFolder(t, secretive, map[string]string{"pass": pass + "\r\n"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, fmt.Sprintf("%s %s %s %s", r.URL.Path, r.URL.Query().Get("p"), r.Header.Get("X-Team")+r.Header.Get("X-Env"), body))
		w.Header().Set("X-Echo", r.Header.Get("X-Team"))
		w.Header().Set("Set-Cookie", "hunter2-new")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %q %s %s", r.RequestURI, r.Header, body, r.Header.Get("X-Open"))
	})
	calls, err := Once(sc, CompileOptions{Target: at, Token: token, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, list := range [][]Exchange{calls.Setup, calls.Classes, calls.Teardown} {
		for i := range list {
			shown.Write(list[i].Shown())
			s, err := list[i].Send(t.Context(), at, 10*time.Second, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&shown, "\n%s\n%s\n%s\n", s.Answer.Head, s.Answer.Body, s.Wrong)
			if err := list[i].Must(t.Context(), at, 10*time.Second); err == nil {
				t.Error("418 is expected")
			} else {
				fmt.Fprintln(&shown, err)
			}
		}
	}
	if text := shown.String(); strings.Contains(text, "hunter2") || !strings.Contains(text, "[redacted]") || !strings.Contains(text, "X-Open: seen-other") {
		t.Errorf("a secret shows, or what is none does not:\n%s", text)
	}
	want := []string{
		"/make/" + key + " " + pass + " " + key + outside + " ",
		`/json   {"a${PLAIN}":"hunter2\"pass&é seen","or":"other"}`,
		"/text   k=" + key + " ${KEY}",
		"/form   p=hunter2%22pass%26%C3%A9",
	}
	for i, w := range want {
		if d := cmp.Diff(w, got[2*i]); d != "" {
			t.Error(d)
		}
	}
}

// The plan of a run shows no secret either, where it is written down.
func TestSecretsInPaths(t *testing.T) {
	t.Setenv("TEAM_KEY", "hunter2/x")
	sc := parse(t, `{variables: {KEY: {env: TEAM_KEY}, ID: 5}, requests: [{name: a, path: "/a/${KEY}?k=${KEY}&id=${ID}"}]}`)
	p := compile(t, sc, CompileOptions{}).Classes[0].Pool[0]
	if !strings.HasPrefix(string(p.AppendHTTP1(nil)), "GET /a/hunter2%2Fx?k=hunter2%2Fx&id=5 HTTP/1.1\r\n") || p.ShownTarget() != "/a/[redacted]?k=[redacted]&id=5" {
		t.Errorf("%q, shown as %q", p.AppendHTTP1(nil), p.ShownTarget())
	}
	plain := compile(t, parse(t, `requests: [{name: a, path: /x}]`), CompileOptions{}).Classes[0].Pool[0]
	if plain.ShownTarget() != "/x" {
		t.Errorf("shown as %q", plain.ShownTarget())
	}
}

func TestVariableMistakes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "empty"), []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "large"), make([]byte, maxVariableFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EVIL", "hunter2\r\nEvil: 1")
	t.Setenv("GONE", "")
	for _, tt := range []struct{ variables, want string }{
		{"{A: {env: NOT_THERE_AT_ALL}}", "variable A: the environment variable NOT_THERE_AT_ALL is not set or empty: set it, or give the variable a default"},
		{"{A: {env: GONE}}", "the environment variable GONE is not set or empty"},
		{"{A: {file: empty}}", "variable A: the file empty is not set or empty"},
		{"{A: {file: nowhere}}", "no such file"},
		{"{A: {file: large}}", "want at most 64 kB"},
		{"{A: {file: .}}", "found a folder"},
		{"{A: {env: EVIL}}", "header X: what ${…} stands for is not allowed there"},
		{"{A: {env: X1}, B: {env: X2}}", "variable B"},
	} {
		sc, err := Parse([]byte("variables: "+tt.variables+"\nrequests: [{name: a, headers: {X: '${A}'}}]"), filepath.Join(dir, "s.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		sc.Env = os.LookupEnv
		_, err = Compile(sc, CompileOptions{Target: target(t, "modern")})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", tt.variables, err, tt.want)
		}
		if _, err := Compile(sc, CompileOptions{Target: target(t, "modern"), ForShow: true}); err != nil && !strings.Contains(tt.want, "not allowed") {
			t.Errorf("%s: not even shown: %v", tt.variables, err)
		}
	}
	sc := parse(t, "{variables: {A: x}, requests: [{name: a, headers: {X: '${B_NOT_THERE}'}}]}")
	if _, err := Compile(sc, CompileOptions{Target: target(t, "modern")}); err == nil || !strings.Contains(err.Error(), "B_NOT_THERE is not set (and no variable") {
		t.Error(err)
	}
}

// An answer is what the target said: interim answers, chunks and large bodies
// included; a target that does not answer is named.
func TestSend(t *testing.T) {
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/early":
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, "done")
		case "/large":
			for range 1000 {
				io.WriteString(w, strings.Repeat("x", 1000))
			}
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/hang":
			<-r.Context().Done()
		}
	})
	send := func(path, method string, timeout time.Duration) (*Sent, error) {
		calls, err := Once(parse(t, "requests: [{name: a, method: "+method+", path: "+path+"}]"), CompileOptions{Target: at})
		if err != nil {
			t.Fatal(err)
		}
		return calls.Classes[0].Send(t.Context(), at, timeout, 10)
	}
	if s, err := send("/early", "GET", 10*time.Second); err != nil || s.Answer.Status != 200 || string(s.Answer.Body) != "done" || !strings.HasPrefix(string(s.Answer.Head), "HTTP/1.1 200 OK\r\n") {
		t.Errorf("early hints: %+v, %v", s, err)
	}
	if s, err := send("/large", "GET", 10*time.Second); err != nil || s.Answer.Size != 1_000_000 || len(s.Answer.Body) != 10 {
		t.Errorf("large: %+v, %v", s, err)
	}
	if s, err := send("/large", "HEAD", 10*time.Second); err != nil || s.Answer.Size != 0 {
		t.Errorf("HEAD: %+v, %v", s, err)
	}
	if _, err := send("/cut", "GET", 10*time.Second); err == nil || !strings.Contains(err.Error(), ": closed the connection") {
		t.Errorf("cut: %v", err)
	}
	if _, err := send("/hang", "GET", 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "no complete answer in time") {
		t.Errorf("hang: %v", err)
	}
}

// A journey goes step by step with what it captured, which does not show; what
// its checks find is not as expected.
func TestOnceJourney(t *testing.T) {
	const src = `
requests:
  - name: user
    path: /login
    body: {json: {}}
    capture: {token: $.token, id: $.id}
    steps:
      - {name: predict, path: "/predict/{{id}}?x=1", headers: {X-Session: "{{token}}"}, body: {json: {id: "{{id}}", text: "by {{token}}"}}, checks: [{json: $.ok, equals: true}]}
      - {name: bye, path: /bye}
`
	var got []string
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.RequestURI+" "+r.Header.Get("X-Session")+" "+string(body))
		io.WriteString(w, `{"token": "hunter2-token", "id": 7, "ok": false}`)
	})
	calls, err := Once(parse(t, src), CompileOptions{Target: at})
	if err != nil {
		t.Fatal(err)
	}
	var shown, wrong []string
	for i := range calls.Classes {
		e := &calls.Classes[i]
		request := string(e.Shown())
		s, err := e.Send(t.Context(), at, 10*time.Second, 1000)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, request+string(s.Answer.Body))
		wrong = append(wrong, fmt.Sprint(e.Follows, " ", s.Wrong))
	}
	if d := cmp.Diff([]string{"/login  {}", `/predict/7?x=1 hunter2-token {"id":7,"text":"by hunter2-token"}`, "/bye  "}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"false ", "true user.predict: $.ok: found false, want true", "true "}, wrong); d != "" {
		t.Error(d)
	}
	if all := strings.Join(shown, "\n"); strings.Contains(all, "hunter2") || !strings.Contains(all, `"text":"by [captured]"`) {
		t.Errorf("shown:\n%s", all)
	}
}

// Whatever way of writing a target has, and wherever a message is cut.
func TestRedactor(t *testing.T) {
	v := values{seen: map[string]bool{"pä<&\"😀 x/y": true, "": true}}
	r := v.redactor("token-1234")
	for in, want := range map[string]string{
		"a pä<&\"😀 x/y b":                                      "a [redacted] b",
		`{"a":"pä<&\"😀 x/y"}`:                                  `{"a":"[redacted]"}`,
		`{"a":"pä\u003c\u0026\"😀 x/y"}`:                        `{"a":"[redacted]"}`,
		`{"a":"p\u00e4<&\"\ud83d\ude00 x/y"}`:                  `{"a":"[redacted]"}`,
		"p=p%C3%A4%3C%26%22%F0%9F%98%80+x%2Fy&q=token-1234":    "p=[redacted]&q=[redacted]",
		"/p%C3%A4%3C&%22%F0%9F%98%80%20x%2Fy?token-12345 toke": "/[redacted]?[redacted]5 toke",
		`found "a token-12…, want "b…"`:                        `found "a [redacted]…, want "b…"`,
		"nothing…":                                             "nothing…",
	} {
		if got := r.Replace(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
