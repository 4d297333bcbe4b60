package answers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Answer is what a target answered to one request.
type Answer struct {
	Status  int                 // 0: there was no answer
	Header  map[string][]string // names in canonical form, as net/http has them
	Body    []byte
	Cut     bool   // Body is only the beginning of what came
	Failure string // why there was no answer: "timeout"
}

// Kind is a way in which two answers differ.
type Kind string

// The kinds of differences.
const (
	NoAnswer Kind = "no-answer" // one did not answer, or neither did, each in its own way
	Status   Kind = "status"
	Header   Kind = "header"  // of B absent, added, or of another value
	Form     Kind = "form"    // one body is JSON, the other is not, or is empty
	Type     Kind = "type"    // a JSON value of another type
	Missing  Kind = "missing" // B's JSON lacks a field
	Extra    Kind = "extra"   // B's JSON has a field more
	Length   Kind = "length"  // of a JSON list
	Value    Kind = "value"   // of a JSON number, text or truth value
	Text     Kind = "text"    // bodies that are not JSON
)

// Kinds are all of them, the worst first.
var Kinds = []Kind{NoAnswer, Status, Form, Type, Missing, Extra, Length, Value, Text, Header}

// Difference is one thing in which B's answer is not A's.
type Difference struct {
	Kind  Kind
	Where string // $.scores[3] in a JSON body, a header's name; else empty
	A, B  string // shown, shortened if long; empty: absent
}

// Rules say what counts as different.
type Rules struct {
	// Numbers are the same within the greater of both: Relative is a share of the
	// one that is farther from zero. Two whole numbers must be equal: they count
	// or name things, and are not rounded.
	Absolute, Relative float64
	Ignore             []Path   // of JSON bodies: nothing at or below these counts
	Headers            []string // compared by value, beside ValueHeaders
	IgnoreHeaders      []string
	Hide               func(string) string // takes secrets out of what is shown; nil: there are none
}

// most differences that are noted of one pair of answers: a million numbers of
// a wrong model are told by the first.
const most = 200

// Compare lists what differs, in a fixed order. Swapping a and b swaps sides,
// and Missing with Extra; nothing else changes.
func Compare(a, b Answer, rules Rules) []Difference {
	c := comparison{rules: rules}
	if a.Status == 0 || b.Status == 0 {
		if a.Status != b.Status || a.Failure != b.Failure {
			c.add(NoAnswer, "", c.outcome(a), c.outcome(b))
		}
		return c.found
	}
	if a.Status != b.Status {
		c.add(Status, "", fmt.Sprint(a.Status), fmt.Sprint(b.Status))
	}
	c.headers(a.Header, b.Header)
	if accepted(a) == accepted(b) {
		c.bodies(a, b)
	}
	return c.found
}

// accepted says whether the target did what it was asked. What one grants and
// the other refuses is told by the status: the bodies speak of different things.
func accepted(a Answer) bool { return a.Status >= 200 && a.Status <= 299 }

// outcome shows a failure as what it is: text of the target's.
func (c *comparison) outcome(a Answer) string {
	if a.Status == 0 {
		return shorten(c.hide(a.Failure))
	}
	return fmt.Sprint(a.Status)
}

type comparison struct {
	rules   Rules
	ignored map[string]bool // locations
	found   []Difference
}

func (c *comparison) add(kind Kind, where, a, b string) {
	if len(c.found) < most {
		c.found = append(c.found, Difference{kind, where, a, b})
	}
}

func (c *comparison) bodies(a, b Answer) {
	va, formA := read(a)
	vb, formB := read(b)
	switch {
	case formA != formB:
		c.add(Form, "", formA, formB)
	case formA != isJSON:
		c.text(a, b)
	default:
		c.ignored = map[string]bool{}
		for _, p := range c.rules.Ignore {
			for _, doc := range []any{va, vb} {
				for _, at := range p.locations(doc) {
					c.ignored[at] = true
				}
			}
		}
		c.values("$", va, vb)
	}
}

const isJSON = "JSON"

// read says what form a body has. A body that was cut is text: half of a JSON
// document is none.
func read(a Answer) (v any, form string) {
	if len(a.Body) == 0 {
		return nil, "empty"
	}
	if !a.Cut {
		if v, err := Decode(a.Body); err == nil {
			return v, isJSON
		}
	}
	return nil, "text"
}

func (c *comparison) text(a, b Answer) {
	same := string(a.Body) == string(b.Body)
	if a.Cut || b.Cut {
		n := min(len(a.Body), len(b.Body))
		same = string(a.Body[:n]) == string(b.Body[:n]) && a.Cut == b.Cut
	}
	if !same {
		x, y := c.hide(string(a.Body)), c.hide(string(b.Body))
		at := divergence(x, y)
		c.add(Text, "", excerpt(x, at), excerpt(y, at))
	}
}

// values compares two JSON values and all that is in them.
func (c *comparison) values(where string, a, b any) {
	if c.ignored[where] || len(c.found) >= most {
		return
	}
	if ta, tb := typeOf(a), typeOf(b); ta != tb {
		c.add(Type, where, ta+" "+c.show(where, a), tb+" "+c.show(where, b))
		return
	}
	switch a := a.(type) {
	case map[string]any:
		c.objects(where, a, b.(map[string]any))
	case []any:
		b := b.([]any)
		if len(a) != len(b) {
			c.add(Length, where, fmt.Sprintf("%d items", len(a)), fmt.Sprintf("%d items", len(b)))
		}
		for i := range min(len(a), len(b)) {
			c.values(fmt.Sprintf("%s[%d]", where, i), a[i], b[i])
		}
	case json.Number:
		if !c.rules.sameNumber(a, b.(json.Number)) {
			c.add(Value, where, c.show(where, a), c.show(where, b))
		}
	default: // a text, a truth value, null
		if a != b {
			c.add(Value, where, c.show(where, a), c.show(where, b))
		}
	}
}

func (c *comparison) objects(where string, a, b map[string]any) {
	keys := map[string]bool{}
	for _, m := range []map[string]any{a, b} {
		for k := range m {
			keys[k] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		at := where + member(k)
		va, inA := a[k]
		vb, inB := b[k]
		switch {
		case inA && inB:
			c.values(at, va, vb)
		case c.ignored[at]:
		case inA:
			c.add(Missing, at, c.show(at, va), "")
		default:
			c.add(Extra, at, "", c.show(at, vb))
		}
	}
}

// typeOf names the JSON type.
func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

func (r *Rules) sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	if whole(a) && whole(b) {
		return a == "-0" && b == "0" || a == "0" && b == "-0"
	}
	x, errA := a.Float64()
	y, errB := b.Float64()
	if errA != nil || errB != nil { // beyond float64
		return false
	}
	return math.Abs(x-y) <= max(r.Absolute, r.Relative*max(math.Abs(x), math.Abs(y)))
}

// whole says whether n is written as a whole number.
func whole(n json.Number) bool { return !strings.ContainsAny(string(n), ".eE") }
