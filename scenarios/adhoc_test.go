package scenarios

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/targets"
)

func TestAdHoc(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		headers      []targets.Field
		body         []byte
		want         string
	}{
		{"nothing", "", nil, nil, "GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\n\n"},
		{
			"JSON", "post",
			[]targets.Field{{Name: "X", Value: "${HOME}"}},
			[]byte(`{"a": 1}`),
			"POST / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nContent-Type: application/json\nX: ${HOME}\nContent-Length: 8\n\n{\"a\": 1}",
		},
		{
			"text", "",
			[]targets.Field{{Name: "content-type", Value: "text/csv"}},
			[]byte("a,b\n\"\u2028\U0001F600\x00\x7f"),
			"POST / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\ncontent-type: text/csv\nContent-Length: 14\n\na,b\n\"\u2028\U0001F600\x00\x7f",
		},
		{
			"bytes", "PUT", nil, []byte("\xff\xfe"),
			"PUT / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nContent-Type: application/octet-stream\nContent-Length: 2\n\n\xff\xfe",
		},
		{
			"empty body", "", nil,
			[]byte{},
			"POST / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nContent-Type: text/plain; charset=utf-8\nContent-Length: 0\n\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc, err := AdHoc(tt.method, tt.headers, tt.body, "")
			if err != nil {
				t.Fatal(err)
			}
			bytesOf := func(sc *Scenario) string {
				return strings.ReplaceAll(string(compile(t, sc, CompileOptions{}).Classes[0].Pool[0].AppendHTTP1(nil)), "\r\n", "\n")
			}
			if d := cmp.Diff(tt.want, bytesOf(sc)); d != "" {
				t.Error(d)
			}
			// The text in the result file gives the same request again.
			again, err := Parse([]byte(sc.Text()), "saved.yaml")
			if err != nil {
				t.Fatalf("%v in %s", err, sc.Text())
			}
			if d := cmp.Diff(tt.want, bytesOf(again)); d != "" {
				t.Errorf("from its text: %s", d)
			}
			asWritten := cmp.Options{
				cmp.Comparer(func(a, b rateShape) bool { return a.String() == b.String() }),
				cmp.Comparer(func(a, b connections) bool { return a.String() == b.String() }),
				cmp.Comparer(func(a, b pacing) bool { return a.String() == b.String() }),
				cmp.Comparer(func(a, b thinkTime) bool { return a.String() == b.String() }),
			}
			if d := cmp.Diff(sc.Load, again.Load, asWritten); d != "" {
				t.Errorf("load from its text: %s", d)
			}
		})
	}
}

func TestAdHocHidesSecrets(t *testing.T) {
	sc, err := AdHoc("GET", []targets.Field{{Name: "Authorization", Value: "Bearer hunter2"}, {Name: "X-Api-Key", Value: "hunter2"}}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sc.Text(), "hunter2") {
		t.Errorf("the text shows a secret: %s", sc.Text())
	}
}

func TestAdHocMistakes(t *testing.T) {
	for _, tt := range []struct {
		method  string
		headers []targets.Field
		body    []byte
		want    []string
	}{
		{"GE T", []targets.Field{{Name: "A", Value: "b\r\nc"}}, nil, []string{`method "GE T"`, "control character"}},
		{"connect", nil, nil, []string{`method "CONNECT"`}},
		{"POST", nil, make([]byte, MaxAdHocBody+1), []string{"at most 8 MB"}},
	} {
		sc, err := AdHoc(tt.method, tt.headers, tt.body, "")
		if err == nil || sc != nil {
			t.Errorf("%s: accepted", tt.method)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", tt.method, err, want)
			}
		}
	}
}

// P6: a file sent by a flag has the content type of one that a scenario names.
func TestAdHocFilesAreTypedAsInScenarios(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, file := range []string{"a.json", "a.csv", "a.PNG", "a.bin", "noname", "a.parquet"} {
		for _, content := range []string{`{"a": 1}`, "{", "\xff\x00", ""} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			named, err := Parse([]byte("requests: [{name: a, body: {file: "+file+"}}]"), "a.yaml")
			if err != nil {
				t.Fatal(err)
			}
			sc, err := AdHoc("", nil, []byte(content), file)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := sc.Requests[0].Body.kind, named.Requests[0].Body.kind; got != want || want == "" {
				t.Errorf("%s with %q: %s, want %s", file, content, got, want)
			}
		}
	}
}
