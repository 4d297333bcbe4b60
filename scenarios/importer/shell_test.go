package importer

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// sentBy is the first request of a command's scenario, without default headers.
func sentBy(t *testing.T, command string) string {
	t.Helper()
	text, err := FromCurl(command, Options{})
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	sc, err := scenarios.Parse(text, "my.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	wire := firstRequest(t, sc)
	return strings.NewReplacer("Host: h\n", "", "Accept: */*\n", "").Replace(strings.ReplaceAll(wire, "\r\n", "\n"))
}

// F25: pastes of other shells, and of prompts, were refused or taken for text.
func TestPastesOfOtherShells(t *testing.T) {
	const post = "POST /a HTTP/1.1\nContent-Type: application/json\nX-A: 1\nContent-Length: 15\n\n" + `{"b":"c d\\ne"}`
	const plain = "GET /a HTTP/1.1\nX-A: 1\n\n"
	for name, tt := range map[string]struct{ command, want string }{
		"cmd, quotes": {"curl \"http://h/a\" ^\r\n  -H \"X-A: 1\"", plain},
		"cmd, as Chrome copies it": {
			"curl ^\"http://h/a^\" ^\n  -H ^\"X-A: 1^\" ^\n  -H ^\"Content-Type: application/json^\" ^\n  --data-raw ^\"^{^\\^\"b^\\^\":^\\^\"c d^\\^\\ne^\\^\"^}^\"",
			post,
		},
		"cmd, one line":       {`curl ^"http://h/a^" -H ^"X-A: 1^" > NUL`, plain},
		"cmd, trailing blank": {"curl.exe http://h/a ^ \n -H \"X-A: 1\"", plain},
		"cmd, percent":        {`curl ^"http://h/a?b=^%^20c^&d^" ^` + "\n-H ^\"X-A: 1^\"", "GET /a?b=%20c&d HTTP/1.1\nX-A: 1\n\n"},
		"cmd, a line break":   {"curl ^\"http://h/a^\" ^\n -H ^\"X-A: 1^\" -H ^\"Content-Type: t/p^\" --data-raw ^\"a^\n\nb^\"", "POST /a HTTP/1.1\nContent-Type: t/p\nX-A: 1\nContent-Length: 3\n\na\nb"},
		"PowerShell":          {"curl.exe http://h/a `\r\n  -H 'X-A: 1'", plain},
		"prompts":             {"$ curl http://h/a \\\n>   -H 'X-A: 1'", plain},
		"zsh":                 {"% curl http://h/a -H 'X-A: 1'", plain},
		"byte order mark":     {"\ufeffcurl http://h/a -H 'X-A: 1'", plain},
		"PowerShell's prompt": {"PS> curl.exe http://h/a -H 'X-A: 1'", plain},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, sentBy(t, tt.command)); d != "" {
				t.Error(d)
			}
		})
	}
}

// F05: what cannot be known without a shell is refused, or said.
func TestShellsAreNotRun(t *testing.T) {
	for command, want := range map[string]string{
		`curl "http://h/$1"`:                          "$1 is an argument",
		`curl "http://h/$@"`:                          "$@ is an argument",
		`curl http://h/${A#b}`:                        "${A#b} is computed",
		`curl http://h/${A:+b}`:                       "${A:+b} is computed",
		`curl http://h/${A:-$B}`:                      "a default that is a variable",
		`curl http://h/$((1+2))`:                      "write the result",
		`curl -d @<(echo a) http://h/`:                "no command is run",
		`date | curl -d @- http://h/`:                 "no command is run",
		`curl -d @- http://h/`:                        "from stdin: name a file",
		`curl -d @"$FILE" http://h/`:                  "${FILE}, whose name is a variable",
		`curl $OPTIONS http://h/`:                     "may hold options",
		`curl -H "$HEADER" http://h/`:                 "a header that is a variable",
		`curl -X "$METHOD" http://h/`:                 `method "${METHOD}"`,
		`cd /tmp; curl -d @x http://h/`:               "another folder",
		`for i in 1 2; do curl http://h/$i; done`:     "within a loop",
		`curl http://h/{a,b}`:                         "several words",
		`curl 'http://h/{a,b}'`:                       "of which curl makes several URLs",
		`curl http://a/ http://b/`:                    "more than one URL, of http://a and of http://b",
		`curl http://a/; curl http://b/`:              "requests go to http://a and to http://b",
		`curl -x http://p:1 http://h/`:                "never through a proxy",
		`curl --digest -u a:b http://h/`:              "several requests on one connection",
		`curl --aws-sigv4 aws:amz http://h/`:          "a signature",
		`curl -K x http://h/`:                         "in another file",
		`curl -H 'Transfer-Encoding: chunked' h -d a`: "chunked: true beside the body",
		`curl -H 'Content-Length: 7' h -d a`:          "the length that the body has",
		`curl -F 'a=(b' http://h/`:                    "parts within parts",
		`curl -d a -T /dev/null http://h/`:            "exclude one another",
		`curl -g 'http://h/{{id}}'`:                   "{{id}} in its URL: a placeholder",
		`curl -H 'X: {{token}}' http://h/`:            "{{token}} is a placeholder",
		`curl -T /dev/zero http://h/`:                 "is no file",
	} {
		text, err := FromCurl(command, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "leave it out") {
			t.Errorf("%s: %v, want %q\n%s", command, err, want, text)
		}
	}
	for command, want := range map[string]string{
		"curl http://h/a?b=`date`":                         `OUTPUT: {env: OUTPUT} # export OUTPUT="$(date …)"`,
		`curl -H "Authorization: Bearer $(gcloud auth)" h`: `Authorization: "Bearer ${OUTPUT}"`,
		`curl "http://$HOST:$PORT/a"`:                      `--target "http://${HOST}:${PORT}"`,
		`curl "$(minikube service m --url)/a"`:             `export OUTPUT="$(minikube …)"`,
		`curl "${URL:-http://h}/a"`:                        `--target "${URL:-http://h}"`,
		`curl --unix-socket /run/x.sock http://h/a`:        "run it with --unix-socket /run/x.sock",
		`curl --resolve h:80:127.0.0.1 http://h/a`:         "run it with --resolve 127.0.0.1:80",
		`curl --connect-to ::127.0.0.1:99 http://h/a`:      "run it with --resolve 127.0.0.1:99",
		`curl --http2 http://h/a`:                          "run it with --transport h2",
		`curl -m 5 http://h/a`:                             "run it with --timeout 5s",
		`curl --cacert ca.pem --cert c.pem:pw https://h/a`: "run it with --cert c.pem.",
		`kubectl apply -f x && curl http://h/a`:            "- kubectl: no curl command",
		`curl -d '{"a": 1}' http://h/a`:                    "curl sends -d as a form",
		`curl -H 'X: ${HOME}' http://h/a`:                  "${HOME} is in single quotes",
		`curl -H 'X-Api-Key: k' -H "X-B: $X_API_KEY" h`:    `X-Api-Key: "${X_API_KEY_2}" # export X_API_KEY_2=…`,
		`PASSWORD=hunter2; curl "http://h/?p=$PASSWORD"`:   `PASSWORD: {env: PASSWORD}`,
		`curl "http://h/${TOKEN:-hunter2}"`:                `TOKEN: {env: TOKEN}`,
		`curl -H 'Expect: 100-continue' http://h/a`:        "there is no body that could wait",
		`curl -H 'Expect: 100-continue' -d a=1 http://h/a`: `Expect: "100-continue"`,
		`curl -X get http://h/a`:                           "a scenario's are in capitals",
	} {
		text, err := FromCurl(command, Options{})
		flat := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "\n# ", " ")), " ")
		if err != nil || !strings.Contains(flat, want) || strings.Contains(flat, "hunter2") {
			t.Errorf("%s: %v, want %q\n%s", command, err, want, text)
		}
	}
}

// F05: a secret that the shell holds is that variable, and no other.
func TestShellVariablesAreUnescaped(t *testing.T) {
	t.Setenv("TEXT", `a "b" & c`)
	want := "POST /a HTTP/1.1\nContent-Type: text/plain\nContent-Length: 15\n\n" + `t=a "b" & c;   `
	if d := cmp.Diff(want, sentBy(t, `curl -H 'Content-Type: text/plain' -d "t=$TEXT;   " http://h/a`)); d != "" {
		t.Error(d)
	}
}

// F19: a scheme in the query is none of the URL.
func TestSchemesInQueries(t *testing.T) {
	for _, convert := range []func() ([]byte, error){
		func() ([]byte, error) { return FromCurl(`curl 'localhost:8081/x?url=https://y'`, Options{}) },
		func() ([]byte, error) {
			return FromVegeta([]byte("GET localhost:8081/x?url=https://y\n"), Options{})
		},
		func() ([]byte, error) {
			return FromHAR([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"localhost:8081/x?url=https://y"}}]}}`), Options{})
		},
	} {
		text, err := convert()
		if err != nil || !strings.Contains(string(text), "--target http://localhost:8081\n") || !strings.Contains(string(text), `path: "/x?url=https://y"`) {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

// F18: byte order marks.
func TestByteOrderMarksOfLists(t *testing.T) {
	for _, list := range []string{"GET http://h/a\n", `{"method":"GET","url":"http://h/a"}`} {
		if _, err := FromVegeta([]byte("\ufeff"+list), Options{Source: "l"}); err != nil {
			t.Errorf("%s: %v", list, err)
		}
	}
}

// F15: parts of a HAR file had neither types nor names.
func TestHARParts(t *testing.T) {
	const har = `{"log":{"entries":[{"request":{"method":"POST","url":"http://h/up","headers":[{"name":"content-type","value":"multipart/form-data; boundary=XX"}],
	"postData":{"mimeType":"multipart/form-data; boundary=XX","params":[
	{"name":"f","fileName":"a \"b\".txt","contentType":"text/plain","value":"hello"},{"name":"n","value":"1"},{"name":"g","fileName":"c","value":"x"},{"name":"n","value":"2"}]}}}]}}`
	text, err := FromHAR([]byte(har), Options{Source: "s"})
	if err != nil {
		t.Fatal(err)
	}
	sc, err := scenarios.Parse(text, "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(firstRequest(t, sc))))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := req.MultipartReader()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var got []string
	for {
		p, err := reader.NextRawPart()
		if err != nil {
			break
		}
		got = append(got, p.Header.Get("Content-Disposition")+" "+p.Header.Get("Content-Type"))
	}
	want := []string{
		`form-data; name="f"; filename="a %22b%22.txt" text/plain`, `form-data; name="n" `,
		`form-data; name="g"; filename="c" application/octet-stream`, `form-data; name="n" `,
	}
	if d := cmp.Diff(want, got); d != "" || req.Method != http.MethodPost {
		t.Errorf("%s\n%s", d, text)
	}
}

// F04: forms, JSON and other bodies of a recording are sent as they were.
func TestRecordedBodiesAreExact(t *testing.T) {
	for body, contentType := range map[string]string{
		"a=%20b&c=d+e": draft.FormMedia, "a=b+c": draft.FormMedia, `{"a": 1}`: draft.FormMedia, "YWI=": draft.FormMedia, "a=1;b=2": draft.FormMedia, "a&b": draft.FormMedia, "<a b='c'/>": "text/xml",
		`{"a":  [1.0, 2e3]}`: draft.JSONMedia, `{"a":1}`: "", "x=y": "", `{"password": "x", "a": "${B}"}`: draft.JSONMedia + "; charset=utf-8", "\r\n\x01\u2028": "text/plain",
	} {
		quoted, _ := scenarios.Marshal(body)
		har := `{"log":{"entries":[{"request":{"method":"POST","url":"http://h/up","headers":[],"postData":{"mimeType":"` + contentType + `","text":` + string(quoted) + `}}}]}}`
		text, err := FromHAR([]byte(har), Options{Source: "s"})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("PASSWORD", "x")
		sc, err := scenarios.Parse(text, "a.yaml")
		if err != nil {
			t.Fatal(err)
		}
		sc.Env = os.LookupEnv
		wire := firstRequest(t, sc)
		head, got, _ := strings.Cut(wire, "\r\n\r\n")
		typed := strings.Contains(head, "\r\nContent-Type: "+contentType+"\r\n") || contentType == "" && !strings.Contains(head, "Content-Type")
		if got != body || !typed {
			t.Errorf("%q (%s) is sent as %q, %s\n%s", body, contentType, got, head, text)
		}
	}
}

// F04: a recorded text is sent in the encoding that its content type names.
func TestRecordedTextsAreInTheirCharset(t *testing.T) {
	for contentType, want := range map[string]string{
		"text/plain; charset=ISO-8859-1": "caf\xe9 \x801", "text/plain;charset=utf-8": "café €1", "text/plain": "café €1", draft.JSONMedia: "café €1",
		`text/plain; charset="utf-16le"`: "c\x00a\x00f\x00\xe9\x00 \x00\xac\x201\x00", "text/plain; charset=koi8-r": "café €1", "text/plain; charset=none": "café €1",
	} {
		mime, _ := scenarios.Marshal(contentType)
		for _, har := range []string{
			`"headers":[],"postData":{"mimeType":` + string(mime) + `,"text":"café €1"}`,
			`"headers":[{"name":"content-type","value":` + string(mime) + `}],"postData":{"mimeType":"text/plain","text":"café €1"}`,
		} {
			text, err := FromHAR([]byte(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/up",`+har+`}}]}}`), Options{Source: "s"})
			if err != nil {
				t.Fatal(err)
			}
			sc, err := scenarios.Parse(text, "a.yaml")
			if err != nil {
				t.Fatal(err)
			}
			sc.Env = os.LookupEnv
			if _, got, _ := strings.Cut(firstRequest(t, sc), "\r\n\r\n"); got != want {
				t.Errorf("%s is sent as %q, want %q\n%s", contentType, got, want, text)
			}
		}
	}
}

// F16: headers of a recording that are there several times are all sent; cookies
// that HTTP/2 split are one secret.
func TestRecordedHeadersAreAllSent(t *testing.T) {
	const har = `{"log":{"entries":[{"request":{"method":"GET","url":"http://h/a","headers":[
	{"name":"x-a","value":"1"},{"name":"cookie","value":"a=1"},{"name":"x-a","value":"2"},{"name":"cookie","value":"b=2"}]}}]}}`
	text, err := FromHAR([]byte(har), Options{Source: "s"})
	if err != nil || !strings.Contains(string(text), `x-a: ["1", "2"]`) || !strings.Contains(string(text), "cookie: \"${COOKIE}\" #") {
		t.Errorf("%v\n%s", err, text)
	}
}

// M11: what grew by the square of a command's length is bounded, or linear. (The
// braces took 7 GB and the rest minutes, at a megabyte.)
func TestLongCommandsAreRefusedOrQuick(t *testing.T) {
	for command, want := range map[string]string{
		"curl http://h/x -d " + strings.Repeat("{a,", 300_000):                "quote it",
		"curl http://h/x " + strings.Repeat("-H 'X: 1' ", 2*draft.MaxHeaders): "2000 headers",
		"curl " + strings.Repeat("http://h/same ", draft.MaxRequests):         "",
		"curl " + strings.Repeat("http://h/same ", draft.MaxRequests+1):       "10001 requests",
	} {
		text, err := FromCurl(command, Options{})
		last := fmt.Sprintf("name: same-%d\n", draft.MaxRequests-1)
		if want == "" && (err != nil || !strings.Contains(string(text), last)) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.40s…: %v, want %q", command, err, want)
		}
	}
}
