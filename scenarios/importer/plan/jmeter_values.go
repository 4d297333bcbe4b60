package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// fill puts places for the ${…} of a text.
func (j *jmeter) fill(s string) string { return j.filled(s, 0) }

func (j *jmeter) filled(s string, depth int) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		j.Spent += len(s)
		if i < 0 || depth > maxReferences || j.Spent > maxSpent {
			b.WriteString(s)
			return b.String()
		}
		inner, rest, ok := cutBraces(s[i+2:])
		if !ok {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		if strings.HasPrefix(inner, "__") {
			b.WriteString(j.function(inner, depth+1))
		} else {
			b.WriteString(j.variable(j.Flat(j.filled(inner, depth+1)), depth+1))
		}
		s = rest
	}
}

// Variables may have variables in them: so many deep, and so many bytes in all.
const (
	maxReferences = 8
	maxSpent      = 64 << 20
)

// cutBraces splits behind the } that closes.
func cutBraces(s string) (inner, rest string, ok bool) {
	depth := 1
	for i := range len(s) {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}':
			if depth--; depth == 0 {
				return s[:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

// plain is a property's text, flat.
func (j *jmeter) plain(s string) string { return strings.TrimSpace(j.Flat(j.fill(s))) }

// number is a property as a number; 0, if it is none.
func (j *jmeter) number(s string) float64 {
	f, err := strconv.ParseFloat(j.plain(s), 64)
	if err != nil || !(f > -1e12 && f < 1e12) {
		return 0
	}
	return f
}

// count is a property as a number of things.
func (j *jmeter) count(s string) int { return int(min(max(j.number(s), 0), 1e9)) }

// variable is the place of a variable, by whatever sets it.
func (j *jmeter) variable(name string, depth int) string {
	v := &j.Scenario.Vault
	switch {
	case j.captured[name]:
		return j.Known("capture "+name, draft.Variable{Name: draft.Identifier(name), Captured: true})
	case j.made[name] != nil:
		return j.Known("made "+name, draft.Variable{Made: j.made[name], Sample: "1"})
	}
	if value, ok := j.defined[name]; ok {
		if !strings.Contains(value, "${") {
			if draft.SecretName(name) && value != "" {
				return j.Known("user "+name, draft.Variable{Name: draft.VariableName(name), Env: draft.VariableName(name)})
			}
			return j.Known("user "+name, draft.Variable{Name: draft.Identifier(name), Plain: &value})
		}
		return j.filled(value, depth)
	}
	j.Note("unset "+name, fmt.Sprintf("${%s} is set by what is not read, if at all: it is asked of the environment.", name))
	return j.Known("unset "+name, draft.Variable{Name: draft.Identifier(name), Env: v.Fresh(draft.Identifier(name))})
}

// function is the place of what a function of JMeter's returns.
func (j *jmeter) function(call string, depth int) string {
	name, rest, _ := strings.Cut(call, "(")
	rest = strings.TrimSuffix(strings.TrimSpace(rest), ")")
	raw := splitArguments(rest)
	arg := func(i int) string {
		if i >= len(raw) {
			return ""
		}
		return strings.TrimSpace(j.Flat(j.filled(strings.ReplaceAll(raw[i], `\,`, ","), depth)))
	}
	whole := func(i int) int64 {
		n, err := strconv.ParseInt(arg(i), 10, 64)
		if err != nil {
			return 0
		}
		return min(max(n, -1<<40), 1<<40)
	}
	made := func(gen any, sample string) string {
		return j.Scenario.Vault.Put(draft.Variable{Made: gen, Sample: sample})
	}
	switch name {
	case "__P", "__property", "__env":
		i := 1
		if name == "__property" {
			i = 2
		}
		value := arg(i)
		if name == "__P" && len(raw) < 2 {
			value = "1" // as JMeter has it
		}
		v := draft.Variable{Name: draft.Identifier(arg(0)), Env: draft.Identifier(arg(0)), Fallback: &value}
		if value == "" {
			v.Fallback = nil
		}
		return j.Known("property "+arg(0)+" "+value, v)
	case "__V":
		return j.variable(arg(0), depth)
	case "__UUID", "__uuid":
		return made(example.Generated{Name: "$uuid"}, "3fa85f64-5717-4562-b3fc-2c963f66afa6")
	case "__Random", "__intSum", "__longSum":
		if name != "__Random" {
			break
		}
		lo, hi := whole(0), whole(1)
		return made(draft.IntBetween(min(lo, hi), max(lo, hi)), fmt.Sprint(lo))
	case "__counter", "__iterationNum", "__samplerIteration":
		return made(example.Generated{Name: "$sequence"}, "1")
	case "__threadNum":
		return made(draft.IntBetween(1, int64(max(j.threads, 1))), "1")
	case "__RandomString":
		j.Note("", fmt.Sprintf("%s: a text of random letters in the original, here one with twelve digits.", name))
		return made(example.Generated{Name: "$id"}, "a")
	case "__chooseRandom":
		var values []any
		for i := range len(raw) - 1 { // the last names a variable
			if v := arg(i); strings.Trim(v, ".") != "" { // in a path nothing takes a segment away
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			return made(example.Generated{Name: "$choice", Args: values}, fmt.Sprint(values[0]))
		}
	case "__time", "__timeShift", "__RandomDate":
		if arg(0) == "" || name == "__time" && arg(0) == "/1000" {
			j.Note("time", "The time of the request cannot be said: here it is a number that is another in every request.")
			start := json13(arg(0) == "")
			return made(example.Generated{Name: "$sequence", Args: example.Pairs{{Key: "start", Value: start}}}, fmt.Sprint(start))
		}
	case "__urlencode", "__urldecode", "__escapeHtml", "__unescapeHtml", "__unescape", "__evalVar", "__eval", "__toLowerCase", "__lowercase", "__trim":
		if name == "__evalVar" {
			return j.variable(arg(0), depth)
		}
		return j.filled(rest, depth) // for where it stands, values are escaped anyway
	}
	j.Note("", fmt.Sprintf("${%s} is not read: %s.", draft.Shortened(call), "give its value in the environment"))
	key := "unread " + call
	return j.Known(key, draft.Variable{Name: draft.Identifier(strings.TrimLeft(name, "_")), Env: draft.Identifier(strings.TrimLeft(name, "_"))})
}

// json13 is where numbers that stand for times begin: of milliseconds or seconds.
func json13(millis bool) int64 {
	if millis {
		return 1_000_000_000_000
	}
	return 1_000_000_000
}

// splitArguments splits at commas outside of braces, without a backslash before.
func splitArguments(s string) (out []string) {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	depth, from := 0, 0
	for i := range len(s) {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}':
			depth--
		case s[i] == ',' && depth <= 0 && (i == 0 || s[i-1] != '\\'):
			out, from = append(out, s[from:i]), i+1
		}
	}
	return append(out, s[from:])
}
