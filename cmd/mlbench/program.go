package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

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

// programOf is the name of the program that a shell command is about: server of
// `cd /srv && PORT=1 exec nice -n 5 ./server`.
func programOf(command string) string {
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
