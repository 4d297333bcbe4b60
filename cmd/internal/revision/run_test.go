package revision

import "testing"

// The run's address is put together as each CI system tells it, and has no secret.
func TestRunOfCISystems(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"https://github.com/a/b/actions/runs/7":              {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7", "BUILD_URL": "https://other"},
		"https://gitlab.example.org/a/-/jobs/7":              {"CI_JOB_URL": "https://gitlab.example.org/a/-/jobs/7", "CI_PIPELINE_URL": "https://gitlab.example.org/p/1"},
		"https://jenkins.example.org/job/x/7/":               {"BUILD_URL": "https://me:secret@jenkins.example.org/job/x/7/?token=secret#secret"},
		"https://buildkite.com/a/builds/7":                   {"BUILDKITE_BUILD_URL": "https://buildkite.com/a/builds/7"},
		"https://dev.azure.com/a/p/_build/results?buildId=7": {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/a/", "SYSTEM_TEAMPROJECT": "p", "BUILD_BUILDID": "7"},
		"": {"BUILD_URL": "javascript:alert(1)", "GITHUB_RUN_ID": "7"},
	} {
		if got := run(func(name string) string { return env[name] }); got != want {
			t.Errorf("%v: %q, want %q", env, got, want)
		}
	}
	s := Current(func(name string) string {
		return map[string]string{"CI_COMMIT_SHA": "0123456789abcdef", "CI_JOB_URL": "https://ci/7"}[name]
	})
	if s == nil || s.Run != "https://ci/7" {
		t.Errorf("%+v", s)
	}
}
