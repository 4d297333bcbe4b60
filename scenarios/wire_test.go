package scenarios

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/targets"
)

// readOne parses exactly one request: no byte may follow it.
func readOne(r io.Reader) (*http.Request, error) {
	br := bufio.NewReader(r)
	req, err := http.ReadRequest(br)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if rest, _ := io.ReadAll(br); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the request", len(rest))
	}
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	return req, nil
}

// wire is the only request of a scenario with one request.
func wire(t *testing.T, request string, o CompileOptions) string {
	t.Helper()
	sc := parse(t, "requests: [{name: a, "+request+"}]")
	o.PoolSize = 1
	r := &compile(t, sc, o).Classes[0].Pool[0]
	got := r.AppendHTTP1(nil)
	readRequest(t, got)
	if o.ForShow {
		got = r.Shown()
	}
	return strings.ReplaceAll(string(got), "\r\n", "\n")
}

func TestWire(t *testing.T) {
	t.Setenv("TEAM_KEY", "k1")
	api := target(t, "http://h:81/api?v=2")
	keyed := api
	keyed.Headers = []targets.Field{{Name: "X-Key", Value: "target"}, {Name: "Authorization", Value: "Basic x"}}
	for _, tt := range []struct {
		name, request string
		o             CompileOptions
		want          string
	}{
		{"least", "", CompileOptions{}, "GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\n\n"},
		{
			"prefix and query", "path: /x?y=1",
			CompileOptions{Target: api, UserAgent: "mlbench/1"},
			"GET /api/x?y=1&v=2 HTTP/1.1\nHost: h:81\nUser-Agent: mlbench/1\nAccept: */*\n\n",
		},
		{"own URL", "method: HEAD", CompileOptions{Target: api}, "HEAD /api?v=2 HTTP/1.1\nHost: h:81\nAccept: */*\n\n"},
		{"empty POST", "method: POST", CompileOptions{}, "POST / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nContent-Length: 0\n\n"},
		{
			"text", "body: {text: 'hé'}",
			CompileOptions{},
			"POST / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nContent-Type: text/plain; charset=utf-8\nContent-Length: 3\n\nhé",
		},
		{
			"bytes", "method: PUT, body: {base64: AAEC}",
			CompileOptions{},
			"PUT / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nContent-Type: application/octet-stream\nContent-Length: 3\n\n\x00\x01\x02",
		},
		{
			"no token, no header", "auth: bearer",
			CompileOptions{},
			"GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\n\n",
		},
		{
			"token", "auth: bearer",
			CompileOptions{Token: "tok"},
			"GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nAuthorization: Bearer tok\n\n",
		},
		{"token not for all", "auth: none", CompileOptions{Token: "tok"}, "GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\n\n"},
		{
			"the target's headers", "auth: bearer",
			CompileOptions{Target: keyed, Token: "tok"},
			"GET /api?v=2 HTTP/1.1\nHost: h:81\nAccept: */*\nAuthorization: Basic x\nX-Key: target\n\n",
		},
		{
			"flags before scenario before target", "headers: {x-key: scenario, Accept: text/html, X-B: 1}",
			CompileOptions{Target: keyed, Headers: []targets.Field{{Name: "X-B", Value: "flag"}, {Name: "authorization", Value: ""}, {Name: "Host", Value: "virtual"}}},
			"GET /api?v=2 HTTP/1.1\nHost: virtual\nAccept: text/html\nx-key: scenario\nX-B: flag\n\n",
		},
		{
			"environment", "headers: {X-Key: 'a${TEAM_KEY}', X-Or: '${NOT_THERE_AT_ALL:-default}', X-Plain: '$${HOME}'}",
			CompileOptions{},
			"GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nX-Key: ak1\nX-Or: default\nX-Plain: ${HOME}\n\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, wire(t, tt.request, tt.o)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRedactedWire(t *testing.T) {
	t.Setenv("TEAM_KEY", "hunter2")
	got := wire(t, "auth: bearer, headers: {X-Team: '${TEAM_KEY}', X-Unset: '${NOT_THERE_AT_ALL}', Cookie: hunter2, X-Open: seen}", CompileOptions{
		Token: "hunter2", ForShow: true, Headers: []targets.Field{{Name: "X-Secret", Value: "hunter2"}},
	})
	want := `GET / HTTP/1.1
Host: 127.0.0.1:8000
Accept: */*
Authorization: [redacted]
X-Team: [redacted]
X-Unset: [redacted]
Cookie: [redacted]
X-Open: seen
X-Secret: [redacted]

`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// No input may smuggle a header, or a request, into another.
func TestNoInjection(t *testing.T) {
	t.Setenv("EVIL", "a\r\nEvil: 1")
	sc := parse(t, "requests: [{name: a, auth: bearer}]")
	for name, o := range map[string]CompileOptions{
		"flag value":    {Headers: []targets.Field{{Name: "X", Value: "a\r\nEvil: 1"}}},
		"flag name":     {Headers: []targets.Field{{Name: "X: 1\r\nEvil", Value: "1"}}},
		"flag framing":  {Headers: []targets.Field{{Name: "Transfer-Encoding", Value: "chunked"}}},
		"token":         {Token: "a\r\nEvil: 1"},
		"user agent":    {UserAgent: "a\r\nEvil: 1"},
		"host":          {Headers: []targets.Field{{Name: "Host", Value: "h\r\nEvil: 1"}}},
		"without host":  {Headers: []targets.Field{{Name: "Host", Value: ""}}},
		"target header": {Target: targets.Target{Headers: []targets.Field{{Name: "X", Value: "\n"}}}},
	} {
		o.Target.URL = target(t, "modern").URL
		if _, err := Compile(sc, o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	env := parse(t, "requests: [{name: a, headers: {X: '${EVIL}'}}]")
	if _, err := Compile(env, CompileOptions{Target: target(t, "modern")}); err == nil {
		t.Error("environment: accepted")
	}
	unset := parse(t, "requests: [{name: a, headers: {X: '${NOT_THERE_AT_ALL}'}}]")
	if _, err := Compile(unset, CompileOptions{Target: target(t, "modern")}); err == nil || !strings.Contains(err.Error(), "NOT_THERE_AT_ALL is not set") {
		t.Errorf("unset variable: %v", err)
	}
}

func TestJSONBodies(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"null", "null"},
		{"{b: 1, a: [true, 2.50, -0.0, 1e3, 0x10], c: null}", `{"b":1,"a":[true,2.5,-0.0,1000,16],"c":null}`},
		{`{"<&>": "é\"\n"}`, `{"<&>":"é\"\n"}`},
		{"18446744073709551615", "18446744073709551615"},
		{"{$$vector: 1, $$$x: 2}", `{"$vector":1,"$$x":2}`},
		{"{}", "{}"},
		{"[]", "[]"},
		{"'$${HOME}'", `"${HOME}"`}, // bodies take nothing from the environment
		{"{$choice: [x]}", `"x"`},
		{"{$choice: [{$int: {min: 3, max: 3}}]}", "3"},
		{"{$int: {max: 0}}", "0"},
		{"{$vector: {size: 0}}", "[]"},
		{"{$matrix: {rows: 2, cols: 0}}", "[[],[]]"},
		{"{$vector: {size: 3, mean: 5, stddev: 0}}", "[5,5,5]"},
		{"{$matrix: {rows: 2, cols: 1, dist: uniform, min: 0.5, max: 0.5}}", "[[0.5],[0.5]]"},
		{"[{$number: {mean: 2, stddev: 0}}, 1]", "[2,1]"},
	} {
		got := wire(t, "body: {json: "+tt.yaml+"}", CompileOptions{})
		_, body, _ := strings.Cut(got, "\n\n")
		if body != tt.want {
			t.Errorf("%s: %s, want %s", tt.yaml, body, tt.want)
		}
	}
}

func TestLogin(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", "")
	t.Setenv("MLBENCH_USERNAME", `b"ob`)
	t.Setenv("MLBENCH_PASSWORD", "pw")
	t.Setenv("TENANT", "t1")
	var seen string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = r.Method + " " + r.URL.Path + " " + string(body)
		io.WriteString(w, `{"data":{"key":"abc"}}`)
	}))
	defer srv.Close()
	at := target(t, srv.URL)
	const bearer = "requests: [{name: a, auth: bearer}]\n"
	for _, tt := range []struct{ login, want string }{
		{"login: {token: data.key}", `POST /login {"username":"b\"ob","password":"pw"}`},
		{
			`login: {token: data.key, method: PUT, path: /auth, body: {json: {who: "${MLBENCH_USERNAME}", in: "${TENANT}-${NOT_THERE:-x}"}}}`,
			`PUT /auth {"who":"b\"ob","in":"t1-x"}`,
		},
		{`login: {token: data.key, body: {text: "u=${TENANT}"}}`, `POST /login u=t1`},
	} {
		token, note, err := parse(t, tt.login+"\n"+bearer).Token(t.Context(), at, targets.CredentialsFrom(os.Getenv))
		if err != nil || note != "" || token != "abc" {
			t.Errorf("%s: token %q, note %q, %v", tt.login, string(token), note, err)
		}
		if seen != tt.want {
			t.Errorf("sent %s, want %s", seen, tt.want)
		}
	}
	seen = ""
	if token, _, err := parse(t, "requests: [{name: a}]").Token(t.Context(), at, targets.CredentialsFrom(os.Getenv)); token != "" || err != nil || seen != "" {
		t.Errorf("nobody wants a token: %q, %v, sent %q", string(token), err, seen)
	}
	if _, _, err := parse(t, bearer).Token(t.Context(), at, targets.CredentialsFrom(os.Getenv)); err == nil || !strings.Contains(err.Error(), "set MLBENCH_TOKEN") {
		t.Errorf("no login: %v", err)
	}
	t.Setenv("MLBENCH_TOKEN", "given")
	if token, _, err := parse(t, bearer).Token(t.Context(), at, targets.CredentialsFrom(os.Getenv)); err != nil || token != "given" || seen != "" {
		t.Errorf("MLBENCH_TOKEN: %q, %v", string(token), err)
	}
}

// F16: of headers given several times, only the last was sent.
func TestRepeatedHeadersAreAllSent(t *testing.T) {
	keyed := target(t, "http://h")
	keyed.Headers = []targets.Field{{Name: "X-A", Value: "target"}, {Name: "X-A", Value: "target, too"}}
	for _, tt := range []struct {
		request string
		o       CompileOptions
		want    string
	}{
		{`headers: {X-A: ["1", 2, ""], Accept: ""}`, CompileOptions{}, "Host: h\nX-A: 1\nX-A: 2\nX-A: \n"},
		{"", CompileOptions{}, "Host: h\nAccept: */*\nX-A: target\nX-A: target, too\n"},
		{"headers: {x-a: 1}", CompileOptions{}, "Host: h\nAccept: */*\nx-a: 1\n"},
		{
			"headers: {X-A: [1, 2, 3]}",
			CompileOptions{Headers: []targets.Field{{Name: "X-A", Value: "4"}, {Name: "x-a", Value: "5"}}},
			"Host: h\nAccept: */*\nX-A: 4\nx-a: 5\n",
		},
	} {
		tt.o.Target = keyed
		if d := cmp.Diff("GET / HTTP/1.1\n"+tt.want+"\n", wire(t, tt.request, tt.o)); d != "" {
			t.Errorf("%s: %s", tt.request, d)
		}
	}
	_, err := Compile(parse(t, "requests: [{name: a, headers: {Host: [a, b]}}]"), CompileOptions{Target: keyed})
	if err == nil || !strings.Contains(err.Error(), "header Host: given twice") {
		t.Errorf("two hosts: %v", err)
	}
}

// A path is sent as it is written, also where it could be escaped in another way.
func TestPathsAreSentAsWritten(t *testing.T) {
	for _, path := range []string{"/a|b", "/v1/models/m:predict", "/a%2Fb%20c", "/{a}^`", "/a?b={c}|[d]"} {
		want := "GET " + path + " HTTP/1.1\n"
		if got := wire(t, fmt.Sprintf("path: %q", path), CompileOptions{}); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// F29: the zone of an IPv6 address means something on this machine only.
func TestHostLeavesOutTheZone(t *testing.T) {
	for ref, want := range map[string]string{
		"http://[fe80::1%25eth0]:8000": "[fe80::1]:8000",
		"http://[fe80::1%25eth0]":      "[fe80::1]",
		"http://[::1]:8000":            "[::1]:8000",
		"http://model.example:80":      "model.example:80",
	} {
		at, err := targets.Parse(ref, nil)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Compile(parse(t, "requests: [{name: a, path: /p}]"), CompileOptions{Target: at})
		if err != nil {
			t.Fatal(err)
		}
		if wire := string(plan.Classes[0].Pool[0].AppendHTTP1(nil)); !strings.Contains(wire, "\r\nHost: "+want+"\r\n") {
			t.Errorf("%s: %q, want Host: %s", ref, wire, want)
		}
	}
}
