package scenarios

import (
	"strings"
	"testing"
)

// These were answered with a list of unknown keys.
func TestOtherFilesAreCalledByName(t *testing.T) {
	for src, want := range map[string]string{
		"targets: {a: {url: http://h}}\n":                 "f.yaml:1:1: this is a target file",
		"base: legacy\nhead: modern\nscenario: mix\n":     "f.yaml:1:1: this is a gate file",
		"max-regression: p50=5%\nresult: x.jsonl\n":       "f.yaml:1:1: this is a gate file",
		"base: x\nrequests: [{name: a, path: /, x: 1}]\n": `unknown key "base"`,
	} {
		if _, err := Parse([]byte(src), "f.yaml"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", src, err, want)
		}
	}
}
