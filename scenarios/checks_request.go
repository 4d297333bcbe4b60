package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// A check may want what was sent: {json: $.scores, length: {request: $.rows}}. Such
// values are taken from the JSON body of the request that the answer is to, as it
// went out, and put in the place of the reference before the check is looked at.

// sentRef is the value of one key of a check that is part of the request.
type sentRef struct {
	key  string
	path answers.Path
	node *strict.Node
}

// sentKeys are the keys of a check that may have a reference.
func sentKeys() []string { return []string{"equals", "one_of", "contains", "min", "max", "length"} }

// refersToRequest says whether a value is a reference: a mapping with the one key
// request and a text. Only what equals wants may be another mapping.
func refersToRequest(key string, n *strict.Node) bool {
	if n == nil || n.Kind != strict.Map {
		return false
	}
	return key != "equals" || len(n.Keys) == 1 && n.Keys[0].Name == "request" && n.Items[0].Kind == strict.String
}

// DecodeNode reads references, and the rest as it is.
func (c *check) DecodeNode(d *strict.Document, n *strict.Node) {
	type plain check // without this method
	if n.Kind != strict.Map {
		d.Decode(n, (*plain)(c))
		return
	}
	rest := *n
	rest.Keys, rest.Items = nil, nil
	for i, key := range n.Keys {
		value := n.Items[i]
		if !slices.Contains(sentKeys(), key.Name) || !refersToRequest(key.Name, value) {
			rest.Keys, rest.Items = append(rest.Keys, key), append(rest.Items, value)
			continue
		}
		var ref struct {
			Request *answers.Path `yaml:"request"`
		}
		switch d.Decode(value, &ref); {
		case len(value.Keys) == 0:
			d.Bad(value, "want the request's value by its JSON path, such as {request: $.rows}")
		case ref.Request != nil:
			c.sent = append(c.sent, sentRef{key.Name, *ref.Request, value})
		}
	}
	d.Decode(&rest, (*plain)(c))
}

// sentRefs notes references that no request of the class can have.
func (v *validator) sentRefs(c *check, b *Body, n *strict.Node) {
	for _, ref := range c.sent {
		switch at := n.Get(ref.key).Get("request"); {
		case b == nil:
			v.d.Bad(at, "the request has no body")
		case b.Form != nil || b.Multipart != nil:
			v.d.Bad(at, "the request's body is no JSON")
		case !ref.path.Single() && ref.key != "length" && ref.key != "one_of":
			v.d.Bad(at, "found %s, which may select several values: want one such as $.rows, or $.rows[0]", ref.path)
		}
	}
}

// sentDocument is the JSON body of a request, without its content coding.
func sentDocument(r *send.Request) (any, error) {
	var codings []string
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, "Content-Encoding") {
			codings = append(codings, f.Value)
		}
	}
	body, err := targets.Decode(codings, r.Body, maxPoolBytes)
	if err != nil {
		return nil, err
	}
	document, err := answers.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("the request's body is not JSON: %w", err)
	}
	return document, nil
}

// of is what the reference selects: one value, or the list of all that its path
// selects.
func (ref *sentRef) of(document any) (any, error) {
	if !ref.path.Single() {
		return ref.path.All(document), nil
	}
	value, found := ref.path.First(document)
	if !found {
		return nil, fmt.Errorf("%s: not in the request", ref.path)
	}
	return value, nil
}

// checkSent refuses references that select nothing in any of the prepared requests:
// all answers would fail.
func (c *requestClass) checkSent(pool []send.Request) error {
	err := selectsSent(c.Checks, pool)
	if err == nil && c.step != nil && c.step.Repeat != nil {
		err = selectsSent(c.step.Repeat.Until, pool)
	}
	return err
}

func selectsSent(checks []check, pool []send.Request) error {
	for i := range checks {
		for _, ref := range checks[i].sent {
			if pool[0].Fill != nil {
				continue // it may be JSON only when captured values are in their places
			}
			selects := func(r send.Request) bool {
				document, err := sentDocument(&r)
				return err == nil && len(ref.path.All(document)) > 0
			}
			if _, err := sentDocument(&pool[0]); err != nil {
				return placed(ref.node, err)
			}
			if !slices.ContainsFunc(pool, selects) {
				return placed(ref.node, fmt.Errorf("the request's body has no %s", ref.path))
			}
		}
	}
	return nil
}

// request is the JSON body that went out, decoded when the first check wants it;
// whole says that no captured value is part of it.
func (v *view) request() (document any, whole bool, err error) {
	if v.sent == nil {
		r := v.a.Sent()
		v.sent = &r
		v.sentDocument, v.sentErr = sentDocument(&r)
	}
	return v.sentDocument, v.sent.Fill == nil, v.sentErr
}

// asSent is the check with what was sent in the place of its references.
func (c *check) asSent(v *view) (*check, error) {
	document, whole, err := v.request()
	if err != nil {
		return nil, err
	}
	out := *c
	out.unfilled = c.written()
	for _, ref := range c.sent {
		value, err := ref.of(document)
		if err == nil {
			err = out.put(&ref, value, whole)
		}
		if err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// put sets one key to a value of the request.
func (c *check) put(ref *sentRef, value any, whole bool) error {
	bad := func(want string) error {
		return fmt.Errorf("%s of the request is no %s", ref.path, want)
	}
	node := func(value any) *strict.Node {
		text, ok := asText(value)
		if !ok {
			raw, _ := Marshal(value) // it was decoded
			text = string(raw)
		}
		return &strict.Node{Kind: strict.String, Text: text, Value: sentValue{ref.path.String(), value, whole}}
	}
	switch ref.key {
	case "equals":
		c.Equals = node(value)
	case "one_of":
		list, ok := value.([]any)
		if !ok {
			return bad("list")
		}
		c.OneOf = &strict.Node{Kind: strict.List, Value: sentValue{ref.path.String(), value, whole}}
		for _, item := range list {
			c.OneOf.Items = append(c.OneOf.Items, node(item))
		}
	case "contains":
		text, ok := asText(value)
		switch {
		case !ok:
			return bad("text")
		case text == "":
			return fmt.Errorf("%s of the request is empty, and an empty text is in every answer", ref.path)
		}
		c.Contains = text
	case "min", "max":
		number, ok := asNumber(value, false)
		if !ok {
			return bad("number")
		}
		if ref.key == "min" {
			c.Min = &number
		} else {
			c.Max = &number
		}
	case "length":
		n, err := sentLength(value)
		if err != nil {
			return bad("text, list, object or number of elements")
		}
		c.Length = &Span{n, n}
	}
	return nil
}

// sentLength is the length of a value, or the number that it is.
func sentLength(value any) (int, error) {
	if n, ok := lengthOf(value); ok {
		return n, nil
	}
	f, ok := asNumber(value, false)
	if !ok || f < 0 || f != math.Trunc(f) || f > 1e9 {
		return 0, errors.New("no length")
	}
	return int(f), nil
}

// sentValue is what a check wants that was sent.
type sentValue struct {
	path  string
	value any  // as answers.Decode has it
	whole bool // nothing captured is in it, which may be a secret
}

func (s sentValue) String() string {
	if !s.whole {
		return "the value of " + s.path + " of the request"
	}
	return shown(s.path, s.value) + ", as " + s.path + " of the request"
}

// as says where the value of a key comes from, if from the request.
func (c *check) as(key string) string {
	for _, ref := range c.sent {
		if ref.key == key {
			return ", as " + ref.path.String() + " of the request"
		}
	}
	return ""
}

// sameJSON compares values as answers.Decode has them, numbers as numbers.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameJSON)
	case map[string]any:
		other, ok := b.(map[string]any)
		if !ok || len(a) != len(other) {
			return false
		}
		for key, value := range a {
			if item, ok := other[key]; !ok || !sameJSON(value, item) {
				return false
			}
		}
		return true
	case nil, bool, string:
		return a == b
	}
	return false
}

// sameNumber is exact where both are whole numbers.
func sameNumber(a, b json.Number) bool {
	m, errM := strconv.ParseInt(a.String(), 10, 64)
	n, errN := strconv.ParseInt(b.String(), 10, 64)
	if errM == nil && errN == nil {
		return m == n
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}
