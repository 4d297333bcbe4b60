package targets

import (
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/targets/strict"
)

// commandLine is a text for the shell, or a list of program and arguments.
type commandLine struct {
	shell string
	args  []string
}

// DecodeNode reads either form.
func (c *commandLine) DecodeNode(d *strict.Document, n *strict.Node) {
	switch n.Kind {
	case strict.String:
		if c.shell = strings.TrimSpace(n.Text); c.shell == "" {
			d.Bad(n, "found nothing to run")
		}
	case strict.List:
		for _, item := range n.Items {
			if item.Kind == strict.Map || item.Kind == strict.List || item.Kind == strict.Null {
				d.Bad(item, "found %s, want a single value", item.Kind)
			}
			c.args = append(c.args, item.Text)
		}
		if len(c.args) == 0 || c.args[0] == "" {
			d.Bad(n, "found nothing to run")
		}
	default:
		d.Bad(n, "found %s, want a text for the shell, or a list of program and arguments", n.Describe())
	}
}

// pauseText is a length of time in Go's form.
type pauseText time.Duration

// UnmarshalText reads "30s".
func (p *pauseText) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v <= 0 {
		return fmt.Errorf("found %q, want a length of time above 0, such as 30s or 2m", b)
	}
	*p = pauseText(v)
	return nil
}

// variables are an environment, in the file's order.
type variables []struct{ name, value string }

// DecodeNode accepts any single values.
func (v *variables) DecodeNode(d *strict.Document, n *strict.Node) {
	if !d.Want(n, strict.Map) {
		return
	}
	for i, key := range n.Keys {
		item := n.Items[i]
		if item.Kind == strict.Map || item.Kind == strict.List || item.Kind == strict.Null {
			d.Bad(item, "found %s, want a single value", item.Kind)
			continue
		}
		if !variable(key.Name) {
			d.BadAt(key.Line, key.Col, "%s: name of a variable: found %q, want letters, digits and _", n.Path, key.Name)
		}
		if strings.Contains(item.Text, "\x00") {
			d.Bad(item, "no variable can hold a zero byte")
		} else if err := CheckTemplate(item.Text); err != nil {
			d.Bad(item, "%v", err)
		}
		*v = append(*v, struct{ name, value string }{key.Name, item.Text})
	}
}

// expand fills in ${NAME}.
func (v variables) expand(lookup func(string) (string, bool)) ([]string, error) {
	var env []string
	for _, e := range v {
		value, err := Expand(e.value, lookup)
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", e.name, err)
		}
		env = append(env, e.name+"="+value)
	}
	return env, nil
}

// managed is how the entry of a target file is started, but for its environment;
// nil if it runs already.
func (e *entry) managed(file string) *Managed {
	if e.Command.shell == "" && len(e.Command.args) == 0 {
		return nil
	}
	m := &Managed{
		Command: e.Command.shell, Args: e.Command.args, URL: e.URL,
		Dir: beside(file, e.Dir), LogFile: beside(file, e.Log), Timeout: time.Duration(e.Timeout),
	}
	if m.Dir == "" {
		m.Dir = beside(file, ".")
	}
	return m
}

// checkManaged notes keys that say how to start what nothing starts.
func (e *entry) checkManaged(d *strict.Document, n *strict.Node) {
	if n.Get("command") != nil {
		return
	}
	for _, key := range []string{"start_timeout", "env", "dir", "log"} {
		if item := n.Get(key); item != nil {
			d.Bad(item, "is for targets with a command")
		}
	}
}
