package saved

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

// Read reads every file, of patterns all that match, by results.ReadFile or
// results.ReadSummed. One that is not there, or no result file, is the caller's
// mistake.
func Read(in io.Reader, paths []string, read func(string, io.Reader) (*results.File, error)) ([]*results.File, error) {
	paths, err := matching(paths)
	if err != nil {
		return nil, err
	}
	var out []*results.File
	stdin := false
	for _, p := range paths {
		if p == "-" && stdin {
			return nil, cli.Usagef("- (stdin) is named twice")
		}
		stdin = stdin || p == "-"
		f, err := read(p, in)
		if errors.Is(err, results.ErrFormat) {
			if what := foreign(p); what != "" {
				err = fmt.Errorf("%s is %s", p, what)
			}
		}
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		out = append(out, f)
	}
	return out, nil
}

// named are the result files that an argument names: a file, a folder
// (written with a slash, as targets have names like folders) or a pattern; nil
// if it names a target.
func named(arg string) ([]string, error) {
	if arg == "-" {
		return []string{arg}, nil
	}
	ours := strings.HasSuffix(arg, suffix)
	if info, err := os.Stat(arg); err == nil {
		switch {
		case info.IsDir() && strings.ContainsAny(arg, `/`+string(filepath.Separator)):
			return filesOf(arg, filepath.Join(arg, "*"+suffix))
		case info.Mode().IsRegular() && (ours || history.IsResultFile(arg)):
			return []string{arg}, nil
		}
		return nil, nil
	}
	switch {
	case strings.Contains(arg, "://") || strings.Contains(arg, "="):
		return nil, nil
	case strings.ContainsAny(arg, "*?["):
		if paths, err := filesOf(arg, arg); err == nil || ours && !session.IsCommand(arg) {
			return paths, err
		}
	case session.IsCommand(arg):
	case ours:
		return nil, fmt.Errorf("the result file %s does not exist; if it is a target, write label=%s", arg, arg)
	}
	return nil, nil
}

const suffix = ".jsonl"

// filesOf finds the files of a pattern, in the order of their names.
func filesOf(arg, pattern string) ([]string, error) {
	paths, err := filepath.Glob(pattern)
	if err == nil && len(paths) == 0 {
		err = errors.New("no such file")
	}
	if err != nil {
		if pattern != arg {
			arg += " (" + pattern + ")"
		}
		return nil, cli.Usagef("no result files in %s: %w", arg, err)
	}
	return paths, nil
}

// matching are the paths, with those of files in the place of a pattern that is no
// file itself: in a file of settings, or in quotes, no shell has read it.
func matching(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil || !strings.ContainsAny(p, "*?[") {
			out = append(out, p)
			continue
		}
		found, err := filesOf(p, p)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
