package targets

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const sampleFile = `targets:
  staging:
    url: https://staging.example.com/api?v=2
    headers: {X-Api-Key: "${STAGING_KEY}", X-Team: 7}
    ca: ca.pem
    ready: /health
  modern:
    url: http://127.0.0.1:18000
    insecure: true
`

func sample(t *testing.T) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "targets.yaml")
	if err := os.WriteFile(path, []byte(sampleFile), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := LoadFile(path, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParse(t *testing.T) {
	t.Setenv("STAGING_KEY", "k1")
	f := sample(t)
	for _, tt := range []struct{ ref, name, url string }{
		{"legacy", "legacy", "http://127.0.0.1:5000"},
		{"reference", "reference", "http://127.0.0.1:9000"},
		{"modern", "modern", "http://127.0.0.1:18000"}, // the file's, not the bundled one
		{"staging", "staging", "https://staging.example.com/api?v=2"},
		{"a=staging", "a", "https://staging.example.com/api?v=2"},
		{"old=http://127.0.0.1:5000/", "old", "http://127.0.0.1:5000"},
		{"http://h/p?a=b", "h", "http://h/p?a=b"}, // the = is the URL's own
		{"127.0.0.1:8000", "127.0.0.1:8000", "http://127.0.0.1:8000"},
		{"example.com/v1", "example.com", "http://example.com/v1"},
		{"localhost", "localhost", "http://localhost"},
		{"new=localhost:81", "new", "http://localhost:81"},
		{"[::1]:80", "[::1]:80", "http://[::1]:80"},
	} {
		got, err := f.Parse(tt.ref)
		if err != nil {
			t.Errorf("%s: %v", tt.ref, err)
		} else if got.Name != tt.name || got.URL.String() != tt.url {
			t.Errorf("%s: %s at %s, want %s at %s", tt.ref, got.Name, got.URL, tt.name, tt.url)
		}
	}
}

func TestParseMistakes(t *testing.T) {
	f := sample(t)
	for _, tt := range []struct{ ref, want string }{
		{"", "empty target"},
		{"moden", `did you mean "modern"`},
		{"a=b=c", `unknown target "b=c"`},
		{"ftp://h", `scheme "ftp", want http or https`},
		{"http://", "no host"},
		{"http://h:99999", `port "99999"`},
		{"http://h:", `port ""`},
		{"http://h/a b", "%20"},
		{"http://h/#x", "#fragment"},
		{"http://bob:hunter2@h", "credentials in the URL"},
		{"http://h:p@ss:hunter2@h", "target"},
		{"http://h\r\nX: y", "0x0d"},
		{"staging", "STAGING_KEY is not set"},
	} {
		got, err := f.Parse(tt.ref)
		switch {
		case err == nil:
			t.Errorf("%q: accepted as %+v", tt.ref, got)
		case !strings.Contains(err.Error(), tt.want):
			t.Errorf("%q: %v, want %q", tt.ref, err, tt.want)
		case strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: the error shows a password: %v", tt.ref, err)
		}
	}
}

func TestTargetFileFillsIn(t *testing.T) {
	t.Setenv("STAGING_KEY", "k1")
	f := sample(t)
	got, err := f.Parse("staging")
	if err != nil {
		t.Fatal(err)
	}
	want := Target{
		Name: "staging", URL: got.URL, Ready: "/health", Source: f.Path,
		CAFile:  filepath.Join(filepath.Dir(f.Path), "ca.pem"),
		Headers: []Field{{Name: "X-Api-Key", Value: "k1", Secret: true}, {Name: "X-Team", Value: "7"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if shown := got.Headers[0].Shown(); shown != "[redacted]" {
		t.Errorf("a header from the environment shows as %q", shown)
	}
}

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// All mistakes at once, each with its place and what is wanted.
func TestTargetFileMistakes(t *testing.T) {
	_, err := LoadFile("testdata/mistakes.yaml", nil)
	if err == nil {
		t.Fatal("accepted")
	}
	got := err.Error() + "\n"
	const golden = "testdata/mistakes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("(-want +got; -update rewrites it):\n%s", d)
	}
}

// A managed target's paths are relative to the file, its variables are filled in
// when it is used, and before its start it has no port.
func TestTargetFileManaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "targets.yaml")
	src := `targets:
  shell: {command: " gunicorn -b :{port} app:app "}
  all:
    command: [docker, run, --rm, -p, "{port}:8000", image]
    url: http://127.0.0.1:{port}/v1
    ready: /health
    start_timeout: 2m
    env: {WORKERS: 2, KEY: "${MANAGED_KEY}", EMPTY: ""}
    dir: services
    log: logs/all.log
`
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := LoadFile(path, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Parse("all"); !errors.Is(err, ErrNotSet) || !strings.Contains(err.Error(), "target all: env KEY") {
		t.Errorf("without the variable: %v", err)
	}
	t.Setenv("MANAGED_KEY", "k 1")
	dir := filepath.Dir(path)
	for ref, want := range map[string]Target{
		"shell": {Name: "shell", Managed: &Managed{Command: "gunicorn -b :{port} app:app", Dir: dir}},
		"v2=all": {Name: "v2", Ready: "/health", Managed: &Managed{
			Args: []string{"docker", "run", "--rm", "-p", "{port}:8000", "image"}, URL: "http://127.0.0.1:{port}/v1",
			Dir: filepath.Join(dir, "services"), Env: []string{"WORKERS=2", "KEY=k 1", "EMPTY="},
			LogFile: filepath.Join(dir, "logs", "all.log"), Timeout: 2 * time.Minute,
		}},
	} {
		got, err := f.Parse(ref)
		if err != nil {
			t.Fatal(err)
		}
		if port := got.URL.Port(); port != "0" {
			t.Errorf("%s: port %s before its start", ref, port)
		}
		got.URL, want.Source = nil, f.Path
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", ref, d)
		}
	}
	want := []Known{
		{Name: "shell", Command: "gunicorn -b :{port} app:app", Source: path},
		{Name: "all", URL: "http://127.0.0.1:{port}/v1", Command: "docker run --rm -p {port}:8000 image", Source: path},
	}
	if d := cmp.Diff(want, f.List()[:2]); d != "" {
		t.Error(d)
	}
}

func TestLoadFileLookup(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("MLBENCH_TARGETS", "")
	if f, err := LoadFile("", os.LookupEnv); err != nil || f.Path != "" || len(f.List()) != len(subjects) {
		t.Errorf("without a file: %+v, %v", f, err)
	}
	if _, err := LoadFile("none.yaml", os.LookupEnv); err == nil {
		t.Error("a missing file that was asked for is no error")
	}
	if err := os.WriteFile("targets.yaml", []byte("targets: {a: {url: http://a}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("other.yaml", []byte("targets: {b: {url: http://b}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Parse("a", os.LookupEnv); err != nil || got.URL.Host != "a" {
		t.Errorf("targets.yaml: %+v, %v", got, err)
	}
	t.Setenv("MLBENCH_TARGETS", "other.yaml")
	if got, err := Parse("b", os.LookupEnv); err != nil || got.URL.Host != "b" {
		t.Errorf("MLBENCH_TARGETS: %+v, %v", got, err)
	}
	t.Setenv("MLBENCH_TARGETS", "none.yaml")
	if _, err := Parse("http://127.0.0.1:1", os.LookupEnv); err == nil {
		t.Error("MLBENCH_TARGETS names a missing file: no error")
	}
}

func TestResolve(t *testing.T) {
	for _, tt := range []struct{ base, path, want string }{
		{"http://h", "/predict", "http://h/predict"},
		{"http://h/", "/predict", "http://h/predict"},
		{"http://h/api/", "/predict", "http://h/api/predict"},
		{"http://h/a%2Fb", "/c%20d", "http://h/a%2Fb/c%20d"},
		{"http://h/api?key=1", "/x?y=2", "http://h/api/x?y=2&key=1"},
		{"http://h/api?key=1", "/x", "http://h/api/x?key=1"},
		{"http://h/api?key=1", "", "http://h/api?key=1"},
		{"http://h", "//other/x", "http://h//other/x"},
	} {
		base, err := Parse(tt.base, os.LookupEnv)
		if err != nil {
			t.Fatal(err)
		}
		got, err := base.Resolve(tt.path)
		if err != nil || got.String() != tt.want {
			t.Errorf("%s + %s = %v, %v, want %s", tt.base, tt.path, got, err, tt.want)
		}
	}
	for _, path := range []string{"x", "http://evil/", "/a b", "/a\r\nX: y", "/ü", "/a#b", "/%zz", "/\x00"} {
		if err := ValidPath(path); err == nil {
			t.Errorf("path %q accepted", path)
		}
	}
}

// What the target file's reader accepts can be resolved, but for variables that are not set.
func FuzzTargetFile(f *testing.F) {
	for _, src := range []string{
		sampleFile, "targets: {a: {command: [x, y], env: {A: \"${B:-c}\"}, url: \"http://h:{port}/{port}\"}}",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file := File{Path: "f"}
		if file.read(src) != nil {
			return
		}
		for _, e := range file.entries {
			if _, err := e.target("f", os.LookupEnv); err != nil && !errors.Is(err, ErrNotSet) {
				t.Errorf("accepted, but %v", err)
			}
		}
	})
}
