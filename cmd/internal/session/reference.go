package session

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/targets"
)

// commandPrefix says that a reference is a command, where nothing else does.
const commandPrefix = "cmd:"

var labelForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// startable resolves a reference as far as it can be before its start: a
// command, also as cmd:COMMAND and label=cmd:COMMAND, or what package targets
// knows. A=b ./server is a command with a variable, not one with a label.
func (r *Reach) startable(label, ref string) (targets.Target, error) {
	name, rest, hasLabel := strings.Cut(ref, "=")
	hasLabel = hasLabel && labelForm.MatchString(name)
	command, isMarked := strings.CutPrefix(ref, commandPrefix)
	switch {
	case isMarked:
	case hasLabel && strings.HasPrefix(rest, commandPrefix):
		label, command = name, rest[len(commandPrefix):]
	case IsCommand(ref):
	case hasLabel && IsCommand(rest):
		label, command = name, rest
	case isPath(ref), hasLabel && isPath(rest):
		return targets.Target{}, cli.Usagef("%q is no program that can be run: is the path right, and the file executable? With blanks in it, or as cmd:COMMAND, it is a command for the shell", ref)
	default:
		t, err := targets.Parse(ref, r.Env)
		if err != nil {
			return t, cli.Usagef("%w", err)
		}
		return t, nil
	}
	if strings.TrimSpace(command) == "" {
		return targets.Target{}, cli.Usagef("%q: no command", ref)
	}
	if label == "" {
		label = ProgramOf(command)
	}
	return targets.ByCommand(label, command, ""), nil
}

// aboutVariable tells of a command that failed to start that what was a label to its
// writer is a variable to the shell.
func aboutVariable(command string) string {
	name, rest, ok := strings.Cut(command, "=")
	if !ok || !labelForm.MatchString(name) || !strings.ContainsAny(rest, " \t") {
		return ""
	}
	return fmt.Sprintf(" (%s=… sets a variable of the shell; with a label it is %s=cmd:COMMAND)", name, name)
}

// isPath tells a path, which no target's name or URL begins as.
func isPath(ref string) bool {
	return strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../") || strings.HasPrefix(ref, "/")
}

// IsCommand tells a command from a URL or name: it has blanks, or is a program.
func IsCommand(ref string) bool {
	switch {
	case strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://"):
		return false
	case strings.ContainsAny(ref, " \t"):
		return true
	case !strings.Contains(ref, "/") || strings.Contains(ref, "://"):
		return false
	}
	_, err := exec.LookPath(ref)
	return err == nil
}

// Words of a command that are not the program it is about.
var (
	// before prepare a program, up to the next && or ;.
	before = []string{"cd", "pushd", ".", "source", "export", "ulimit", "umask", "set", "mkdir", "sleep", "true", "trap", "wait", "rm", "cp", "[", "test"}
	// starters start the program that follows them and their options.
	starters = []string{"exec", "env", "time", "nice", "ionice", "nohup", "sudo", "setsid", "command", "stdbuf", "taskset", "numactl", "chrt", "timeout", "tini", "dumb-init"}
	shells   = []string{"sh", "bash", "dash", "zsh", "ash", "ksh"}

	separator  = regexp.MustCompile(`&&|\|\||;|\n`)
	assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	operand    = regexp.MustCompile(`^(-.*|0x[0-9a-f]+|[0-9][0-9,.-]*[smhd]?)$`) // of a starter: 5, 0-3, 10s
)

// ProgramOf is the name of the program that a shell command is about: server of
// `cd /srv && PORT=1 exec nice -n 5 ./server`.
func ProgramOf(command string) string {
	name := ""
	for _, part := range separator.Split(command, -1) {
		words := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", "(", " ", "{ ", " ").Replace(part))
		started := false
		for len(words) > 0 {
			base := strings.TrimRight(filepath.Base(words[0]), ")") // of a subshell
			switch {
			case assignment.MatchString(words[0]), started && operand.MatchString(words[0]):
			case slices.Contains(starters, base):
				started = true
			case slices.Contains(shells, base) && len(words) > 1 && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c"):
				words = words[1:]
			case slices.Contains(before, base):
				if name == "" {
					name = base
				}
				words = words[:1]
			default:
				return base
			}
			words = words[1:]
		}
	}
	if name != "" {
		return name
	}
	return "target"
}
