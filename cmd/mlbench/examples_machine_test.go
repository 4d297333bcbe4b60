package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ciMachine is a machine of a CI with a clone of the repository.
type ciMachine struct {
	dir       string // the clone
	env       []string
	base      string // commit
	summary   string // what GitHub shows with the job
	revisions string // which servers were started, in this order
	installed string // what go install was asked for
}

// newMachine has a repository with the server in two revisions: base, and the
// head of a branch. The clone has the branch, or GitHub's merge of it, and only
// so many commits.
func newMachine(t *testing.T, head string, merged bool, depth int) *ciMachine {
	t.Helper()
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	for _, dir := range []string{"origin/bench", "clone", "bin", "temp"} {
		must(t, os.MkdirAll(at(dir), 0o755))
	}
	m := &ciMachine{dir: at("clone"), summary: at("summary.md"), revisions: at("revisions"), installed: at("installed")}
	m.env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@localhost",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@localhost",
		"GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-buildvcs=false",
		"RUNNER_TEMP="+at("temp"), "TMPDIR="+at("temp"), "REVISIONS="+m.revisions)
	m.installer(t, at("bin"))

	server, err := os.ReadFile("testdata/ci/server.go")
	must(t, err)
	scenario, err := os.ReadFile(filepath.Join(examplesDir, "scenario.yaml"))
	must(t, err)
	write := func(name string, content []byte) { must(t, os.WriteFile(at("origin/"+name), content, 0o600)) }
	git := func(args ...string) string { return m.git(t, at("origin"), args...) }
	write("go.mod", []byte("module example.com/server\n\ngo 1.24\n"))
	write("server.go", server)
	write("bench/scenario.yaml", scenario)
	git("init", "--quiet", "--initial-branch=main")
	git("config", "uploadpack.allowAnySHA1InWant", "true") // as both CIs' servers do
	git("add", ".")
	git("commit", "--quiet", "-m", "base")
	m.base = git("rev-parse", "HEAD")
	git("checkout", "--quiet", "-b", "feature")
	write("server.go", bytes.Replace(server, []byte(`revision = "base"`), []byte(`revision = "`+head+`"`), 1))
	git("commit", "--quiet", "-a", "-m", "head")
	if merged {
		git("checkout", "--quiet", "-b", "merge", "main")
		git("merge", "--quiet", "--no-ff", "-m", "merge", "feature")
	}
	m.git(t, m.dir, "init", "--quiet")
	m.git(t, m.dir, "remote", "add", "origin", "file://"+at("origin"))
	m.git(t, m.dir, "fetch", "--quiet", "--depth="+strconv.Itoa(depth), "origin", git("rev-parse", "HEAD"))
	m.git(t, m.dir, "checkout", "--quiet", "--detach", "FETCH_HEAD")
	return m
}

// installer puts a go on the path that installs this test's binary as mlbench
// when asked to install one, and otherwise is go; there is no mlbench before.
func (m *ciMachine) installer(t *testing.T, bin string) {
	t.Helper()
	goTool, err := exec.LookPath("go")
	must(t, err)
	self, err := os.Executable()
	must(t, err)
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" != install ]; then exec '%s' \"$@\"; fi\necho \"$2\" >>'%s'\nln -s '%s' '%s'\n",
		goTool, m.installed, self, filepath.Join(bin, "mlbench"))
	must(t, os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700))
	path := []string{bin}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "mlbench")); err != nil {
			path = append(path, dir)
		}
	}
	m.env = append(m.env, "PATH="+strings.Join(path, string(filepath.ListSeparator)))
}

func (m *ciMachine) git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, m.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// run runs the job's own lines, and returns how it ended and what its log says.
func (m *ciMachine) run(t *testing.T, job ciJob, ci ...string) (code int, log string) {
	t.Helper()
	env := append(slices.Clone(m.env), ci...)
	for k, v := range job.env {
		env = append(env, k+"="+v)
	}
	var out bytes.Buffer
	for i, script := range job.scripts {
		file := filepath.Join(t.TempDir(), fmt.Sprintf("step%d.sh", i))
		must(t, os.WriteFile(file, []byte(script), 0o600))
		cmd := exec.Command(job.shell[0], append(job.shell[1:len(job.shell):len(job.shell)], file)...)
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = m.dir, env, &out, &out
		err := cmd.Run()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode(), out.String()
		}
		must(t, err)
	}
	return 0, out.String()
}

func readText(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
