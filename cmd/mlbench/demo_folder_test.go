//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/servers"
)

// L18: the demo's servers keep writing their logs when the folder is gone, so that a
// demo that is killed hard leaves nothing behind.
func TestDemoServersDoWithoutTheFolderOfTheirLogs(t *testing.T) {
	name := os.Args[0]
	defer func() { os.Args[0] = name }()
	os.Args[0] = command(t).Path
	for _, subject := range []string{servers.Legacy, servers.Modern} {
		dir := filepath.Join(t.TempDir(), "logs")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		p, err := startSubject(t.Context(), subject, filepath.Join(dir, "log.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		t.Chdir(t.TempDir())
		_, stdout, stderr := invoke("run", "sequential", "--url", p.URL().String(), "-n", "20", "--warmup", "0s", "--format", "json", "-q")
		if !strings.Contains(stdout, `"200": 20`) {
			t.Errorf("%s: %s%s", subject, stdout, stderr)
		}
		if err := p.Stop(); err != nil || p.Ended() != "exit status 0" {
			t.Errorf("%s: %v, %s: %s", subject, err, p.Ended(), p.LastWords())
		}
	}
}
