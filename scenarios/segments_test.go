package scenarios

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// L10: neither a variable nor a captured value takes a segment of a path away, or
// adds one: what would is not sent.
func TestValuesKeepTheSegmentsOfPaths(t *testing.T) {
	for path, tests := range map[string]map[string]bool{ // value: sent
		"/users/X/delete":  {"..": false, ".": false, "": false, "a/b": true, "%2e%2e": true, "../..": true, "...": true, "7": true, "a/../..": true, `..\`: true},
		"/users/.X/delete": {".": false, "": false, "a": true},
		"/users/vX/delete": {"": true, "..": true, ".": true},
		"/users/b/c?q=X":   {"": true, "..": true, "a&b=c": true},
	} {
		for value, sent := range tests {
			t.Setenv("SEGMENT", value)
			text := strings.Replace(path, "X", "${seg}", 1)
			sc := parse(t, `variables: {seg: {env: SEGMENT, default: ""}}`+"\n"+`requests: [{name: a, path: "`+text+`"}]`)
			plan, err := Compile(sc, CompileOptions{Target: target(t, "http://127.0.0.1:1"), PoolSize: 1})
			if (err == nil) != sent {
				t.Errorf("%s with %q: %v, want it sent: %v", path, value, err, sent)
			}
			if err == nil {
				uri := strings.Fields(string(plan.Classes[0].Pool[0].AppendHTTP1(nil)))[1]
				keeps(t, uri)
			} else if !strings.Contains(err.Error(), "segment") {
				t.Errorf("%v", err)
			}

			var mu sync.Mutex
			var uris []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				if r.URL.Path != "/first" {
					uris = append(uris, r.RequestURI)
				}
				fmt.Fprintf(w, `{"id":%q}`, value)
			}))
			journey := parse(t, "load: {connections: 1, requests: 2, warmup: 0s}\n"+
				`requests: [{name: a, path: /first, capture: {id: $.id}, steps: [{name: b, path: "`+strings.Replace(path, "X", "{{id}}", 1)+`"}]}]`)
			classes, samples := run(t, compile(t, journey, CompileOptions{Target: target(t, srv.URL), PoolSize: 1}))
			srv.Close()
			if odd := classes["a"].Errors[results.ErrCheck]; (odd == 0) != sent || (len(uris) > 0) != sent {
				t.Errorf("%s with %q captured: %d refused, sent %q; %v", path, value, odd, uris, samples)
			}
			for _, uri := range uris {
				keeps(t, uri)
			}
		}
	}
}

// keeps wants three segments, none of them empty or dots, however it is encoded.
func keeps(t *testing.T, uri string) {
	t.Helper()
	path, _, _ := strings.Cut(uri, "?")
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(segments) != 3 {
		t.Errorf("sent %s", uri)
	}
	for _, s := range segments {
		if s = strings.ReplaceAll(strings.ToLower(s), "%2e", "."); noSegment(s) {
			t.Errorf("sent %s", uri)
		}
	}
}
