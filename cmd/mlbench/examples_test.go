package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// ciJob is a job of a CI file, as far as this machine can run it.
type ciJob struct {
	scripts  []string // one shell each, until one fails
	shell    []string // that runs a script, given as file
	env      map[string]string
	depth    int      // of the clone
	kept     []string // files and folders that the CI keeps afterwards
	warnings []int    // exit codes that do not fail the job
}

const examplesDir = "../../examples/ci"

func readExample(t *testing.T, name string, doc any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(examplesDir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, doc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if strings.Contains(string(raw), "${{") {
		t.Fatalf("%s has an expression that only its CI can evaluate", name)
	}
}

func githubJob(t *testing.T) ciJob {
	t.Helper()
	var doc struct {
		On   string            `yaml:"on"`
		Env  map[string]string `yaml:"env"`
		Jobs map[string]struct {
			Steps []struct {
				Uses string            `yaml:"uses"`
				With map[string]string `yaml:"with"`
				Run  string            `yaml:"run"`
				If   string            `yaml:"if"`
			} `yaml:"steps"`
		} `yaml:"jobs"`
	}
	readExample(t, "github-actions.yml", &doc)
	if doc.On != "pull_request" || len(doc.Jobs) != 1 {
		t.Fatalf("on %q, %d jobs", doc.On, len(doc.Jobs))
	}
	job := ciJob{shell: []string{"bash", "-e"}, env: doc.Env}
	for _, j := range doc.Jobs {
		for _, s := range j.Steps {
			action, _, _ := strings.Cut(s.Uses, "@")
			switch {
			case s.Run != "" && s.If == "":
				job.scripts = append(job.scripts, s.Run)
			case action == "actions/checkout":
				job.depth, _ = strconv.Atoi(s.With["fetch-depth"])
			case action == "actions/upload-artifact" && s.If == "always()":
				job.kept = strings.Fields(s.With["path"])
			case action != "actions/setup-go":
				t.Errorf("step %+v is not tested", s)
			}
		}
	}
	return job
}

func gitlabJob(t *testing.T) ciJob {
	t.Helper()
	var doc map[string]struct {
		Variables    map[string]string `yaml:"variables"`
		Script       []string          `yaml:"script"`
		AllowFailure struct {
			ExitCodes []int `yaml:"exit_codes"`
		} `yaml:"allow_failure"`
		Artifacts struct {
			When    string   `yaml:"when"`
			Paths   []string `yaml:"paths"`
			Reports struct {
				JUnit string `yaml:"junit"`
			} `yaml:"reports"`
		} `yaml:"artifacts"`
	}
	readExample(t, "gitlab-ci.yml", &doc)
	j, ok := doc["performance"]
	if !ok || len(doc) != 1 || j.Artifacts.When != "always" {
		t.Fatalf("jobs %v, artifacts kept %q", slices.Collect(maps.Keys(doc)), j.Artifacts.When)
	}
	return ciJob{
		scripts: []string{strings.Join(j.Script, "\n")}, shell: []string{"bash", "-eo", "pipefail"}, env: j.Variables,
		depth: 1, kept: append(j.Artifacts.Paths, j.Artifacts.Reports.JUnit), warnings: j.AllowFailure.ExitCodes,
	}
}

// TestExamples runs the scripts of examples/ci, line by line as they are, on a
// repository with a small server. Only how long and how finely to measure is
// the test's.
func TestExamples(t *testing.T) {
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	for _, ci := range []struct {
		name   string
		read   func(*testing.T) ciJob
		merged bool
		heads  []string
		env    func(m *ciMachine) []string
	}{
		{"github", githubJob, true, []string{"head", "broken"}, func(m *ciMachine) []string {
			return []string{"CI=true", "GITHUB_ACTIONS=true", "GITHUB_BASE_REF=main", "GITHUB_HEAD_REF=feature", "GITHUB_REF=refs/pull/1/merge", "GITHUB_STEP_SUMMARY=" + m.summary}
		}},
		{"gitlab, merge request", gitlabJob, false, []string{"head", "broken"}, func(m *ciMachine) []string {
			return []string{"CI=true", "GITLAB_CI=true", "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + m.base, "GITHUB_STEP_SUMMARY="}
		}},
		{"gitlab, merged results", gitlabJob, true, []string{"broken"}, func(m *ciMachine) []string {
			return []string{"CI=true", "GITLAB_CI=true", "CI_MERGE_REQUEST_DIFF_BASE_SHA=unused", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA=" + m.base, "GITHUB_STEP_SUMMARY="}
		}},
	} {
		for _, head := range ci.heads {
			t.Run(ci.name+"/"+head, func(t *testing.T) {
				t.Parallel()
				job := ci.read(t)
				job.hasten(t)
				m := newMachine(t, head, ci.merged, job.depth)
				code, log := m.run(t, job, ci.env(m)...)
				m.started(t, log, head)
				if head == "broken" {
					m.fails(t, job, code, log)
				} else {
					m.compares(t, job, code, log)
				}
			})
		}
	}
}

// hasten sets the variables that are there to be set; limits are so wide that no
// noise is a regression.
func (j *ciJob) hasten(t *testing.T) {
	t.Helper()
	if _, err := time.ParseDuration(j.env["MLBENCH_BUDGET"]); err != nil {
		t.Errorf("MLBENCH_BUDGET: %v", err)
	}
	for k, v := range map[string]string{
		"MLBENCH_BUDGET": "3500ms",
		"MLBENCH_FLAGS":  "--slice 60ms --warmup 100ms --extend=false --max-regression p50=60%,p90=off,p99=off",
	} {
		if _, ok := j.env[k]; !ok {
			t.Fatalf("there is no variable %s", k)
		}
		j.env[k] = v
	}
}

// started checks that mlbench was installed as told, and base and head are what
// was built of these commits.
func (m *ciMachine) started(t *testing.T, log, head string) {
	t.Helper()
	if got := readText(m.installed); got != "github.com/mlbench/mlbench/cmd/mlbench@latest\n" {
		t.Errorf("installed %q", got)
	}
	if got, want := readText(m.revisions), "base\n"+head+"\n"; got != want {
		t.Errorf("started %q, want %q; the log:\n%s", got, want, log)
	}
}

// compares checks the reports of two equal servers; this machine's noise may
// leave it open whether they are.
func (m *ciMachine) compares(t *testing.T, job ciJob, code int, log string) {
	t.Helper()
	if !slices.Contains([]int{0, cli.ExitInconclusive, cli.ExitInvalid}, code) {
		t.Fatalf("exit %d; the log:\n%s", code, log)
	}
	names := map[string][]string{
		"mlbench-results/gate.jsonl": {`"name":"base"`, `"name":"head"`},
		"mlbench-results/gate.md":    {"head against base"},
		"mlbench-results/gate.xml":   {"<testsuite", "base", "head"},
	}
	for name, parts := range names {
		text := readText(filepath.Join(m.dir, name))
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not name %s:\n%s\nthe log:\n%s", name, part, text, log)
			}
		}
		if !slices.ContainsFunc(job.kept, func(kept string) bool { return strings.HasPrefix(name, kept) }) {
			t.Errorf("%s is not kept, only %q are", name, job.kept)
		}
	}
	for _, kept := range job.kept {
		if _, err := os.Stat(filepath.Join(m.dir, kept)); err != nil {
			t.Errorf("kept: %v", err)
		}
	}
	if job.warnings == nil && !strings.Contains(readText(m.summary), "head against base") {
		t.Errorf("step summary: %q", readText(m.summary))
	}
}

// fails checks that a head that does not start fails the job, and the log says
// why.
func (m *ciMachine) fails(t *testing.T, job ciJob, code int, log string) {
	t.Helper()
	if code != cli.ExitFailure {
		t.Errorf("exit %d, want %d", code, cli.ExitFailure)
	}
	for _, fails := range []int{cli.ExitFailure, cli.ExitUsage, cli.ExitRegression} {
		if slices.Contains(job.warnings, fails) {
			t.Errorf("exit code %d is but a warning", fails)
		}
	}
	for _, part := range []string{"start head", "head-server", "cannot load the model: model.onnx is missing"} {
		if !strings.Contains(log, part) {
			t.Errorf("the log does not say %q:\n%s", part, log)
		}
	}
}
