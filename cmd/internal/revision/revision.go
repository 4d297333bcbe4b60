// Package revision finds out which revision of the code is measured.
//
// It owns what git and CI systems say of it. It does not own what is done with it.
package revision

import (
	"cmp"
	"context"
	"net/url"
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
	s.Commit, s.Branch, s.Run = commit, cmp.Or(first(getenv, branchVariables), s.Branch), run(getenv)
	return s
}

// runVariables have the address of a job, or of the build that it is of: GitLab,
// Buildkite, CircleCI, Travis, Jenkins.
var runVariables = []string{"CI_JOB_URL", "CI_PIPELINE_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "TRAVIS_JOB_WEB_URL", "RUN_DISPLAY_URL", "BUILD_URL"}

// run is the address of the CI run; "" where there is none, or no address. GitHub, Azure
// and Bitbucket tell its parts. What of it may be a secret is left out.
func run(getenv func(string) string) string {
	parts := func(pattern string, names ...string) string {
		for _, name := range names {
			v := getenv(name)
			if v == "" {
				return ""
			}
			pattern = strings.Replace(pattern, "{}", v, 1)
		}
		return pattern
	}
	address := cmp.Or(
		parts("{}/{}/actions/runs/{}", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"),
		first(getenv, runVariables),
		parts("{}{}/_build/results?buildId={}", "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID"),
		parts("{}/pipelines/results/{}", "BITBUCKET_GIT_HTTP_ORIGIN", "BITBUCKET_BUILD_NUMBER"),
	)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(address) > longestAddress {
		return ""
	}
	u.User, u.Fragment = nil, ""
	if id := u.Query().Get("buildId"); id != "" { // Azure names the run there
		u.RawQuery = url.Values{"buildId": {id}}.Encode()
	} else {
		u.RawQuery = ""
	}
	return u.String()
}

const longestAddress = 500

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
