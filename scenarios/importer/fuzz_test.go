package importer

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

func seeds(f *testing.F, files ...string) {
	for _, file := range files {
		f.Add(string(readTest(f, file)))
	}
}

func FuzzFromCurl(f *testing.F) {
	seeds(f, "testdata/predict.curl", "testdata/browser.curl", "testdata/form.curl", "testdata/get.curl")
	for _, command := range []string{
		`curl -F 'a=b;type=c/d' -F e=f "http://$H:1/${X:-y}" -H 'A;' -H 'B:'`, "curl http://h/a ^\n -H ^\"A: ^%b^\"", `A=b; curl -G -d "$A" h --next -T x h; echo`,
		`echo '{"a":1}' | curl --json @- $(x) -u a:b`, "curl `\n h -d {{a}}",
	} {
		f.Add(command)
	}
	f.Fuzz(func(t *testing.T, command string) {
		if strings.ContainsAny(command, "@<") {
			t.Skip("may read files")
		}
		importertest.Made(t, command, func() ([]byte, error) { return FromCurl(command, Options{}) })
	})
}

func FuzzFromHAR(f *testing.F) {
	// Small seeds only: the fuzzer spends its time on making big ones smaller.
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a","postData":{"mimeType":"multipart/form-data; boundary=X","params":[{"name":"a","fileName":"b","contentType":"c/d","value":"e"}]}}}]}}`)
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a","postData":{"mimeType":"application/x-www-form-urlencoded","text":"a=b&c=%20"}},"response":{"status":302,"content":{"mimeType":"application/json","text":"{\"token\":\"t\"}"}}}]}}`)
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a?b#c","headers":[{"name":"A","value":"b"}],"postData":{"mimeType":"application/json","text":"{\"a\":[1]}"}},"response":{"status":200}}]}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromHAR([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromVegeta(f *testing.F) {
	seeds(f, "testdata/targets.vegeta", "testdata/targets.json.vegeta")
	f.Fuzz(func(t *testing.T, raw string) {
		if strings.Contains(raw, "@") {
			t.Skip("may read files")
		}
		importertest.Made(t, raw, func() ([]byte, error) { return FromVegeta([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromOpenAPI(f *testing.F) {
	f.Add(`{"openapi":"3.0.0","paths":{"/a/{b}":{"get":{"parameters":[{"name":"b","in":"path","required":true,"schema":{"$ref":"#/components/schemas/B"}}]}}},"components":{"schemas":{"B":{"enum":["x"]}}}}`)
	f.Add(`{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"array","items":{"type":"number","minimum":1},"minItems":2}}}}}}}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromOpenAPI([]byte(raw), Options{Source: "f"}) })
	})
}
