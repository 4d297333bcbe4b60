package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/loadgen/send"
)

// Keys of rows that headers hid were shown where path, query or body had the same.
func TestSecretHeaderValuesOfRowsAreHiddenWhereverTheyAreSent(t *testing.T) {
	dir := t.TempDir()

	if err := os.WriteFile(filepath.Join(dir, "keys.csv"), []byte("name,key\nAda,\"sk-ab/cd \"\"1\"\nBob,\"sk-ef/gh \"\"2\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const yaml = `
data: {keys: {file: keys.csv}}
setup: [{path: "/warm/sk-ab%2Fcd%20%221"}]
requests:
  - name: a
    path: /keys/{key}/x
    params: {key: {$row: keys.key}}
    query: {k: {$row: keys.key}, who: {$row: keys.name}}
    headers: {X-Api-Key: {$join: ["v1 ", {$row: keys.key}]}, X-Also: {$row: keys.key}, X-User: {$row: keys.name}}
    body: {json: {whole: {$row: keys}, as: {$join: ["key=", {$row: keys.key}]}}}
  - {name: b, path: /other, body: {form: {k: {$row: keys.key}}}}
  - {name: c, path: /third, method: POST, headers: {Authorization: {$join: ["Bearer ", {$row: keys.key}]}, X-User: Ada}}
`
	sc, err := Parse([]byte(yaml), filepath.Join(dir, "f.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	o := CompileOptions{Target: target(t, "http://h:1")}
	plan := compile(t, sc, o)
	for _, c := range plan.Classes {
		for i := range c.Pool {
			r := &c.Pool[i]
			sent, shown := string(r.AppendHTTP1(nil)), string(r.Shown())+r.ShownTarget()
			if !strings.Contains(sent, "sk-") {
				t.Errorf("%s sends no key: %s", c.Name, sent)
			}
			if strings.Contains(shown, "sk-") || strings.Contains(shown, "cd") || strings.Contains(shown, "gh") {
				t.Errorf("%s shows a key:\n%s", c.Name, shown)
			}
			if c.Name == "a" && (!strings.Contains(shown, "who="+[]string{"Ada", "Bob"}[i%2]) || !strings.Contains(shown, `"name":"`) || strings.Count(shown, send.Hidden) < 6) {
				t.Errorf("%s hides what is no secret:\n%s", c.Name, shown)
			}
		}
	}
	once, err := Once(sc, o)
	if err != nil {
		t.Fatal(err)
	}
	if shown := string(once.Setup[0].Shown()); strings.Contains(shown, "sk-") {
		t.Errorf("setup shows a key: %s", shown)
	}
}

func TestSecretsAreFoundInOtherTexts(t *testing.T) {
	f := newFinder(map[string]bool{"secret": true, "secretive": true, "abcd": true, "": true})
	for text, want := range map[string]string{
		"":                   "",
		"secre":              "secre",
		"secret":             "[redacted]",
		"a secretive secret": "a [redacted] [redacted]",
		"ssecretsecretx":     "s[redacted][redacted]x",
		"abcd":               "abcd",
	} {
		r := send.Request{Target: text}
		if f.hideIn(&r); r.ShownTarget() != want {
			t.Errorf("%q is shown as %q, want %q", text, r.ShownTarget(), want)
		}
	}
	if newFinder(map[string]bool{"abcd": true}) != nil {
		t.Error("short texts are looked for")
	}
}
