package main

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/targets"
)

// argv is the command line, without what may be secret: the values of headers
// and bodies, and of query parameters that look it.
func (o *loadOptions) argv() []string {
	out := append([]string{"mlbench", o.flags.Name()}, o.flags.Args()...)
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
			a = targets.ShownCommand(a)
		}
		out[i] = targets.ShownURI(a)
	}
	return out
}
