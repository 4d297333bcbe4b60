package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
)

// A target that fails from its 100th request on ends a run of an hour by the rule of its
// scenario: with exit code 6, all that was measured, the teardown, and the rule and its
// instant in every form.
func TestAbortedRun(t *testing.T) {
	t.Chdir(t.TempDir())
	var served, torn atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/end":
			torn.Add(1)
		case r.URL.Path == "/work" && served.Add(1) >= 100:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer srv.Close()
	scenario := `
load: {connections: 1, think: 2ms, duration: 1h, warmup: 0s}
abort: ["work:errors>5% for 1s after 0s", "p99>1h"]
requests: [{name: work, path: /work}]
teardown: [{path: /end}]
`
	if err := os.WriteFile("s.yaml", []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := invoke("run", "s.yaml", "--url", srv.URL, "-o", "r.jsonl", "--format", "json", "--export", "text=r.txt", "--export", "junit=r.xml")
	if code != cli.ExitObjective || torn.Load() != 1 {
		t.Fatalf("exit code %d, %d teardowns; stderr: %s", code, torn.Load(), stderr)
	}
	var shown struct {
		Requests   int64
		Objectives []struct {
			Expr  string
			Value float64
			Held  bool
			After float64 `json:"aborted_s"`
		}
		Codes []struct {
			Code, Rule string
			After      float64 `json:"after_s"`
		} `json:"warning_codes"`
	}
	if err := json.Unmarshal([]byte(stdout), &shown); err != nil {
		t.Fatal(err)
	}
	const rule = "work:errors>5% for 1s after 0s"
	if shown.Requests != served.Load() || len(shown.Objectives) != 1 || len(shown.Codes) == 0 {
		t.Fatalf("%d requests served: %s", served.Load(), stdout)
	}
	if o := shown.Objectives[0]; o.Expr != rule || o.Held || o.Value <= 5 || o.After < 1 {
		t.Errorf("objective %+v", o)
	}
	if c := shown.Codes[0]; c.Code != "aborted" || c.Rule != rule || c.After != shown.Objectives[0].After {
		t.Errorf("warning %+v", c)
	}
	_, published, _ := invoke("report", "--schema", "run")
	validate(t, published, stdout)
	f, err := results.ReadFile("r.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := f.Footer.Aborted; f.Footer.Ended != results.Interrupted || a == nil || a.Rule != rule {
		t.Errorf("footer %+v", f.Footer)
	}
	at := fmt.Sprintf("after %.1f s", shown.Objectives[0].After)
	for file, words := range map[string]string{"r.txt": "ABORTED " + at, "r.xml": rule[len("work:errors>"):]} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), words) || !strings.Contains(string(text), at) {
			t.Errorf("%s, %v: want %q and %q in\n%s", file, err, words, at, text)
		}
	}
	// The file is judged again as the run was.
	if code, stdout, _ := invoke("report", "r.jsonl", "--objective", "p99<1h"); code != cli.ExitObjective || !strings.Contains(stdout, "ABORTED "+at) {
		t.Errorf("report: exit code %d\n%s", code, stdout)
	}
}

// A rule that never applies changes nothing; one of the command line is added.
func TestRuleThatDoesNotApply(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	code, stdout, stderr := invoke("run", "--url", srv.URL, "-c", "1", "-n", "50", "--warmup", "0s", "--format", "json", "--no-output", "--abort", "errors>0% after 0s")
	if code != cli.ExitOK && code != cli.ExitInvalid || strings.Contains(stdout, "aborted") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}
