package scenarios

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// judge looks at the answers of one class: is it as its checks say, and what do
// later steps take from it?
type judge struct {
	class    string
	checks   []check
	until    []check // of a step that is repeated until they hold
	captures []namedCapture
	captured map[string]bool // names captured before, that checks may refer to
}

// check is what the engine calls; the error, of the first check that fails, names
// class and subject, and no secret. All checks are looked at.
func (j *judge) check(a *loadgen.Answer) error {
	v := view{a: a}
	var first error
	for i := range j.checks {
		if err := j.one(&j.checks[i], &v); err != nil {
			a.Fail(i, err)
			first = cmp.Or(first, err)
		}
	}
	if first != nil {
		return fmt.Errorf("%s: %w", j.class, first)
	}
	if a.Unmet = j.unmet(&v); a.Unmet != nil {
		return nil
	}
	for i := range j.captures {
		if err := j.captures[i].take(&v); err != nil {
			return fmt.Errorf("%s: capture %s: %w", j.class, j.captures[i].name, err)
		}
	}
	return nil
}

// one is what a check says, captured and sent values in their places.
func (j *judge) one(c *check, v *view) error {
	if len(j.captured) > 0 {
		filled, err := c.filled(v.a.Captured)
		if err != nil {
			return err
		}
		c = filled
	}
	if c.sent != nil {
		sent, err := c.asSent(v)
		if err != nil {
			return err
		}
		c = sent
	}
	return c.holds(v)
}

// view is an answer, its body decoded when the first check wants it.
type view struct {
	a        *loadgen.Answer
	plain    []byte // the body without its content coding
	undone   bool
	undoErr  error
	document any
	decoded  bool
	err      error

	sent         *send.Request // nil: no check has asked for it yet
	sentDocument any
	sentErr      error
}

// maxDecoded bounds what the content coding of a body that is checked comes to.
const maxDecoded = 16 << 20

func (v *view) body() ([]byte, error) {
	if v.a.Cut {
		return nil, fmt.Errorf("the answer's body is longer than the %d MB that are kept for checks", loadgen.MaxCheckedBody>>20)
	}
	if !v.undone {
		v.undone = true
		v.plain, v.undoErr = targets.Decode(v.headers("Content-Encoding"), v.a.Body, maxDecoded)
	}
	return v.plain, v.undoErr
}

func (v *view) json() (any, error) {
	if !v.decoded {
		v.decoded = true
		var body []byte
		if body, v.err = v.body(); v.err == nil {
			if v.document, v.err = answers.Decode(body); v.err != nil {
				v.err = fmt.Errorf("the answer is not JSON: %w", v.err)
			}
		}
	}
	return v.document, v.err
}

// headers are the values of all headers of that name, in their order.
func (v *view) headers(name string) (values []string) {
	for rest := v.a.Header; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			values = append(values, strings.Trim(string(line[len(name)+1:]), " \t\r"))
		}
	}
	return values
}

func (c *check) holds(v *view) error {
	switch {
	case c.Latency > 0:
		if most := time.Duration(c.Latency); v.a.Service > most {
			return fmt.Errorf("service time %s, want at most %s", v.a.Service.Round(time.Microsecond), most)
		}
		return nil
	case c.Status != nil:
		if !slices.Contains(c.Status, v.a.Status) {
			return fmt.Errorf("status %d, want %s", v.a.Status, c.Status)
		}
		return nil
	case c.Header != "":
		return c.headerHolds(v)
	case c.JSON != nil:
		return c.jsonHolds(v)
	}
	body, err := v.body()
	switch {
	case err != nil:
		return err
	case c.Text != "" && !bytes.Contains(body, []byte(c.Text)):
		return fmt.Errorf("the body does not contain %q", c.written().Text)
	case c.Regex != nil && !c.Regex.re.Match(body):
		return fmt.Errorf("the body does not match %s", c.Regex.re)
	}
	return nil
}

// headerHolds wants one of the headers of that name to hold, or all of them as the
// list that they stand for (RFC 9110 §5.3).
func (c *check) headerHolds(v *view) error {
	values := v.headers(c.Header)
	switch {
	case c.Absent && len(values) > 0:
		return fmt.Errorf("header %s: is there, want none", c.Header)
	case c.Absent:
		return nil
	case len(values) == 0:
		return fmt.Errorf("header %s: not in the answer", c.Header)
	}
	err := c.headerValueHolds(values[0])
	if err == nil || len(values) == 1 {
		return err
	}
	for _, value := range append(values[1:], strings.Join(values, ", ")) {
		if c.headerValueHolds(value) == nil {
			return nil
		}
	}
	return fmt.Errorf("%w; nor does another of its %d values hold", err, len(values))
}

func (c *check) headerValueHolds(value string) error {
	name := "header " + c.Header
	switch {
	case c.Equals != nil && value != c.Equals.Text:
		return fmt.Errorf("%s: found %s, want %s", name, shown(c.Header, value), wanted(c.Equals))
	case c.OneOf != nil && !slices.ContainsFunc(c.OneOf.Items, func(n *strict.Node) bool { return value == n.Text }):
		return fmt.Errorf("%s: found %s, want one of %s", name, shown(c.Header, value), wantedOf(c.OneOf))
	}
	return c.valueHolds(name, c.Header, value)
}

func (c *check) jsonHolds(v *view) error {
	document, err := v.json()
	if err != nil {
		return err
	}
	path := c.JSON.String()
	all := c.JSON.All(document)
	switch {
	case c.Absent && len(all) > 0:
		return fmt.Errorf("%s: is there, want none", path)
	case !c.Absent && len(all) == 0:
		return fmt.Errorf("%s: not in the answer", path)
	}
	for _, value := range all {
		if c.Type != "" && !isType(value, c.Type) {
			return fmt.Errorf("%s: found %s, want a value of type %s", path, shown(path, value), c.Type)
		}
		if c.Equals != nil && !same(value, c.Equals) {
			return fmt.Errorf("%s: found %s, want %s", path, shown(path, value), wanted(c.Equals))
		}
		if c.OneOf != nil && !slices.ContainsFunc(c.OneOf.Items, func(n *strict.Node) bool { return same(value, n) }) {
			return fmt.Errorf("%s: found %s, want one of %s", path, shown(path, value), wantedOf(c.OneOf))
		}
		if err := c.valueHolds(path, path, value); err != nil {
			return err
		}
	}
	return nil
}

// valueHolds checks what json and header have in common.
func (c *check) valueHolds(subject, name string, value any) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%s: found %s, want %s", subject, shown(name, value), fmt.Sprintf(format, args...))
	}
	if c.Min != nil || c.Max != nil {
		f, ok := asNumber(value, c.Header != "")
		switch {
		case !ok:
			return bad("a number")
		case c.Min != nil && !(f >= *c.Min):
			return bad("at least %v%s", *c.Min, c.as("min"))
		case c.Max != nil && !(f <= *c.Max):
			return bad("at most %v%s", *c.Max, c.as("max"))
		}
	}
	if s := c.Length; s != nil {
		n, ok := lengthOf(value)
		switch {
		case !ok:
			return bad("a text, list or object")
		case n < s.Min || n > s.Max:
			return fmt.Errorf("%s: of length %d, want %s%s", subject, n, spanText(s), c.as("length"))
		}
	}
	if c.Contains == "" && c.Regex == nil {
		return nil
	}
	text, ok := asText(value)
	switch {
	case !ok:
		return bad("a text")
	case !strings.Contains(text, c.Contains):
		if from := c.as("contains"); from != "" {
			return bad("a text that contains the one of%s", strings.TrimPrefix(from, ", as"))
		}
		return bad("a text that contains %q", c.written().Contains)
	case c.Regex != nil && !c.Regex.re.MatchString(text):
		return bad("a text that matches %s", c.Regex.re)
	}
	return nil
}
