package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// diary notes what servers are asked, in order; runs of the same are one entry.
type diary struct {
	mu   sync.Mutex
	said []string
}

func (d *diary) write(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.said); n == 0 || d.said[n-1] != line {
		d.said = append(d.said, line)
	}
}

// about is what one server was asked.
func (d *diary) about(name string) (lines []string) {
	for _, line := range d.said {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			lines = append(lines, rest)
		}
	}
	return slices.Compact(lines)
}

func (d *diary) server(t *testing.T, name string, broken ...string) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" { // the check whether it answers
			d.write(name + " " + r.Method + " " + r.URL.Path)
		}
		if slices.Contains(broken, r.URL.Path) {
			http.Error(w, "no room", http.StatusInsufficientStorage)
		}
	}))
	t.Cleanup(srv.Close)
	return name + "=" + srv.URL
}

const framed = `
setup:
  - {path: /one, method: PUT}
  - {name: second, path: /two}
requests:
  - {name: load, path: /load}
teardown:
  - {name: drop, method: DELETE, path: /one}
  - {path: /last}
`

var framedOrder = []string{"PUT /one", "GET /two", "GET /load", "DELETE /one", "GET /last"}

func writeScenario(t *testing.T, text string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("s.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Setup goes before the warm-up, teardown after the measurement, in order, on
// every target; neither is in a figure.
func TestSetupAndTeardownFrameTheLoad(t *testing.T) {
	writeScenario(t, framed)
	var d diary
	a, b := d.server(t, "a"), d.server(t, "b", "/last")
	if code, stdout, stderr := invoke("run", "s.yaml", "-t", a, "-n", "5", "--warmup", "10ms", "-q"); code != cli.ExitOK && code != cli.ExitInvalid || stderr != "" || !strings.Contains(stdout, "requests    5") {
		t.Errorf("run: exit code %d: %s\n%s", code, stderr, stdout)
	}
	if diff := cmp.Diff(framedOrder, d.about("a")); diff != "" {
		t.Error(diff)
	}
	d.said = nil
	code, _, stderr := invoke("compare", a, b, "--scenario", "s.yaml", "--budget", "3s", "--slice", "50ms", "--warmup", "0s", "-q")
	if code == cli.ExitFailure || code == cli.ExitUsage || !strings.Contains(stderr, "warning: teardown teardown-2: GET /last at b answered with status 507, want 200 to 299: \"no room\\n\"") {
		t.Errorf("compare: exit code %d: %s", code, stderr)
	}
	for _, name := range []string{"a", "b"} {
		if diff := cmp.Diff(framedOrder, d.about(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if i := slices.Index(d.said, "b PUT /one"); slices.Index(d.said, "a GET /load") < i || slices.Index(d.said, "b GET /load") < i {
		t.Errorf("load before all is set up: %q", d.said)
	}
}

// A failed setup ends it: nothing is measured or saved, what was begun is torn
// down, and what was not begun is not.
func TestFailedSetup(t *testing.T) {
	writeScenario(t, framed)
	var d diary
	a, b := d.server(t, "a", "/two"), d.server(t, "b")
	code, stdout, stderr := invoke("compare", a, b, "--scenario", "s.yaml", "--budget", "20s", "-q")
	if want := "mlbench: setup second: GET /two at a answered with status 507, want 200 to 299: \"no room\\n\"\n"; code != cli.ExitFailure || stdout != "" || stderr != want {
		t.Errorf("exit code %d: %s, want %s", code, stderr, want)
	}
	if diff := cmp.Diff([]string{"PUT /one", "GET /two", "DELETE /one", "GET /last"}, d.about("a")); diff != "" {
		t.Error(diff)
	}
	if got := d.about("b"); len(got) > 0 {
		t.Errorf("b was asked %q", got)
	}
	if files, _ := filepath.Glob("mlbench-results/*"); len(files) > 0 {
		t.Errorf("saved %q", files)
	}
}

const secretScenario = `
variables:
  OPEN: plain-to-see
  KEY: {env: KEY}
  PASS: {file: pass}
tags: {team: search}
login: {body: {form: {user: "${OPEN}", pass: "${PASS}"}}}
setup:
  - {path: "/set/${KEY}", body: {json: {p: "${PASS}", o: "${OPEN}"}}}
requests:
  - {name: a, path: "/a/${KEY}?open=${OPEN}&p=${PASS}", auth: bearer, headers: {X: "${PASS}"}, body: {form: {p: "${PASS}"}}, checks: [{json: $.said, equals: "nothing"}]}
teardown:
  - {path: "/end?k=${KEY}", body: {text: "${PASS}"}}
`

// Variables from outside are in no file and no output, whatever fails and
// whatever a target repeats.
func TestVariablesStayOut(t *testing.T) {
	for _, status := range []int{200, 500} {
		for _, flags := range []string{
			"run s.yaml -n 3 --warmup 0s -o r.jsonl --raw raw.jsonl --url",
			"run s.yaml -n 3 --warmup 0s -o r.jsonl --raw raw.jsonl --transport net/http --url",
			"run s.yaml --once --url", "scenarios show s.yaml --dry-run -t",
		} {
			t.Run(fmt.Sprint(flags, status), func(t *testing.T) {
				writeScenario(t, secretScenario)
				t.Setenv("MLBENCH_TOKEN", "")
				t.Setenv("KEY", "hunter2 key")
				if err := os.WriteFile("pass", []byte("hunter2&pass\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				measured := 0
				srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/login" {
						fmt.Fprint(w, `{"token":"hunter2-token"}`)
						return
					}
					if measured++; strings.HasPrefix(r.URL.Path, "/a/") && measured%2 == 0 && status == 500 {
						panic(http.ErrAbortHandler) // for a sample of the error
					}
					w.WriteHeader(status)
					said, _ := json.Marshal(fmt.Sprint(r.URL.Path, r.URL.RawQuery, r.Header, r.FormValue("p")))
					fmt.Fprintf(w, `{"said": %s}`, said)
				}))
				defer srv.Close()
				_, stdout, stderr := invoke(append(strings.Fields(flags), srv.URL)...)
				shown := map[string]string{"stdout": stdout, "stderr": stderr}
				for _, file := range []string{"r.jsonl", "raw.jsonl"} {
					if b, err := os.ReadFile(file); err == nil {
						shown[file] = string(b)
					}
				}
				if status == 200 && strings.HasPrefix(flags, "run s.yaml -n") && (len(shown) != 4 || !strings.Contains(shown["raw.jsonl"], `/a/[redacted]?open=plain-to-see\u0026p=[redacted]`)) {
					t.Errorf("raw results: %s", shown["raw.jsonl"])
				}
				for what, text := range shown {
					if strings.Contains(text, "hunter2") {
						t.Errorf("%s shows a secret:\n%s", what, text)
					}
				}
			})
		}
	}
}
