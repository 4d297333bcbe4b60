package scenarios

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/targets/strict"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// golden compares with a file, or rewrites it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got, go test -update accepts it):\n%s", path, d)
	}
}

// The golden files are all messages that the language has.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			sc, err := Load(file, "testdata", "/dev")
			var mistakes strict.Mistakes
			if !errors.As(err, &mistakes) {
				t.Fatalf("accepted as %+v (%v)", sc, err)
			}
			text := strings.ReplaceAll(err.Error(), filepath.Dir(file)+string(filepath.Separator), "")
			golden(t, strings.TrimSuffix(file, ".yaml")+".golden", text+"\n")
		})
	}
}

func TestShippedScenarios(t *testing.T) {
	entries, err := shipped.ReadDir("shipped")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		files = append(files, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	names := slices.Sorted(slices.Values(Names()))
	if d := cmp.Diff(files, names); d != "" {
		t.Errorf("files against Names(): %s", d)
	}
	for _, name := range Names() {
		sc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if sc.Name != name || sc.Description == "" {
			t.Errorf("%s: name %q, description %q", name, sc.Name, sc.Description)
		}
		if !strings.HasPrefix(sc.Text(), "# yaml-language-server: $schema=../scenario.schema.json\n#\n# ") {
			t.Errorf("%s does not begin with its schema and what it answers", name)
		}
		if again, err := Parse([]byte(sc.Identity().Text), name+".yaml"); err != nil || again.Digest() != sc.Digest() {
			t.Errorf("%s: its identity does not give it back: %v", name, err)
		}
	}
}

// The shares that the mix promises.
func TestMixShares(t *testing.T) {
	sc, err := Load("mix")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, r := range sc.Requests {
		got[r.Name] = r.Weight
	}
	if d := cmp.Diff(map[string]float64{"predict": 70, "batch-predict": 20, "model-info": 7, "health": 3}, got); d != "" {
		t.Error(d)
	}
}

func TestLoadNames(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"my.yaml", "my.yml", "plain"} {
		if err := os.WriteFile(name, []byte("requests: [{name: a}]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []string{"my.yaml", "my.yml", "./my.yaml", filepath.Join(dir, "my.yaml"), "./plain"} {
		if sc, err := Load(ref); err != nil || sc.Name != "my" && sc.Name != "plain" {
			t.Errorf("%s: %+v, %v", ref, sc, err)
		}
	}
	for ref, want := range map[string]string{
		"mxi":       `unknown scenario "mxi", did you mean "mix"? (shipped: sequential, concurrent, mix, users, ramp, spike, soak, ping; a file's name has a slash or ends in .yaml)`,
		"plain":     `unknown scenario "plain" (shipped`,
		"":          `unknown scenario ""`,
		"none.yaml": "none.yaml: no such file",
		"./":        "scenario: ",
	} {
		if _, err := Load(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", ref, err, want)
		}
	}
	if _, err := Load("mxi"); !errors.Is(err, ErrUnknown) {
		t.Error("not ErrUnknown")
	}
}

func TestDefaults(t *testing.T) {
	for _, tt := range []struct{ load, want string }{
		{"", "closed 1 0 \"\" 30s 0 3s 10s"},
		{"load: {rate: 600/m}", "open 10000 10 \"poisson\" 30s 0 3s 10s"},
		{"load: {requests: 10k, warmup: 0s}", "closed 1 0 \"\" 0s 10000 0s 10s"},
		{"load: {model: open, rate: 5, duration: 1m, requests: 7, connections: 3, arrivals: constant, timeout: 1s}", "open 3 5 \"constant\" 1m0s 7 3s 1s"},
	} {
		sc, err := Parse([]byte(tt.load+"\nrequests: [{name: a}]"), "x.yaml")
		if err != nil {
			t.Fatal(err)
		}
		l := sc.Load
		got := fmt.Sprintf("%s %d %v %q %s %d %s %s", l.Model, l.Connections.Most, float64(l.Rate), l.Arrivals, l.Duration, int64(l.Requests), l.Warmup, l.Timeout)
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.load, got, tt.want)
		}
		if r := sc.Requests[0]; r.Weight != 1 || !r.Fresh || r.Auth != NoAuth {
			t.Errorf("request %+v", r)
		}
	}
}

// P16: methods in small letters and a single status were refused.
func TestMethodsAndStatusesMayBeWrittenShort(t *testing.T) {
	sc := parse(t, `
setup: [{method: put, path: /s, expect: {status: 201}}]
login: {method: post}
requests:
  - {name: a, method: get, auth: bearer, expect: {status: 404}, steps: [{name: b, method: Delete, expect: {status: [204, 404]}}]}`)
	r := sc.Requests[0]
	got := []string{sc.Setup[0].Method, sc.Login.Method, r.Method, r.Steps[0].Method}
	if want := []string{"PUT", "POST", "GET", "DELETE"}; !slices.Equal(got, want) {
		t.Errorf("methods %q, want %q", got, want)
	}
	if sc.Setup[0].Expect.Status[0] != 201 || !slices.Equal(r.Expect.Status, []int{404}) || len(r.Steps[0].Expect.Status) != 2 {
		t.Errorf("statuses %v, %v, %v", sc.Setup[0].Expect, r.Expect, r.Steps[0].Expect)
	}
}
