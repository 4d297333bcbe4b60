package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// jobsScript serves a service of asynchronous jobs as $jobs: each is done when it has
// been asked for three times.
func jobsScript(ts *testscript.TestScript, _ bool, _ []string) {
	var mu sync.Mutex
	var asked []int
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
	mux.HandleFunc("POST /jobs", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, 0)
		fmt.Fprintf(w, `{"id": %d}`, len(asked)-1)
	})
	mux.HandleFunc("GET /jobs/{id}", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var id int
		if _, err := fmt.Sscan(r.PathValue("id"), &id); err != nil || id < 0 || id >= len(asked) {
			http.NotFound(w, r)
			return
		}
		if asked[id]++; asked[id] < 3 {
			fmt.Fprint(w, `{"status": "running"}`)
			return
		}
		fmt.Fprintf(w, `{"status": "done", "score": %d}`, id)
	})
	mux.HandleFunc("GET /items", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, r.URL.Query().Get("above")) })
	srv := httptest.NewServer(mux)
	ts.Defer(srv.Close)
	ts.Setenv("jobs", srv.URL)
}
