package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// capture says which part of an answer later steps use: a value of the JSON body,
// a header, or what a regular expression finds in the body or header. It is
// written as the JSON path alone, or as a mapping.
type capture struct {
	JSON   *answers.Path `yaml:"json"`
	Header string        `yaml:"header"` // name
	Regex  *pattern      `yaml:"regex"`  // its first group, or all it matches; of the body, or of the header
}

// DecodeNode reads both forms.
func (c *capture) DecodeNode(d *strict.Document, n *strict.Node) {
	if n.Kind != strict.Map {
		d.Decode(n, &c.JSON)
		return
	}
	type plain capture // without this method
	d.Decode(n, (*plain)(c))
	path, header, regex := n.Get("json"), n.Get("header"), n.Get("regex")
	switch {
	case path == nil && header == nil && regex == nil:
		d.Bad(n, "nothing to capture: want a JSON path such as $.token, or one of json, header and regex")
	case path != nil && (header != nil || regex != nil):
		d.Bad(path, "goes alone: header and regex are of text")
	case header != nil && header.Kind == strict.String && !targets.Token(c.Header):
		d.Bad(header, "found %q, want a header's name such as Location", c.Header)
	}
}

// captureName is what goes between {{ and }}.
var captureName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// captures notes what is wrong with the names.
func (v *validator) captures(method string, n *strict.Node) {
	if n == nil || n.Kind != strict.Map {
		return
	}
	for i, key := range n.Keys {
		if !captureName.MatchString(key.Name) {
			v.d.BadAt(key.Line, key.Col, "%s: name %q: want at most 64 letters, digits and _, no digit first", n.Path, key.Name)
		}
		if method == "HEAD" && n.Items[i].Get("header") == nil {
			v.d.Bad(n.Items[i], "the answer to a HEAD request has no body")
		}
	}
}

// namedCapture is a capture for one journey.
type namedCapture struct {
	capture
	name string
	line bool // a later step has it in its path or a header
	// segment says that a later step has it for a segment of its path.
	segment bool
}

// namedCaptures are in the order of their names; line holds those that a later
// step has in its path or a header, segment those that are one of its path's.
func namedCaptures(captures map[string]capture, line, segment map[string]bool) []namedCapture {
	var out []namedCapture
	for name, c := range captures {
		out = append(out, namedCapture{c, name, line[name], segment[name]})
	}
	slices.SortFunc(out, func(a, b namedCapture) int { return strings.Compare(a.name, b.name) })
	return out
}

// take puts the value, as JSON, with what the journey has captured.
func (c *namedCapture) take(v *view) error {
	value, err := c.find(v)
	if err != nil {
		return err
	}
	if text, ok := value.(string); ok && c.line {
		for i := range len(text) {
			if text[i] < ' ' || text[i] == 0x7f {
				return fmt.Errorf("the value has a control character (0x%02x): it cannot go into a path or header", text[i])
			}
		}
	}
	coded, err := Marshal(value)
	if err != nil {
		return err
	}
	if c.segment && noSegment(plainText(string(coded))) {
		return errors.New("the value is empty, or all dots: in the path of a later step it would take a segment away")
	}
	v.a.Captured[c.name] = string(coded)
	return nil
}

// noSegment says whether a text is none that a path keeps: servers take /a/../b
// for /b, percent-encoded or not, and many /a//b for /a/b.
func noSegment(text string) bool { return text == "" || text == "." || text == ".." }

func (c *namedCapture) find(v *view) (any, error) {
	if c.JSON != nil {
		document, err := v.json()
		if err != nil {
			return nil, err
		}
		value, found := c.JSON.First(document)
		if !found || value == nil {
			return nil, fmt.Errorf("%s: not in the answer", c.JSON)
		}
		return value, nil
	}
	where, texts := "the body", []string(nil)
	if c.Header != "" {
		where = "header " + c.Header
		if texts = v.headers(c.Header); len(texts) == 0 {
			return nil, fmt.Errorf("%s: not in the answer", where)
		}
		if c.Regex == nil {
			return texts[0], nil
		}
	} else {
		body, err := v.body()
		if err != nil {
			return nil, err
		}
		texts = []string{string(body)}
	}
	for _, text := range texts {
		switch m := c.Regex.re.FindStringSubmatch(text); {
		case len(m) > 1:
			return m[1], nil
		case m != nil:
			return m[0], nil
		}
	}
	return nil, fmt.Errorf("%s does not match %s", where, c.Regex.re)
}

// plainText is a captured value as text: JSON texts without their quotes.
func plainText(coded string) string {
	var text string
	if len(coded) > 0 && coded[0] == '"' && json.Unmarshal([]byte(coded), &text) == nil {
		return text
	}
	return coded
}
