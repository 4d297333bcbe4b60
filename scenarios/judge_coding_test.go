package scenarios

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/targets"
)

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// checkedBy runs the first class's check on an answer.
func checkedBy(t *testing.T, request string, a loadgen.Answer) error {
	t.Helper()
	at, err := targets.Parse("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(parse(t, "requests: [{name: a, path: /, "+request+"}]"), CompileOptions{Target: at})
	if err != nil {
		t.Fatal(err)
	}
	if a.Captured == nil {
		a.Captured = map[string]string{}
	}
	return plan.Classes[0].Check(&a)
}

// F10: what is compressed is judged by what it says.
func TestChecksLookIntoCompressedBodies(t *testing.T) {
	const text = `{"prediction":1.5}`
	body := gzipped(t, text)
	for name, tc := range map[string]struct {
		header, request string
		body            []byte
		want            string
	}{
		"json":              {"Content-Encoding: gzip\r\n", "checks: [{json: $.prediction, equals: 1.5}]", body, ""},
		"text and regex":    {"content-encoding: x-gzip\r\n", "checks: [{text: prediction}, {regex: '^..prediction.:1.5}$'}]", body, ""},
		"identity":          {"Content-Encoding: identity\r\n", "checks: [{json: $.prediction, equals: 1.5}]", []byte(text), ""},
		"folded":            {"Content-Encoding:\r\n gzip\r\n", "checks: [{json: $.prediction, equals: 1.5}]", body, ""},
		"in two fields":     {"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", "checks: [{json: $.prediction, equals: 1.5}]", gzipped(t, string(body)), ""},
		"an unknown coding": {"Content-Encoding: compress\r\n", "checks: [{json: $.prediction, equals: 1.5}]", body, `content coding "compress" is none that can be decoded`},
		"broken off":        {"Content-Encoding: gzip\r\n", "checks: [{text: prediction}]", body[:20], "breaks off within its content coding gzip"},
		"no header":         {"", "checks: [{json: $.prediction, equals: 1.5}]", body, "not JSON"},
		"a header alone":    {"Content-Encoding: compress\r\n", "checks: [{header: Content-Encoding, equals: compress}]", body, ""},
	} {
		err := checkedBy(t, tc.request, loadgen.Answer{Status: 200, Header: http1.Unfold([]byte(tc.header)), Body: tc.body})
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// F17: each of several headers of one name is seen.
func TestChecksSeeRepeatedHeaders(t *testing.T) {
	const header = "Set-Cookie: a=1\r\nVary: Accept\r\nset-cookie: b=2\r\nVary: Origin\r\nX-Cost: 7\r\nX-Cost: 12\r\n"
	for check, want := range map[string]string{
		"{header: Set-Cookie, contains: a=1}":             "",
		"{header: Set-Cookie, contains: b=2}":             "",
		"{header: Set-Cookie, equals: b=2}":               "",
		"{header: Set-Cookie, one_of: [x, b=2]}":          "",
		"{header: set-cookie, regex: '^b='}":              "",
		"{header: Vary, equals: 'Accept, Origin'}":        "",
		"{header: X-Cost, min: 10}":                       "",
		"{header: X-Cost, max: 5}":                        `found "7", want at most 5; nor does another of its 2 values hold`,
		"{header: Vary, contains: Cookie}":                "nor does another of its 2 values hold",
		"{header: Vary, absent: true}":                    "is there, want none",
		"{header: X-Cost, regex: '^7$'}, {header: X-New}": "header X-New: not in the answer",
	} {
		err := checkedBy(t, "checks: ["+check+"]", loadgen.Answer{Status: 200, Header: []byte(header)})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", check, err, want)
		}
	}
}

// F10, F17: captures and --once see the same, setup's messages too.
func TestCapturesAndSingleRequestsSeeWhatChecksSee(t *testing.T) {
	var sent []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("X-Token")+r.Header.Get("X-Id"))
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "id=42")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(gzipped(t, `{"token":"0123456789"}`))
	}))
	defer srv.Close()
	at, err := targets.Parse(srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Once(parse(t, `
requests:
  - name: j
    steps:
      - {name: a, path: /a, headers: {Accept-Encoding: gzip}, capture: {token: $.token, id: {header: Set-Cookie, regex: 'id=(\d+)'}}}
      - {name: b, path: /b, headers: {X-Token: "{{token}}", X-Id: "{{id}}"}}
`), CompileOptions{Target: at})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Classes {
		s, err := all.Classes[i].Send(t.Context(), at, 10*time.Second, 1000)
		if err != nil || s.Wrong != "" || !strings.HasPrefix(string(s.Answer.Body), `{"token":"`) || s.Answer.Size != int64(len(`{"token":"0123456789"}`)) {
			t.Errorf("%+v, %v", s, err)
		}
		if i == len(all.Classes)-2 && strings.Contains(string(s.Answer.Body), "0123456789") {
			t.Errorf("a captured token shows: %s", s.Answer.Body)
		}
	}
	if last := sent[len(sent)-1]; last != "012345678942" {
		t.Errorf("sent %q", sent)
	}
}
