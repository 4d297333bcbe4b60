package scenarios

import (
	"fmt"
	"maps"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets/strict"
)

// tags are labels that a user gives all measurements of a scenario, to find them again:
// team, machine. They are part of its result and have no effect on it.
type tags map[string]string

// DecodeNode accepts any single values.
func (t *tags) DecodeNode(d *strict.Document, n *strict.Node) {
	if n.Kind != strict.Map {
		d.Bad(n, "found %s, want a mapping of names to values", n.Describe())
		return
	}
	*t = tags{}
	for i, key := range n.Keys {
		item := n.Items[i]
		if item.Kind == strict.Map || item.Kind == strict.List || item.Kind == strict.Null {
			d.Bad(item, "found %s, want a single value", item.Describe())
			continue
		}
		if err := checkTag(key.Name, item.Text); err != nil {
			d.Bad(item, "%v", err)
		}
		(*t)[key.Name] = item.Text
	}
}

// ParseTag reads key=value, as a flag has it.
func ParseTag(s string) (key, value string, err error) {
	key, value, ok := strings.Cut(s, "=")
	if !ok {
		return "", "", fmt.Errorf("%q: want KEY=VALUE, such as team=search", s)
	}
	return key, value, checkTag(key, value)
}

func checkTag(key, value string) error {
	if !nameForm.MatchString(key) {
		return fmt.Errorf("label name %q: %s", key, nameRule)
	}
	return new(results.Header).Relabel(key + "=" + value)
}

// TagsWith are the scenario's tags and others, which go before.
func (s *Scenario) TagsWith(others map[string]string) map[string]string {
	if len(s.Tags)+len(others) == 0 {
		return nil
	}
	all := tags{}
	maps.Copy(all, s.Tags)
	maps.Copy(all, others)
	return all
}
