package main

import (
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/targets"
)

// argv is the command line, without what may be secret: the values of headers
// and bodies, and of query parameters that look it.
func (o *loadOptions) argv(command string) []string {
	out := append([]string{"mlbench", command}, o.flags.Args()...)
	o.flags.Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if f.Name == "header" || f.Name == "body" {
				v = "[redacted]"
			}
			out = append(out, "--"+f.Name+"="+v)
		}
	})
	for i, a := range out {
		if strings.ContainsAny(a, " \t") {
			a = shownCommand(a)
		}
		out[i] = targets.ShownURI(a)
	}
	return out
}

// secretSetting finds, in a command, variables and flags whose names promise a
// secret.
var secretSetting = regexp.MustCompile(`(?i)((?:^|[\s"'=])-*(?:[a-z0-9]+[_-])*(?:key|apikey|token|secret|password|passwd|auth)(?:=|\s+))("[^"]*"|'[^']*'|\S+)`)

// shownCommand is a command for people and files: of several lines the first.
func shownCommand(command string) string {
	if first, _, more := strings.Cut(command, "\n"); more {
		command = first + " …"
	}
	return secretSetting.ReplaceAllString(command, "$1[redacted]")
}
