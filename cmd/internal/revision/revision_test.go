package revision

import (
	"os"
	"path/filepath"
	"testing"
)

// A18: the revision is told by CI variables where there is no repository, and
// nothing is made up where there is neither.
func TestSourceWithoutRepository(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(dir))
	for _, name := range append(commitVariables, branchVariables...) {
		t.Setenv(name, "")
	}
	if s := Current(os.Getenv); s != nil {
		t.Errorf("outside of a repository: %+v", s)
	}
	t.Setenv("GIT_COMMIT", "not-a-commit")
	if s := Current(os.Getenv); s != nil {
		t.Errorf("of what is no commit: %+v", s)
	}
	t.Setenv("CI_COMMIT_SHA", "0123456789abcdef")
	t.Setenv("CI_COMMIT_REF_NAME", "topic")
	if s := Current(os.Getenv); s == nil || s.Commit != "0123456789abcdef" || s.Branch != "topic" || s.Dirty {
		t.Errorf("of CI variables: %+v", s)
	}
	// A repository without a commit.
	if err := os.Mkdir(".git", 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CI_COMMIT_SHA", "")
	if s := Current(os.Getenv); s != nil {
		t.Errorf("of a broken repository: %+v", s)
	}
}
