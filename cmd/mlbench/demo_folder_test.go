package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// L18: what a demo that was killed hard left behind, the next one removes; that
// of one which runs stays.
func TestDemoRemovesWhatKilledOnesLeft(t *testing.T) {
	gone := exec.Command(os.Args[0], "-test.run", "^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{
		fmt.Sprintf("mlbench-demo-%d-1", gone.Process.Pid), fmt.Sprintf("mlbench-demo-%d-2", os.Getppid()), "mlbench-demo-x", "other",
	} {
		if err := os.MkdirAll(filepath.Join(dir, name, "logs"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	made, err := demoFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{filepath.Base(made), fmt.Sprintf("mlbench-demo-%d-2", os.Getppid()), "mlbench-demo-x", "other"}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("left are %q, want %q", names, want)
	}
}
