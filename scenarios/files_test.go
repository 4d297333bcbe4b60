package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// M14: a scenario that somebody else wrote reads no file but those of its folder,
// and of folders that are allowed: by no way that a path can take.
func TestScenariosReadFilesOfTheirFolderOnly(t *testing.T) {
	root := t.TempDir()
	dir, other := filepath.Join(root, "scenario"), filepath.Join(root, "other")
	for _, d := range []string{filepath.Join(dir, "sub"), other, dir + "-2"} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{filepath.Join(dir, "own.csv"), filepath.Join(dir, "sub", "own.csv"), filepath.Join(other, "secret.csv"), filepath.Join(dir+"-2", "secret.csv")} {
		if err := os.WriteFile(file, []byte("a,b\n1,THE-SECRET\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"link.csv": filepath.Join(other, "secret.csv"), "up": "..", "inner.csv": "sub/own.csv", "self": "/proc/self", "round": "round", "gone": "nowhere",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	uses := map[string]string{
		"body":      "requests: [{name: a, body: {file: 'PATH'}}]",
		"multipart": "requests: [{name: a, body: {multipart: {p: {file: 'PATH'}}}}]",
		"data":      "data: {d: {file: 'PATH', format: csv}}\nrequests: [{name: a, body: {json: {$row: d}}}]",
		"variable":  "variables: {v: {file: 'PATH'}}\nrequests: [{name: a, body: {text: '${v}'}}]",
		"default":   "variables: {v: {file: 'PATH', default: x}}\nrequests: [{name: a, body: {text: '${v}'}}]",
		"setup":     "setup: [{path: /, body: {file: 'PATH'}}]\nrequests: [{name: a}]",
	}
	read := func(use, path string, allow ...string) error {
		sc, err := Parse([]byte(strings.ReplaceAll(uses[use], "PATH", path)), filepath.Join(dir, "s.yaml"), allow...)
		if err == nil {
			_, err = Compile(sc, CompileOptions{Target: target(t, "http://127.0.0.1:1"), PoolSize: 1})
		}
		return err
	}
	for use := range uses {
		for _, path := range []string{"own.csv", "sub/own.csv", "inner.csv", "sub/../own.csv", filepath.Join(dir, "own.csv")} {
			if err := read(use, path); err != nil {
				t.Errorf("%s, %s: %v", use, path, err)
			}
		}
		for _, path := range []string{
			filepath.Join(other, "secret.csv"), "../other/secret.csv", "../scenario-2/secret.csv", "link.csv", "up/other/secret.csv", "sub/../../other/secret.csv",
			"/proc/self/environ", "self/environ", "/proc/self/fd/0", "self/fd/0", "/etc/passwd", "../../../../../../../../etc/passwd", "round",
		} {
			err := read(use, path)
			if err == nil {
				t.Errorf("%s reads %s", use, path)
			} else if strings.Contains(err.Error(), "THE-SECRET") || strings.HasSuffix(path, "secret.csv") && !strings.Contains(err.Error(), "--allow-files") {
				t.Errorf("%s, %s: %v", use, path, err)
			}
		}
		for _, path := range []string{"link.csv", "../other/secret.csv"} {
			if err := read(use, path, other); err != nil {
				t.Errorf("%s, %s, allowed: %v", use, path, err)
			}
		}
	}
	// What is not there is told as before, and a default stands in.
	if err := read("default", "nothing.csv"); err != nil {
		t.Error(err)
	}
	if err := read("body", "gone"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}
