package targets

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
)

// "What held", secrets: the last words of a server that crashed go into
// messages, reports and result files, without what it was given in secret.
func TestLastWordsHaveNoSecretsOfTheEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the command is for sh")
	}
	t.Setenv("MLBENCH_TOKEN", "tokenOfTheOneWhoMeasures")
	t.Setenv("PGPASSWORD", "inheritedPassword")
	target := Target{Name: "x", Managed: &Managed{
		Command: `echo "db=$DATABASE_URL api=$API_KEY pg=$PGPASSWORD tokenOfTheOneWhoMeasures mode=$MODE in=$PWD" >&2; exit 3`,
		Env:     []string{"DATABASE_URL=postgres://me:pass%20word@db/x", "API_KEY=keyOfTheService", "MODE=production"},
	}}
	_, _, err := target.Start(context.Background())
	if err == nil {
		t.Fatal("it started")
	}
	for _, secret := range []string{"pass%20word", "pass word", "keyOfTheService", "inheritedPassword", "tokenOfTheOneWhoMeasures"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("shows %q: %v", secret, err)
		}
	}
	wd, _ := os.Getwd()
	for _, kept := range []string{"mode=production", "in=" + wd, "postgres://me:[redacted]@db/x"} {
		if !strings.Contains(err.Error(), kept) {
			t.Errorf("hides %q: %v", kept, err)
		}
	}
}
