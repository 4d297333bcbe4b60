package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// P10: a scenario that is not there ended with 2, a result file with 1. Every
// input file that cannot be read is one that is not valid: 2.
func TestInputFilesThatAreNotThereFollowOneRule(t *testing.T) {
	t.Chdir(t.TempDir())
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	for name, text := range map[string]string{
		"ok.yaml":   "requests: [{name: a, path: /}]\n",
		"data.yaml": "data: {d: {file: MISSING}}\nrequests: [{name: a, path: /, body: {json: {$row: d}}}]\n",
		"body.yaml": "requests: [{name: a, path: /, body: {file: MISSING}}]\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("folder.yaml", 0o700); err != nil {
		t.Fatal(err)
	}
	url := srv.URL
	for name, command := range map[string]string{
		"scenario of run":      "run ./MISSING --url " + url + " -n 1 -q",
		"scenario of compare":  "compare a=" + url + " b=" + url + " --scenario ./MISSING -q",
		"scenario of gate":     "gate --base " + url + " --head " + url + " --scenario ./MISSING -q",
		"scenario of verify":   "verify a=" + url + " b=" + url + " --scenario ./MISSING -q",
		"scenario validated":   "scenarios validate MISSING",
		"scenario shown":       "scenarios show ./MISSING",
		"scenario's source":    "scenarios new --from har MISSING",
		"scenario's document":  "scenarios new --from openapi MISSING",
		"targets":              "run ok.yaml -t modern -n 1 -q",
		"targets listed":       "targets list",
		"gate file":            "gate --file MISSING",
		"expected":             "verify a=" + url + " b=" + url + " --scenario ok.yaml --expected MISSING -q",
		"verify's document":    "verify a=" + url + " b=" + url + " --openapi MISSING -q",
		"data":                 "run MUST/data.yaml --url " + url + " -n 1 -q",
		"body of a scenario":   "run MUST/body.yaml --url " + url + " -n 1 -q",
		"body of a flag":       "run --url " + url + " -b @MISSING -n 1 -q",
		"result of report":     "report MISSING",
		"result of gate":       "gate --result MISSING --objective p99<1s",
		"baseline of gate":     "gate --result MISSING --baseline MISSING",
		"calibration":          "gate --base " + url + " --head " + url + " --calibration MISSING -q",
		"results of calibrate": "calibrate --result MISSING --result MISSING --result MISSING -o new.json",
	} {
		for _, missing := range []string{"nowhere.yaml", "folder.yaml"} {
			text := command
			t.Setenv("MLBENCH_TARGETS", "")
			if strings.HasPrefix(name, "targets") {
				t.Setenv("MLBENCH_TARGETS", missing)
			}
			if rest, ok := strings.CutPrefix(command, "run MUST/"); ok {
				file, flags, _ := strings.Cut(rest, " ")
				raw, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile("made.yaml", []byte(strings.ReplaceAll(string(raw), "MISSING", missing)), 0o600); err != nil {
					t.Fatal(err)
				}
				text = "run made.yaml " + flags
			}
			code, _, stderr := invoke(strings.Fields(strings.ReplaceAll(text, "MISSING", missing))...)
			if code != cli.ExitUsage || !strings.Contains(stderr, missing) {
				t.Errorf("%s, %s: exit code %d, want %d: %s", name, missing, code, cli.ExitUsage, stderr)
			}
		}
	}
}
