package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
	"github.com/mlbench/mlbench/targets"
)

var documents = []string{"huma.json", "fastapi.json", "many.yaml"}

func readTest(t testing.TB, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestImports(t *testing.T) {
	fromCurl := func(raw []byte, o Options) ([]byte, error) { return FromCurl(string(raw), o) }
	sources := importertest.Sources(t, map[string]importertest.Import{"curl": fromCurl, "har": FromHAR, "vegeta": FromVegeta})
	for _, name := range documents {
		sources[name] = func() ([]byte, error) {
			return FromOpenAPI(readTest(t, "../openapi/testdata/"+name), Options{Source: name})
		}
	}
	importertest.Golden(t, sources)
}

// What a curl command sends is what the scenario sends.
func TestCurlBodies(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "body.json")
	if err := os.WriteFile(file, []byte("{\"a\":\n 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ command, want string }{
		{`curl h -d a=1 -d b=2`, "a=1&b=2"},
		{`curl h --json '{"a":' --json '1}'`, `{"a":1}`},
		{`curl h -H 'content-type: application/json' -d @` + file, `{"a":1}`},
		{`curl h -H 'content-type: text/plain' --data-binary @` + file, "{\"a\":\n 1}\n"},
		{`curl h -d @` + file, "{\"a\": 1}"},
		{`curl h --data-raw @x`, "@x"},
		{`curl h -d 'a=%20b&a=2'`, "a=%20b&a=2"},
		{`curl h -d 'a&b=${c}'`, "a&b=${c}"},
		{`curl h -d 'b=1+2%26&c='`, "b=1+2%26&c="},
		{`curl h --data-urlencode 'a=b c' --data-urlencode =d/e`, "a=b+c&d%2Fe"},
		{`curl -XPOST h`, ""},
		{`curl h -H 'content-type: text/plain' -d "\$x \"q\" \n \\ '"`, `$x "q" \n \ '`},
		{`curl h -H 'content-type: text/plain' -d a\ b\'c`, "a b'c"},
		{`curl h -H 'content-type: text/plain' -d $'a\tb\x41\u00e9\'\q'`, "a\tbAé'\\q"},
		{`curl h -H content-type:application/json -d '{"a": 1e400, "b": 12345678901234567890123}'`, `{"a": 1e400, "b": 12345678901234567890123}`},
		{`curl h -H content-type:application/json -d '{"a": 1, "a": 2}'`, `{"a": 1, "a": 2}`},
		{
			`curl h -H content-type:application/json -d '{"$vector": {"$$x": [0.10, 1E3, -0.0, "é\u0000\ud83d\ude00", "${A}"]}}'`,
			`{"$vector":{"$$x":[0.1,1000,-0,"é\u0000😀","${A}"]}}`,
		},
	} {
		text, err := FromCurl(tt.command, Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.command, err)
			continue
		}
		for _, bodies := range importertest.Wires(t, text, 1) {
			if got := bodies[0]; got != tt.want && !sameJSON(got, tt.want) {
				t.Errorf("%s: %q, want %q", tt.command, got, tt.want)
			}
		}
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return bytes.Equal(p, q)
}

// Files of a form stay files, as seen from the scenario's folder.
func TestCurlFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("cat.png", []byte("\x89PNG"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("load", 0o700); err != nil {
		t.Fatal(err)
	}
	text, err := FromCurl("curl h -F 'image=@cat.png;type=image/png' -F 'n=1' -F n=2", Options{File: "load/my.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("load/my.yaml", text, 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := os.Getwd()
	if err != nil || folder == "" || !strings.Contains(string(text), "--allow-files") {
		t.Errorf("%v: it is not said that files of another folder are read:\n%s", err, text)
	}
	sc, err := scenarios.Load("load/my.yaml", ".")
	if err != nil {
		t.Fatal(err)
	}
	at, err := targets.Parse("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, PoolSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(plan.Classes[0].Pool[0].AppendHTTP1(nil))))
	if err != nil {
		t.Fatal(err)
	}
	if err := req.ParseMultipartForm(1 << 20); err != nil {
		t.Fatal(err)
	}
	image := req.MultipartForm.File["image"]
	if len(image) != 1 || image[0].Filename != "cat.png" || image[0].Size != 4 || image[0].Header.Get("Content-Type") != "image/png" {
		t.Errorf("image %+v", image)
	}
	if got := req.MultipartForm.Value["n"]; !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("n is %q", got)
	}
}

// Every refusal says what to do.
func TestImportMistakes(t *testing.T) {
	for _, tt := range []struct{ kind, source, want string }{
		{"curl", ``, "begins with curl"},
		{"curl", `wget http://x`, "begins with curl"},
		{"curl", `curl`, "no URL"},
		{"curl", `curl a b`, "more than one URL"},
		{"curl", `curl 'a`, "without closing quote"},
		{"curl", `curl "a`, "without closing quote"},
		{"curl", `curl x?a=1&b=2`, `unquoted '&'`},
		{"curl", `curl x --proxy y`, "never through a proxy"},
		{"curl", `curl x --frobnicate`, "--frobnicate is not understood"},
		{"curl", `curl x -H`, "-H wants a value"},
		{"curl", `curl x --header`, "--header wants a value"},
		{"curl", `curl x -H nothing`, ""},
		{"curl", `curl x -H 'a b: c'`, `want "Name: value"`},
		{"curl", `curl x -H @file`, "no such file"},
		{"curl", `curl x -d @-`, "name a file"},
		{"curl", `curl x -d @/no/such/file`, "no such file"},
		{"curl", `curl x -d @/`, "is no file"},
		{"curl", `curl x -d a -F b=c`, "exclude one another"},
		{"curl", `curl x -F a=@none`, "no such file"},
		{"curl", `curl ftp://x`, "http or https"},
		{"curl", `curl -X 'A B' x`, "such as GET or POST"},
		{"har", `{`, "no HAR file"},
		{"har", `{}`, "it has no log"},
		{"har", `{"log": {"entries": [{"request": {"method": "GET", "url": "http://h/a.js"}}]}}`, "left out: 1 static file"},
		{"har", `{"log": {"entries": [{"request": {"method": "a b", "url": "http://h/a"}}]}}`, `entry 1: found the method "a b"`},
		{"vegeta", ``, "no targets"},
		{"vegeta", `hello`, "bad target"},
		{"vegeta", "GET http://h/a\nA: b\nGET http://h/b\n", `a blank line is missing before "GET http:…"`},
		{"vegeta", `{"method": "GET"}`, "vegeta targets"},
		{"vegeta", "GET /x\n", "want a method and an http or https URL"},
		{"locust", ``, "no requests"},
		{"locust", "1 GET /a\nhello", "line 2: want WEIGHT METHOD PATH"},
		{"locust", "hello", "want name,weight,method,path"},
		{"locust", "from locust import HttpUser, task\n\nclass U(HttpUser):\n    @task(3)\n    def predict(self):\n        pass\n", "no requests to make a scenario of"},
		{"locust", "from locust import HttpUser\nx = 'a\n", "src: no Python that can be read: line 2: a text without closing quote"},
		{"locust", "import http from 'k6/http';\nexport default function () { http.get('/'); }\n", "src is a script of k6: --from k6 reads it"},
		{"k6", "export default function () {}", "no requests"},
		{"k6", "export default function (x: string) {}", "src: no JavaScript that can be read: line 1: "},
		{"k6", "import { login } from './login.js'\nexport default () => login()", "line 2: login is of another file, which is not read"},
		{"locust", "x GET /a", `src:1: weight "x"`},
		{"locust", "1 GET a", "begins with /"},
		{"locust", "0 GET /a\n1 CONNECT /a", "src:2: method"},
		{"jmeter", `hello`, "no test plan of JMeter's"},
		{"jmeter", `<a/>`, "want a jmeterTestPlan"},
		{"jmeter", `<jmeterTestPlan/>`, "it has no hashTree"},
		{"jmeter", `<jmeterTestPlan><hashTree></jmeterTestPlan>`, "element <hashTree> closed by"},
		{"jmeter", `<jmeterTestPlan><hashTree/></jmeterTestPlan>`, "no requests"},
		{"jmeter", `<jmeterTestPlan><hashTree>` + strings.Repeat("<a>", 300), "200 within one another"},
		{"jmeter", `<jmeterTestPlan><hashTree><ThreadGroup/><hashTree><TCPSampler testname="t"/></hashTree></hashTree></jmeterTestPlan>`, `left out: Line 1: TCPSampler "t" is not read: requests are HTTP's`},
		{"postman", `hello`, "no collection of Postman's"},
		{"postman", `{}`, "it has no item"},
		{"postman", `{"requests": []}`, "export it as v2.1"},
		{"postman", `{"values": []}`, "an environment of Postman's"},
		{"postman", `{"item": []}`, "no requests"},
		{"postman", `{"item": [{"name": "x", "request": {"method": "A B", "url": "http://h/"}}]}`, `Line 1: "x" is not read: its method is "A B"`},
		{"openapi", `{"openapi": "3.1.0"}`, "no requests"},
		{"openapi", `hello`, "no OpenAPI document"},
		{"openapi", `{"openapi": "3.1.0", "paths": {"/a": {"delete": {}}}}`, "left out: DELETE /a"},
		{"preset", "kserv-v2", `did you mean "kserve-v2"?`},
	} {
		o := Options{Source: "src"}
		_, err := From(tt.kind, []byte(tt.source), o)
		if tt.want == "" && err == nil {
			continue
		}
		if err == nil || tt.want == "" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: %v, want %q", tt.kind, tt.source, err, tt.want)
		}
	}
}
