package scenarios

import (
	"regexp"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// check is a condition on every answer of expected status; an answer that fails
// it is an error of class check. Its subject is one of the first six: a value of
// the JSON body or a header, which has to be there, the body's text, the status, or
// the service time. The others go with json and header.
type check struct {
	Name    string        `yaml:"name"`    // in reports and objectives; default: the check's own words
	JSON    *answers.Path `yaml:"json"`    // path; where it selects several values, each must hold
	Header  string        `yaml:"header"`  // name
	Text    string        `yaml:"text"`    // the body contains it
	Regex   *pattern      `yaml:"regex"`   // the body matches it; with json or header: the value does
	Status  statuses      `yaml:"status"`  // is one of these
	Latency duration      `yaml:"latency"` // service time, at most

	Absent   bool         `yaml:"absent"` // it has to be missing
	Type     jsonType     `yaml:"type"`   // json only
	Equals   *strict.Node `yaml:"equals"`
	OneOf    *strict.Node `yaml:"one_of"` // a list of single values, to equal one of
	Contains string       `yaml:"contains"`
	Min      *float64     `yaml:"min"`    // of a number
	Max      *float64     `yaml:"max"`    // of a number
	Length   *Span        `yaml:"length"` // json only: of a text, list or object

	// sent are what other keys want of the request; they are empty.
	sent []sentRef

	// unfilled is the check before captured and sent values took their places, for
	// messages: a value may be a secret. Nil if it is this one.
	unfilled *check
}

// written is the check as the scenario has it.
func (c *check) written() *check {
	if c.unfilled != nil {
		return c.unfilled
	}
	return c
}

// pattern is a regular expression in Go's syntax (RE2).
type pattern struct{ re *regexp.Regexp }

// UnmarshalText compiles it.
func (p *pattern) UnmarshalText(b []byte) (err error) {
	p.re, err = regexp.Compile(string(b))
	return err
}

// jsonType is a type of JSON Schema.
type jsonType string

func jsonTypes() []string {
	return []string{"number", "integer", "string", "boolean", "array", "object", "null"}
}

// maxChecks of one class are told apart.
const maxChecks = 64

// checks notes what is wrong with the checks of a request, which has such a body.
func (v *validator) checks(checks []check, method string, sent *Body, n *strict.Node) {
	if len(checks) > maxChecks {
		v.d.Bad(n, "found %d checks, want at most %d", len(checks), maxChecks)
	}
	seen := map[string]bool{}
	for i := range checks {
		if n.Items[i].Kind == strict.Map {
			v.checkName(&checks[i], n.Items[i], seen)
			v.check(&checks[i], method, n.Items[i])
			v.sentRefs(&checks[i], sent, n.Items[i])
		}
	}
}

// subjects are the keys that say what is checked.
func subjects() []string { return []string{"json", "header", "text", "regex", "status", "latency"} }

func (v *validator) check(c *check, method string, n *strict.Node) {
	has := func(key string) bool { return n.Get(key) != nil }
	bad := func(key, format string, args ...any) { v.d.Bad(n.Get(key), format, args...) }
	value := has("json") || has("header")
	var found []string
	for _, key := range subjects() {
		if has(key) && !(key == "regex" && value) {
			found = append(found, key)
		}
	}
	if len(found) != 1 {
		const want = "want one of json, header, text, regex, status and latency"
		if len(found) == 0 {
			v.d.Bad(n, "nothing to check: %s", want)
		} else {
			v.d.Bad(n, "found %s: %s", strings.Join(found, " and "), want)
		}
		return
	}
	subject := found[0]
	for _, key := range []string{"absent", "type", "equals", "one_of", "contains", "min", "max", "length"} {
		switch {
		case !has(key):
		case !value:
			bad(key, "goes with json or header, not with %s", subject)
		case subject == "header" && (key == "type" || key == "length"):
			bad(key, "goes with json: a header is text")
		case key != "absent" && c.Absent:
			bad(key, "what is absent has no value to check: leave one out")
		}
	}
	if method == "HEAD" && subject != "header" && subject != "status" && subject != "latency" {
		bad(subject, "the answer to a HEAD request has no body")
	}
	v.checkValues(c, n)
}

// checkValues notes what is wrong with single values; those that could not be
// read have been noted already.
func (v *validator) checkValues(c *check, n *strict.Node) {
	bad := func(key, format string, args ...any) { v.d.Bad(n.Get(key), format, args...) }
	text := func(key string) bool { return n.Get(key) != nil && n.Get(key).Kind == strict.String }
	if text("header") && !targets.Token(c.Header) {
		bad("header", "found %q, want a header's name such as X-Request-ID", c.Header)
	}
	for _, key := range []string{"text", "contains"} {
		if text(key) && n.Get(key).Text == "" {
			bad(key, "an empty text is in every answer")
		}
	}
	if l := n.Get("latency"); l != nil && c.Latency == 0 && strings.Trim(l.Text, "0smhu.n") == "" {
		bad("latency", "found %s, want more than 0", l.Text)
	}
	if at := n.Get("status"); at != nil {
		if at.Kind == strict.List && len(at.Items) == 0 {
			v.d.Bad(at, "found an empty list, want a status, or several")
		}
		v.statuses(c.Status, at)
	}
	if text("type") {
		v.oneOf(n.Get("type"), string(c.Type), jsonTypes())
	}
	if c.Min != nil && c.Max != nil && *c.Min > *c.Max {
		bad("max", "found min %v and max %v, want min <= max", *c.Min, *c.Max)
	}
	bounded := c.Min != nil || c.Max != nil
	if bounded && c.Type != "" && c.Type != "number" && c.Type != "integer" {
		bad("type", "min and max are of numbers")
	}
	single := func(n *strict.Node, null bool) {
		if n.Kind == strict.List || n.Kind == strict.Map || n.Kind == strict.Null && !null {
			v.d.Bad(n, "found %s, want a single value", n.Kind)
		}
	}
	if e := n.Get("equals"); e != nil && n.Get("header") != nil && !refersToRequest("equals", e) {
		single(e, false)
	}
	switch of := n.Get("one_of"); {
	case of == nil || refersToRequest("one_of", of):
	case of.Kind != strict.List || len(of.Items) == 0:
		v.d.Bad(of, "want a list of values such as [stay, churn]")
	default:
		for _, item := range of.Items {
			single(item, n.Get("header") == nil)
		}
	}
}

// oneOf notes a word that is none of those known.
func (v *validator) oneOf(n *strict.Node, word string, known []string) {
	for _, k := range known {
		if word == k {
			return
		}
	}
	hint := ""
	if s := strict.Suggest(word, known); s != "" {
		hint = ", did you mean \"" + s + "\"?"
	}
	v.d.Bad(n, "found %q%s (known: %s)", word, hint, strings.Join(known, ", "))
}
