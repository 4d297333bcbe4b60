package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// manPages is where 'make dist' wants them. They are made by a test, so that what makes
// them is no part of the binary.
var manPages = flag.String("man", "", "folder for man pages")

// Every command has a man page, with its flags and its examples, which is the same each
// time.
func TestManPages(t *testing.T) {
	if os.Getenv("SOURCE_DATE_EPOCH") == "" {
		t.Setenv("SOURCE_DATE_EPOCH", "1767225600") // cobra's date: of the day otherwise
	}
	folder := *manPages
	if folder == "" {
		folder = t.TempDir()
	}
	root := newRootCmd(cli.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
	made := 0
	for _, cmd := range allCommands(root) {
		page := manPage(t, cmd)
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		if again := manPage(t, cmd); !bytes.Equal(page, again) {
			t.Errorf("%s is another each time", name)
		}
		for _, want := range []string{".TH ", "NAME", "SYNOPSIS"} {
			if !bytes.Contains(page, []byte(want)) {
				t.Errorf("%s has no %s", name, want)
			}
		}
		if f := cmd.LocalNonPersistentFlags().Lookup("scenario"); f != nil && !bytes.Contains(page, []byte(`\-\-scenario`)) && !bytes.Contains(page, []byte("--scenario")) {
			t.Errorf("%s has no --scenario", name)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), page, 0o644); err != nil {
			t.Fatal(err)
		}
		made++
	}
	if made < 25 {
		t.Errorf("%d pages", made)
	}
}

// allCommands are the command and those below it that help shows.
func allCommands(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			out = append(out, allCommands(sub)...)
		}
	}
	return out
}

func manPage(t *testing.T, cmd *cobra.Command) []byte {
	t.Helper()
	cmd.DisableAutoGenTag = true
	var out bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Source: "mlbench", Manual: "mlbench"}
	if err := doc.GenMan(cmd, header, &out); err != nil {
		t.Fatalf("%s: %v", cmd.CommandPath(), err)
	}
	return out.Bytes()
}

// What makes man pages is not in the binary.
func TestBinaryMakesNoManPages(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, lib := range []string{"github.com/spf13/cobra/doc", "github.com/cpuguy83/go-md2man", "github.com/russross/blackfriday"} {
		if strings.Contains(string(out), lib) {
			t.Errorf("the binary has %s", lib)
		}
	}
}

// Each shell gets its completions, which know every command.
func TestCompletionsOfEveryShell(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var out, errOut bytes.Buffer
		if code := run([]string{"completion", shell}, strings.NewReader(""), &out, &errOut); code != 0 || out.Len() < 1000 || !strings.Contains(out.String(), "mlbench") {
			t.Errorf("%s: exit %d, %d bytes, %s", shell, code, out.Len(), &errOut)
		}
	}
}
