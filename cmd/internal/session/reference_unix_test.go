//go:build unix

package session

import (
	"os"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/targets"
)

func TestStartable(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("server", []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string][2]string{ // name and command
		"./server --port {port}":            {"server", "./server --port {port}"},
		"A=b ./server":                      {"server", "A=b ./server"},
		"./server":                          {"server", "./server"},
		"new=./server":                      {"new", "./server"},
		"cmd:server":                        {"server", "server"},
		"new=cmd:server":                    {"new", "server"},
		"new=cmd:A=b ./server --port":       {"new", "A=b ./server --port"},
		"modern":                            {"modern", ""},
		"new=modern":                        {"new", ""},
		"http://127.0.0.1:8000/?q=./server": {"127.0.0.1:8000", ""},
		"new=http://127.0.0.1:8000":         {"new", ""},
	} {
		got, err := new(Reach).startable("", ref)
		if err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		command := ""
		if got.Managed != nil {
			command = got.Managed.Command
		}
		if got.Name != want[0] || command != want[1] {
			t.Errorf("%s: %s by %q, want %s by %q", ref, got.Name, command, want[0], want[1])
		}
	}
	if got, err := new(Reach).startable("base", "./server -x"); err != nil || got.Name != "base" {
		t.Errorf("%+v, %v: want the label", got, err)
	}
}

// A label before a command with blanks is a variable to the shell, as documented: what
// comes of it says so, and how a label is written.
func TestLabelOfACommandThatIsAVariable(t *testing.T) {
	for command, hinted := range map[string]bool{
		"a=no-such-program app --port {port}": true,
		"a=no-such-program":                   false,
		"no-such-program --x=a b":             false,
	} {
		l := &Launcher{Quiet: true}
		_, err := l.Launch(t.Context(), targets.ByCommand("x", command, ""))
		if err == nil || strings.Contains(err.Error(), "a=cmd:COMMAND") != hinted {
			t.Errorf("%s: %v", command, err)
		}
	}
}
