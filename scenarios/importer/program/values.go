package program

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// Values of a program are JSON's (string, json.Number, bool, nil, []any,
// example.Pairs), generators (example.Generated), and these.
type (
	// unknown is what was not understood.
	unknown struct {
		line  int
		label string
		at    string // key of the object that it is in
	}
	// jsonText is a value as the text of its JSON.
	jsonText struct{ value any }
	// joined is a text of several values, none of them joined.
	joined []any
	// envValue is a variable of the environment.
	envValue struct {
		name     string
		fallback *string
	}
	// module is what was imported: random.randint.
	module string
	// closure is a function with what is around it; self is what its first parameter
	// is bound to, of methods.
	closure struct {
		node  *script.Node
		scope *scope
		self  *instance
	}
	// class is one of the program's.
	class struct {
		node  *script.Node
		scope *scope
	}
	// instance is an object of a class: a user.
	instance struct {
		of         *class
		attributes map[string]any
		headers    example.Pairs // of its session
	}
	// client sends requests.
	client struct{ of *instance }
	// sessionHeaders are sent with all requests of the client.
	sessionHeaders struct{ of *instance }
	// answer is that to a request.
	answer struct{ to *sending }
	// address is a URL object of JavaScript's.
	address struct {
		base  any
		query example.Pairs
	}
	// part is something of an answer.
	part struct {
		of   *sending
		kind partKind
		path string // JSON path, or name of the header
	}
)

type partKind int

const (
	jsonPart   partKind = iota
	headerPart          // one, or of them all where the path is empty
	textPart
	statusPart
	secondsPart
	millisecondsPart
	okPart     // whether the status is that of a success
	lengthPart // of what path is, of JSON; of the text where it is empty
)

func counted(n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = json.Number(strconv.Itoa(i))
	}
	return out
}

func numberOf(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

func numberFrom(f float64) json.Number { return json.Number(strconv.FormatFloat(f, 'f', -1, 64)) }

// truthOf is whether a value is true, where that is known.
func truthOf(v any) (known, truth bool) {
	switch v := v.(type) {
	case nil:
		return true, false
	case bool:
		return true, v
	case string:
		return true, v != ""
	case json.Number:
		f, _ := v.Float64()
		return true, f != 0
	case []any:
		return true, len(v) > 0
	case example.Pairs, *instance, *closure, *class, client:
		return true, true
	case part: // a token that an earlier answer gave
		return v.kind == jsonPart && v.of.flow != nil && v.of.flow.once, true
	}
	return false, false
}

// textOf is a plain value as a text, as both languages write it; false for others.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return string(v), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// join makes a text of values.
func join(values ...any) any {
	var out joined
	var add func(v any)
	add = func(v any) {
		if more, ok := v.(joined); ok {
			for _, x := range more {
				add(x)
			}
			return
		}
		s, plain := textOf(v)
		if last := len(out) - 1; plain && last >= 0 {
			if before, ok := out[last].(string); ok {
				out[last] = before + s
				return
			}
		}
		if plain {
			v = s
		}
		if v != "" && len(out) < maxFlow {
			out = append(out, v)
		}
	}
	for _, v := range values {
		add(v)
	}
	if len(out) == 0 {
		return ""
	}
	if s, ok := out[0].(string); ok && len(out) == 1 {
		return s
	}
	return out
}

// plus is the sum of numbers, or the text of both.
func plus(a, b any, at *script.Node) any {
	x, ok1 := numberOf(a)
	y, ok2 := numberOf(b)
	if ok1 && ok2 {
		return numberFrom(x + y)
	}
	if list, ok := a.([]any); ok {
		if more, ok := b.([]any); ok && len(list)+len(more) < maxProgramSteps {
			return slices.Concat(list, more)
		}
	}
	if isTextual(a) || isTextual(b) {
		return join(a, b)
	}
	return unreadable(at)
}

func isTextual(v any) bool {
	switch v.(type) {
	case string, joined, envValue:
		return true
	}
	return false
}

func unreadable(n *script.Node) unknown { return unknown{line: n.Line, label: n.Label()} }

func (u unknown) String() string {
	s := u.label
	if u.at != "" {
		s = u.at + " is " + s + " there, and null here"
	}
	if u.line > 0 {
		s = "line " + strconv.Itoa(u.line) + ": " + s
	}
	return s
}
