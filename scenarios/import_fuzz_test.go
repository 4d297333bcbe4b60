package scenarios

import (
	"strings"
	"testing"
)

// fuzzed holds an importer to its promise: it ends, and what it writes is a
// scenario whose requests are HTTP.
func fuzzed(t *testing.T, convert func() ([]byte, error)) {
	t.Helper()
	text, err := convert()
	if err != nil {
		if strings.Contains(err.Error(), "is no scenario") {
			t.Fatal(err)
		}
		return
	}
	wires(t, text, 2)
}

func seeds(f *testing.F, files ...string) {
	for _, file := range files {
		f.Add(string(readTest(f, file)))
	}
}

func FuzzFromCurl(f *testing.F) {
	seeds(f, "testdata/import/predict.curl", "testdata/import/browser.curl", "testdata/import/form.curl", "testdata/import/get.curl")
	f.Fuzz(func(t *testing.T, command string) {
		if strings.ContainsAny(command, "@<") {
			t.Skip("may read files")
		}
		fuzzed(t, func() ([]byte, error) { return FromCurl(command, NewOptions{}) })
	})
}

func FuzzFromHAR(f *testing.F) {
	seeds(f, "testdata/import/session.har")
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a?b#c","headers":[{"name":"A","value":"b"}],"postData":{"mimeType":"application/json","text":"{\"a\":[1]}"}},"response":{"status":200}}]}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromHAR([]byte(raw), NewOptions{Source: "f"}) })
	})
}

func FuzzFromVegeta(f *testing.F) {
	seeds(f, "testdata/import/targets.vegeta", "testdata/import/targets.json.vegeta")
	f.Fuzz(func(t *testing.T, raw string) {
		if strings.Contains(raw, "@") {
			t.Skip("may read files")
		}
		fuzzed(t, func() ([]byte, error) { return FromVegeta([]byte(raw), NewOptions{Source: "f"}) })
	})
}

func FuzzFromLocust(f *testing.F) {
	seeds(f, "testdata/import/tasks.locust", "testdata/import/tasks.csv.locust")
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromLocust([]byte(raw), NewOptions{Source: "f"}) })
	})
}

func FuzzFromOpenAPI(f *testing.F) {
	for _, name := range documents {
		seeds(f, "openapi/testdata/"+name)
	}
	f.Add(`{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"array","items":{"type":"number","minimum":1},"minItems":2}}}}}}}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromOpenAPI([]byte(raw), NewOptions{Source: "f"}) })
	})
}
