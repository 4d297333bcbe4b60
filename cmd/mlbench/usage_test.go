package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// P2, P3, P4, A10: one voice for what was mistyped, with what was meant.
func TestMistypedCommandsAndFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct{ args, want string }{
		{"rnu", `mlbench: unknown command "rnu", did you mean "run"? (see 'mlbench --help')`},
		{"help rnu", `mlbench: unknown command "rnu", did you mean "run"? (see 'mlbench --help')`},
		{"scenarios lst", `mlbench: unknown command "scenarios lst", did you mean "list"? (see 'mlbench scenarios --help')`},
		{"scenarios validate", `mlbench: scenarios validate: found no argument, want mlbench scenarios validate FILE... [flags] (see 'mlbench scenarios validate --help')`},
		{"gate mix", `mlbench: gate: found the argument "mix", want mlbench gate [flags] (see 'mlbench gate --help')`},
		{"run a b", `mlbench: run: found 2 arguments, want mlbench run [SCENARIO|URL] [flags] (see 'mlbench run --help')`},
		{"completion bsh", `mlbench: unknown command "completion bsh", did you mean "bash"? (see 'mlbench completion --help')`},
		{"run --rat 5", `mlbench: unknown flag: --rat, did you mean "--rate"? (see 'mlbench run --help')`},
		{"run -r fast", `mlbench: --rate: found "fast", want a rate such as 200/s, 12000/m or 1.5k/s (see 'mlbench run --help')`},
		{"run -c many", `mlbench: --connections: found "many", want a whole number of at least 1, or clients over time such as stages(30s:50, 1m:50, 30s:0) (see 'mlbench run --help')`},
		{"http://127.0.0.1:1/x", `mlbench: unknown command "http://127.0.0.1:1/x": to send requests to it, 'mlbench run http://127.0.0.1:1/x'`},
		{"run 127.0.0.1:1/x", `mlbench: which target? "127.0.0.1:1/x" is no scenario; as the target it is 'mlbench run http://127.0.0.1:1/x'`},
		{"run http://127.0.0.1:1/x -t modern", `mlbench: http://127.0.0.1:1/x and a flag (--target, --url or --start) both name the target: give one`},
	} {
		code, stdout, stderr := invoke(strings.Fields(tt.args)...)
		if code != cli.ExitUsage || stdout != "" || stderr != tt.want+"\n" {
			t.Errorf("%s: exit code %d, stdout %q, stderr\n%s\nwant\n%s", tt.args, code, stdout, stderr, tt.want)
		}
	}
}

// P3.
func TestVersionCommand(t *testing.T) {
	code, stdout, _ := invoke("version")
	if want := "mlbench version " + version() + " ("; code != cli.ExitOK || !strings.HasPrefix(stdout, want) {
		t.Errorf("exit code %d, %q, want %q", code, stdout, want)
	}
}

// A10: the first thing that a user of hey or oha types.
func TestRunTakesAURLAsTheTarget(t *testing.T) {
	t.Chdir(t.TempDir())
	var paths []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { paths = append(paths, r.URL.Path) }))
	defer srv.Close()
	if code, _, stderr := invoke("run", srv.URL+"/asked", "--once"); code != cli.ExitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if len(paths) == 0 || paths[len(paths)-1] != "/asked" {
		t.Errorf("asked %q", paths)
	}
}

// P14: no flag of the commands with many is left without a section, and no line is
// wider than the help.
func TestFlagsAreGroupedInHelp(t *testing.T) {
	for _, name := range []string{"run", "compare", "gate"} {
		_, stdout, _ := invoke(name, "--help")
		for _, title := range []string{"Load:", "Comparison:", "Output:", "Connection:"} {
			if name == "run" && title == "Comparison:" {
				continue
			}
			if strings.Count(stdout, "\n"+title+"\n") != 1 {
				t.Errorf("%s --help does not show %q once:\n%s", name, title, stdout)
			}
		}
		_, flags, _ := strings.Cut(stdout, "\nTarget:\n")
		for line := range strings.Lines(flags) {
			if n := len([]rune(line)); n > 101 {
				t.Errorf("%s --help: a line of %d columns: %s", name, n, line)
			}
		}
		_, other, _ := strings.Cut(stdout, "\nOther flags:\n")
		for line := range strings.Lines(other) {
			if strings.Contains(line, "--") && !strings.Contains(line, "--help") && !strings.Contains(line, "--schema") {
				t.Errorf("%s --help: in no section: %s", name, line)
			}
		}
	}
}

// Every flag that takes a value says in help what it is, not its Go type.
func TestHelpNamesNoGoTypes(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for line := range strings.Lines(c.Long) { // P14: prose is as wide as a terminal, commands to paste are as they are
			if n := len([]rune(line)); n > 101 {
				t.Errorf("%s --help: a line of %d columns: %s", c.CommandPath(), n, line)
			}
		}
		if !c.HasExample() && !strings.HasPrefix(c.CommandPath(), "mlbench completion") {
			t.Errorf("%s --help has no examples", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if name, _ := pflag.UnquoteUsage(f); name == "stringArray" || name == "strings" {
				t.Errorf("%s --%s is shown as %s", c.CommandPath(), f.Name, name)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRootCmd(cli.Streams{}))
}

// P15.
func TestCompletionKnowsNames(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"run", ""}, []string{"mix\t", "sequential\t"}},
		{[]string{"gate", "--scenario", ""}, []string{"mix\t"}},
		{[]string{"run", "mix", "--target", ""}, []string{"modern\tbundled"}},
		{[]string{"compare", ""}, []string{"legacy\tbundled"}},
		{[]string{"run", "--arrivals", ""}, []string{"poisson", "constant"}},
		{[]string{"run", "--transport", ""}, []string{"lean", "net/http", "h2"}},
		{[]string{"gate", "--inconclusive", ""}, []string{"fail", "pass", "exit4"}},
		{[]string{"scenarios", "new", "--from", "preset", ""}, []string{"kserve-v2"}},
		{[]string{"help", ""}, []string{"compare\t"}},
		{[]string{"report", "--schema", ""}, []string{"run", "comparison"}},
		{[]string{"run", "--he"}, []string{"--header\theader of"}},
	} {
		_, stdout, _ := invoke(append([]string{cobra.ShellCompRequestCmd}, tt.args...)...)
		for _, want := range tt.want {
			if !strings.Contains("\n"+stdout, "\n"+want) {
				t.Errorf("%q has no %q:\n%s", tt.args, want, stdout)
			}
		}
		if strings.Contains(stdout, "`") {
			t.Errorf("%q shows back quotes:\n%s", tt.args, stdout)
		}
	}
}

// A21: a variable holds several values of a flag that can be given so, a line each,
// and what looks like a variable of ours is not passed over.
func TestVariablesOfRepeatableFlagsAndMistypedOnes(t *testing.T) {
	t.Chdir(t.TempDir())
	savedRun(t, "run.jsonl")
	t.Setenv("MLBENCH_OBJECTIVE", "p99<100s\nerrors<100%\n")
	t.Setenv("MLBENCH_RATEE", "5")
	t.Setenv("MLBENCH_TOKEN", "secret-of-the-test")
	code, stdout, stderr := invoke("report", "run.jsonl")
	if code != cli.ExitOK || !strings.Contains(stdout, "p99<100s") || !strings.Contains(stdout, "errors<100%") {
		t.Errorf("exit code %d: %s\n%s", code, stderr, stdout)
	}
	if !strings.Contains(stderr, `note: the variable MLBENCH_RATEE stands for no flag of mlbench, did you mean "MLBENCH_RATE"?`) {
		t.Errorf("no word about MLBENCH_RATEE: %q", stderr)
	}
	if strings.Contains(stderr, "MLBENCH_TOKEN ") || strings.Contains(stderr, "secret-of-the-test") {
		t.Errorf("the token: %q", stderr)
	}
}

// M3, as a person meets it: the names in a login's answer.
func TestALoginsAnswerCannotCommandTheTerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("MLBENCH_USERNAME", "somebody")
	t.Setenv("MLBENCH_PASSWORD", "secret-of-the-test")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"\u001b]0;PWNED\u0007": 1, "\u202e": 2, "\u009b": 3`)
		for i := range 60_000 {
			fmt.Fprintf(w, `, "field%d": 1`, i)
		}
		fmt.Fprint(w, "}")
	}))
	defer srv.Close()
	code, stdout, stderr := invoke("run", "mix", "-t", srv.URL, "-n", "1")
	if code != cli.ExitFailure {
		t.Errorf("exit code %d: %.200s", code, stderr)
	}
	if len(stderr) > 17<<10 {
		t.Errorf("%d bytes of message", len(stderr))
	}
	if strings.ContainsAny(stdout+stderr, "\x1b\x07\u202e\u009b") {
		t.Errorf("control characters on the terminal: %.300q", stderr)
	}
}
