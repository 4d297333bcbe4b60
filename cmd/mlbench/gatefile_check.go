package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// check finds what the flags themselves do not say until they are used.
func (g gateFile) check(d *strict.Document) {
	// The place has the flag's name already.
	bad := func(flag string, at *strict.Node, err error) {
		text := err.Error()
		for _, named := range []string{"--" + flag + " ", flag + ": ", flag + " "} {
			text = strings.TrimPrefix(text, named)
		}
		d.Bad(at, "%s", text)
	}
	g.each("ready", func(path string, at *strict.Node) {
		if err := targets.ValidPath(path); err != nil {
			d.Bad(at, "%v", err)
		}
	})
	g.each("scenario", func(name string, at *strict.Node) {
		// A file's own mistakes have its name and lines, and are told when it is used.
		if _, err := scenarios.Load(name); errors.Is(err, scenarios.ErrUnknown) || errors.Is(err, fs.ErrNotExist) {
			bad("scenario", at, err)
		}
	})
	g.each("inconclusive", func(way string, at *strict.Node) {
		if !slices.Contains(inconclusiveWays, way) {
			d.Bad(at, "found %q, want fail, pass or exit4%s", way, cli.DidYouMean(way, inconclusiveWays))
		}
	})
	g.each("objective", func(text string, at *strict.Node) {
		if _, err := results.ParseObjective(text); err != nil {
			bad("objective", at, err)
		}
	})
	g.each("export", func(text string, at *strict.Node) {
		format, path, ok := strings.Cut(text, "=")
		if !ok || path == "" || path == "-" {
			d.Bad(at, "found %q, want FORMAT=FILE, for example junit=gate.xml, or a mapping such as {junit: gate.xml}", text)
		} else if _, err := report.ParseFormat(format); err != nil {
			d.Bad(at, "%v", err)
		}
	})
	g.each("percentiles", func(text string, at *strict.Node) {
		if _, err := output.ParsePercentiles(text); err != nil {
			d.Bad(at, "%v", err)
		}
	})
	g.each("format", func(name string, at *strict.Node) {
		if _, err := report.ParseFormat(name); err != nil {
			d.Bad(at, "%v", err)
		}
	})
	for _, flag := range []string{"base", "head"} {
		g.each(flag, func(ref string, at *strict.Node) {
			if err := session.Resolvable(ref); err != nil {
				d.Bad(at, "%v", err)
			}
		})
	}
	g.each("parity", func(share string, at *strict.Node) {
		if err := (&parityOptions{share: share}).validate(); err != nil {
			bad("parity", at, err)
		}
	})
	for _, flag := range []string{"budget", "timeout", "slice"} {
		g.each(flag, func(text string, at *strict.Node) {
			if v, err := time.ParseDuration(text); err == nil && v <= 0 {
				d.Bad(at, "found %q, want a duration such as 60s or 5m", text)
			}
		})
	}
	g.each("connections", func(text string, at *strict.Node) {
		if strings.Trim(text, "+0") == "" || text[0] == '-' {
			d.Bad(at, "found %q, want a whole number of at least 1", text)
		}
	})
	g.checkKinds(d)
}

// checkKinds refuses a file that measures and reads at once.
func (g gateFile) checkKinds(d *strict.Document) {
	has := func(flag string) bool { values, _ := g.values(flag); return len(values) > 0 }
	live := has("base") || has("head")
	for _, flag := range []string{"baseline", "result"} {
		if _, nodes := g.values(flag); live && len(nodes) > 0 {
			d.Bad(nodes[0], "this is for saved runs, but base and head are to be measured: leave one kind out")
		}
	}
}
