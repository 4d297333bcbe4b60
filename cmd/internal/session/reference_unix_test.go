//go:build unix

package session

import (
	"os"
	"testing"
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
		got, err := startable("", ref)
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
	if got, err := startable("base", "./server -x"); err != nil || got.Name != "base" {
		t.Errorf("%+v, %v: want the label", got, err)
	}
}
