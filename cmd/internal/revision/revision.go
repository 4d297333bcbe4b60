// Package revision finds out which revision of the code is measured.
//
// It owns what git and CI systems say of it. It does not own what is done with it.
package revision

import (
	"cmp"
	"context"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Variables in which CI systems name the commit and branch of a job: GitHub,
// GitLab, Bitbucket, Buildkite, CircleCI, Travis, Azure, Jenkins.
var (
	commitVariables = []string{"GITHUB_SHA", "CI_COMMIT_SHA", "BITBUCKET_COMMIT", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "TRAVIS_COMMIT", "BUILD_SOURCEVERSION", "GIT_COMMIT"}
	branchVariables = []string{"GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BITBUCKET_BRANCH", "BUILDKITE_BRANCH", "CIRCLE_BRANCH", "TRAVIS_BRANCH", "BUILD_SOURCEBRANCHNAME", "GIT_BRANCH"}
)

// Current is the revision that is measured, as far as the folder or the CI system
// tell: nil where neither does. What the CI system names counts more: its
// checkouts are of a merge, or have no branch.
func Current(getenv func(string) string) *results.Source {
	s := gitSource()
	commit := first(getenv, commitVariables)
	if !commitHash.MatchString(commit) {
		return s
	}
	if s == nil {
		s = &results.Source{}
	}
	s.Commit, s.Branch = commit, cmp.Or(first(getenv, branchVariables), s.Branch)
	return s
}

// commitHash tells a commit from a variable that happens to have its name.
var commitHash = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// first is the first of these variables that is set.
func first(getenv func(string) string, names []string) string {
	for _, name := range names {
		if v := getenv(name); v != "" {
			return v
		}
	}
	return ""
}

// gitSource asks git, which must not take long, write, or start what the
// repository's configuration names.
func gitSource() *results.Source {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "--no-optional-locks",
		"status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=all")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil // no git, no repository, or someone else's
	}
	s := &results.Source{}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "# branch.oid "):
			s.Commit = strings.TrimPrefix(line, "# branch.oid ")
		case strings.HasPrefix(line, "# branch.head "):
			s.Branch = strings.TrimPrefix(line, "# branch.head ")
		case line != "" && line[0] != '#':
			s.Dirty = true
		}
	}
	if !commitHash.MatchString(s.Commit) {
		return nil // "(initial)": nothing is committed
	}
	if s.Branch == "(detached)" {
		s.Branch = ""
	}
	return s
}
