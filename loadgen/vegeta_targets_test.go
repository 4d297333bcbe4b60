package loadgen

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadVegetaTargets(t *testing.T) {
	body := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(body, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	header := http.Header{"X-A": {"1", "2"}}
	for name, tt := range map[string]struct {
		list string
		want []VegetaTarget
	}{
		"http": {
			"# comment\nGET http://h/a\n\nPOST http://h/b\nX-A: 1\nX-A: 2\n@" + body + "\n",
			[]VegetaTarget{{Method: "GET", URL: "http://h/a", Header: http.Header{}}, {"POST", "http://h/b", header, []byte("hello")}},
		},
		"json": {
			`{"method":"POST","url":"http://h/b","header":{"X-A":["1","2"]},"body":"aGVsbG8="}`,
			[]VegetaTarget{{"POST", "http://h/b", header, []byte("hello")}},
		},
	} {
		got, err := ReadVegetaTargets([]byte(tt.list))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for _, list := range []string{"", "#\n", "hello", "{", "{}"} {
		if _, err := ReadVegetaTargets([]byte(list)); err == nil {
			t.Errorf("%q: accepted", list)
		}
	}
}
