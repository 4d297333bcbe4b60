package loadgen

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen/send"
)

func TestReadVegetaTargets(t *testing.T) {
	body := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(body, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	header := []send.Field{{Name: "X-A", Value: "1"}, {Name: "X-A", Value: "2"}}
	for name, tt := range map[string]struct {
		list string
		want []send.Request
	}{
		"http": {
			"# comment\nGET http://h/a\n\nPOST http://h/b\nX-A: 1\nX-A: 2\n@" + body + "\n",
			[]send.Request{{Method: "GET", Target: "http://h/a"}, {Method: "POST", Target: "http://h/b", Header: header, Body: []byte("hello")}},
		},
		"json": {
			`{"method":"POST","url":"http://h/b","header":{"X-A":["1","2"]},"body":"aGVsbG8="}`,
			[]send.Request{{Method: "POST", Target: "http://h/b", Header: header, Body: []byte("hello")}},
		},
	} {
		got, err := ReadVegetaTargets([]byte(tt.list), 100)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for _, list := range []string{"", "#\n", "hello", "{", "{}"} {
		if _, err := ReadVegetaTargets([]byte(list), 100); err == nil {
			t.Errorf("%q: accepted", list)
		}
	}
}

// H3, L13: a list of a stranger's names bodies that have no end, or never come.
func TestVegetaBodiesAreFilesOfSomeSize(t *testing.T) {
	dir := t.TempDir()
	body := filepath.Join(dir, "body")
	if err := os.WriteFile(body, make([]byte, 101), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{os.DevNull: "is no file", dir: "is no file", body: "want at most", body + "-not": "no such file"} {
		for _, form := range []string{"POST http://h/b\n@%s\n", "POST http://h/b\r\nX: 1\r\n  @%s  \r\n"} {
			_, err := ReadVegetaTargets(fmt.Appendf(nil, form, name), 100)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want that it %s", form, err, want)
			}
		}
	}
}
