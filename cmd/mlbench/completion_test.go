package main

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/report"
)

// A shell that completes --export offers every format with its sign, and files after it.
func TestExportCompletesItsFormats(t *testing.T) {
	for _, command := range []string{"run", "compare", "gate", "verify", "report", "demo"} {
		_, words, _ := invoke("__complete", command, "--export", "")
		for _, format := range strings.Split(report.FormatNames, ", ") {
			if !strings.Contains(words, format+"=\n") {
				t.Errorf("%s --export: %q lacks %s=", command, words, format)
			}
		}
	}
	if _, words, _ := invoke("__complete", "run", "--export", "json="); words != ":0\n" {
		t.Errorf("after the sign: %q, want files alone", words)
	}
}

// What gate judges is named by patterns, too: no shell has read those of a gate file.
func TestGateTakesPatternsOfResults(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, missing := range []string{"--result", "--baseline"} {
		args := []string{"gate", "--file=", "--baseline", "../x.jsonl", "--result", "../x.jsonl", missing, "a*.jsonl"}
		_, _, errOut := invoke(args...)
		if strings.Contains(errOut, "report:") {
			t.Errorf("%s: %q is of another command", missing, errOut)
		}
	}
	if _, _, errOut := invoke("gate", "--file=", "--result", "a*.jsonl"); errOut != "mlbench: no result files in a*.jsonl: no such file\n" {
		t.Errorf("stderr %q", errOut)
	}
}
