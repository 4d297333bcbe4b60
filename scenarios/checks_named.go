package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/targets/strict"
)

// longestWords bounds the name that a check without one has, in characters.
const longestWords = 60

// checkNames are those of a class's checks: the given ones, else their own words. No
// two are the same.
func checkNames(checks []check) []string {
	var names []string
	given := func(name string) bool {
		return slices.ContainsFunc(checks, func(c check) bool { return c.Name == name })
	}
	for i := range checks {
		name := checks[i].Name
		if name == "" {
			words := checks[i].words()
			name = words
			for n := 2; given(name) || slices.Contains(names, name); n++ {
				name = fmt.Sprintf("%s (%d)", words, n)
			}
		}
		names = append(names, name)
	}
	return names
}

// words are the check as the scenario says it: "$.score type number min 0".
func (c *check) words() string {
	var out []string
	add := func(there bool, key, value string) {
		if there {
			out = append(out, strings.TrimSpace(key+" "+value))
		}
	}
	switch {
	case c.JSON != nil:
		add(true, c.JSON.String(), "")
	case c.Header != "":
		add(true, "header", c.Header)
	case c.Status != nil:
		add(true, "status", c.Status.String())
	case c.Latency > 0:
		add(true, "latency", c.Latency.String())
	}
	add(c.Text != "", "text", c.Text)
	add(c.Absent, "absent", "")
	add(c.Type != "", "type", string(c.Type))
	add(c.Equals != nil, "equals", inWords(c.Equals))
	add(c.OneOf != nil, "one_of", inWords(c.OneOf))
	add(c.Contains != "", "contains", c.Contains)
	add(c.Regex != nil, "regex", patternText(c.Regex))
	add(c.Min != nil, "min", boundText(c.Min))
	add(c.Max != nil, "max", boundText(c.Max))
	if c.Length != nil {
		add(true, "length", spanText(c.Length))
	}
	for _, ref := range c.sent {
		add(true, ref.key, "{request: "+ref.path.String()+"}")
	}
	words := strings.Join(strings.Fields(strings.Join(out, " ")), " ")
	if r := []rune(words); len(r) > longestWords {
		words = string(r[:longestWords-1]) + "…"
	}
	return words
}

// inWords is a value as JSON; nil is nothing.
func inWords(n *strict.Node) string {
	if n == nil {
		return ""
	}
	text, err := Marshal(n.Plain())
	if err != nil {
		return n.Text
	}
	return string(text)
}

func patternText(p *pattern) string {
	if p == nil || p.re == nil { // or it could not be read
		return ""
	}
	return p.re.String()
}

func boundText(v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}

// checkName notes what is wrong with the name of a check; seen holds those before it
// in its class.
func (v *validator) checkName(c *check, n *strict.Node, seen map[string]bool) {
	name := n.Get("name")
	if name == nil || name.Kind != strict.String {
		return
	}
	o, err := summary.ParseObjective("check:" + c.Name + ">=1%")
	switch {
	case !nameForm.MatchString(c.Name):
		v.d.Bad(name, "found %q, %s", c.Name, nameRule)
	case err != nil || o.Check() != c.Name: // it would be one of a class called check
		v.d.Bad(name, "found %q, which is a metric of objectives: choose another name", c.Name)
	case seen[c.Name]:
		v.d.Bad(name, "the name %q is there twice", c.Name)
	}
	seen[c.Name] = true
}
