package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// P17: a folder that is made for a result is told of, as its name may be mistyped;
// that of results without a name is not.
func TestFoldersMadeForResultsAreToldOf(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	for _, tt := range []struct {
		args string
		told bool
	}{{"-o new/deep/r.jsonl", true}, {"-o new/deep/again.jsonl", false}, {"-o here.jsonl", false}, {"", false}} {
		_, _, stderr := invoke(strings.Fields("run " + srv.URL + " -n 1 -c 1 --warmup 0s " + tt.args)...)
		if told := strings.Contains(stderr, "note: made the folder new/deep\n"); told != tt.told || strings.Count(stderr, "made the folder") > 1 {
			t.Errorf("%q: told %v, want %v:\n%s", tt.args, told, tt.told, stderr)
		}
	}
}
