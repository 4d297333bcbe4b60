package verify

import (
	"errors"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/targets/strict"
)

// LoadExpected reads the file of --expected, strictly.
func LoadExpected(path string) ([]answers.Expected, error) {
	src, err := strict.ReadFile(path)
	if err != nil {
		return nil, cli.Usagef("--expected: %w", err)
	}
	list, err := parseExpected(src, path)
	var mistakes strict.Mistakes
	if errors.As(err, &mistakes) {
		return nil, cli.Usagef("%w", err)
	}
	return list, err
}

func parseExpected(src []byte, name string) ([]answers.Expected, error) {
	d, err := strict.Parse(src, name)
	if err != nil {
		return nil, err
	}
	var file struct {
		Expected []answers.Expected `yaml:"expected"`
	}
	d.Decode(d.Root, &file)
	if d.Root.Kind == strict.Map && d.Root.Get("expected") == nil {
		d.Bad(d.Root, "no key expected: want a list of differences, each with a reason")
	}
	for i, e := range file.Expected {
		n := d.At("expected", i)
		if n.Kind != strict.Map {
			continue
		}
		if strings.TrimSpace(e.Reason) == "" && (n.Get("reason") == nil || n.Get("reason").Kind == strict.String) {
			d.Bad(n, "no reason: say why the difference is meant to be")
		}
		if len(n.Keys) < 2 && n.Get("reason") != nil {
			d.Bad(n, "nothing but a reason, which would excuse all: give difference, where, class, case, a_status or b_status")
		}
		if k := n.Get("difference"); k != nil && k.Kind == strict.String && !slices.Contains(answers.Kinds, e.Difference) {
			d.Bad(k, "found %q, want one of %s", e.Difference, kindNames())
		}
		for key, status := range map[string]int{"a_status": e.StatusA, "b_status": e.StatusB} {
			if k := n.Get(key); k != nil && k.Kind == strict.Int && (status < 100 || status > 599) {
				d.Bad(k, "found %d, want a status of 100 to 599", status)
			}
		}
	}
	return file.Expected, d.Err()
}

func kindNames() string {
	var names []string
	for _, k := range answers.Kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}
