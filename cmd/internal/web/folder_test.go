package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever lies in the folder, the list says so in a line and goes on.
func TestListGoesOn(t *testing.T) {
	s := newSite(t, nil)
	outside := filepath.Join(t.TempDir(), "secret.jsonl")
	saved(t, outside, "outside")
	saved(t, filepath.Join(s.dir, "good.jsonl"), `<img src=x onerror=alert(1)>`)
	for name, content := range map[string]string{
		"empty.jsonl": "", "text.jsonl": "hello\n", "future.jsonl": `{"type":"header","schema":"mlbench.result/9.0"}` + "\n",
		"foreign.jsonl": `{"schema":"other/1"}` + "\n", "huge.jsonl": strings.Repeat("x", 5<<20), "other.txt": "no",
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(s.dir, "link.jsonl")); err != nil {
		t.Skip("no links here:", err)
	}
	status, body, _ := s.ask("GET", "/api/results", "")
	var list struct{ Files []row }
	if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v", status, err)
	}
	found := map[string]row{}
	for _, r := range list.Files {
		found[r.Name] = r
	}
	if len(found) != 7 || found["good.jsonl"].Error != "" || found["good.jsonl"].Ended != "completed" {
		t.Errorf("%d files, %+v", len(found), found["good.jsonl"])
	}
	for name, want := range map[string]string{
		"empty.jsonl": "empty", "text.jsonl": "not a readable", "future.jsonl": "update mlbench", "foreign.jsonl": "not a readable",
		"huge.jsonl": "longer than", "link.jsonl": "links are not followed",
	} {
		if r := found[name]; !strings.Contains(r.Error, want) || r.Scenario != "" {
			t.Errorf("%s: %+v, want an error with %q", name, r, want)
		}
	}
}

// No name leads out of the folder, whatever it is asked for.
func TestNamesStayInTheFolder(t *testing.T) {
	s := newSite(t, nil)
	outside := filepath.Join(filepath.Dir(s.dir), "outside.jsonl")
	saved(t, outside, "outside")
	saved(t, filepath.Join(s.dir, "inner", "deep.jsonl"), "deep")
	saved(t, filepath.Join(s.dir, own, "own.jsonl"), "own")
	saved(t, filepath.Join(s.dir, ".hidden.jsonl"), "hidden")
	if err := os.Symlink(outside, filepath.Join(s.dir, "link.jsonl")); err != nil {
		t.Skip("no links here:", err)
	}
	for _, name := range []string{
		"../outside.jsonl", "..\\outside.jsonl", outside, "./../outside.jsonl", "inner/deep.jsonl", own + "/own.jsonl", ".hidden.jsonl", "link.jsonl",
		"inner", "..", "", ".", "nothing.jsonl", "x\x00.jsonl", "x\n.jsonl", "a:b.jsonl", strings.Repeat("x", 300) + ".jsonl", "--output=x.jsonl",
	} {
		for _, ask := range [][2]string{
			{"DELETE", "/api/result/" + url.PathEscape(name)}, {"GET", "/api/course?file=" + url.QueryEscape(name)},
			{"GET", "/report?file=" + url.QueryEscape(name)}, {"GET", "/api/export/file?file=" + url.QueryEscape(name)},
			{"GET", "/api/export/json?file=" + url.QueryEscape(name)},
		} {
			if status, body, _ := s.ask(ask[0], ask[1], ""); status < 300 || status >= 500 || strings.Contains(body, "outside\"") {
				t.Errorf("%s %s: %d %.200s", ask[0], ask[1], status, body)
			}
		}
	}
	for _, path := range []string{outside, filepath.Join(s.dir, "inner", "deep.jsonl"), filepath.Join(s.dir, "link.jsonl")} {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is gone: %v", path, err)
		}
	}
}

func TestDelete(t *testing.T) {
	s := newSite(t, nil)
	saved(t, filepath.Join(s.dir, "a b.jsonl"), "x")
	if status, body, _ := s.ask("DELETE", "/api/result/a%20b.jsonl", ""); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := s.ask("DELETE", "/api/result/a%20b.jsonl", ""); status != http.StatusNotFound || !strings.Contains(body, "not there") {
		t.Errorf("again: %d %s", status, body)
	}
}

// Reports and exports are commands of mlbench: names are paths, and what comes from a page
// stands behind a flag's "=", or behind "--".
func TestReportsAreCommands(t *testing.T) {
	s := newSite(t, nil)
	saved(t, filepath.Join(s.dir, "-a.jsonl"), "x")
	saved(t, filepath.Join(s.dir, "b.jsonl"), "x")
	for query, want := range map[string]string{
		"file=-a.jsonl":                                    "report --format=json -- ./-a.jsonl",
		"file=-a.jsonl&file=b.jsonl":                       "compare --quiet --format=json -- ./-a.jsonl ./b.jsonl",
		"file=b.jsonl&max_regression=p99%3D1%25":           "compare --quiet --format=json --max-regression=p99=1% -- ./b.jsonl",
		"file=b.jsonl&max_regression=--output%3Dx":         "compare --quiet --format=json --max-regression=--output=x -- ./b.jsonl",
		"file=b.jsonl&objective=p99%3C1ms&objective=-o%20": "report --format=json --objective=p99<1ms --objective=-o  -- ./b.jsonl",
	} {
		status, body, header := s.ask("GET", "/api/export/json?"+query, "")
		if status != http.StatusOK || strings.TrimSuffix(body, "\n") != want {
			t.Errorf("%s: %d %q, want %q", query, status, body, want)
		}
		if d := header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename=\"") || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %q, %q", query, d, header.Get("Content-Type"))
		}
	}
	if status, _, _ := s.ask("GET", "/api/export/..%2f?file=b.jsonl", ""); status != http.StatusNotFound {
		t.Errorf("an unknown format: %d", status)
	}
	status, body, header := s.ask("GET", "/report?file=b.jsonl", "")
	if csp := header.Get("Content-Security-Policy"); status != http.StatusOK || !strings.Contains(body, "./b.jsonl") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") || !strings.Contains(csp, "sandbox") {
		t.Errorf("report: %d %q %s", status, csp, body)
	}
	if _, file, _ := s.ask("GET", "/api/export/file?file=b.jsonl", ""); !strings.HasPrefix(file, `{"type":"header"`) {
		t.Errorf("the file itself: %.100s", file)
	}
}
