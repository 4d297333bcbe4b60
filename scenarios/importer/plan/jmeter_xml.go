package plan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// jmxElement is an element of a test plan of JMeter's.
type jmxElement struct {
	tag   string
	attrs map[string]string
	text  string
	buf   []byte // of the text, while it is read
	line  int
	kids  []*jmxElement
}

// What a plan has at most: hand-made ones have some hundreds.
const (
	maxElements     = 200_000
	maxElementDepth = 200
)

// xmlVersion is that of files by newer JMeters, which Go does not know but for
// characters that none of them writes.
var xmlVersion = regexp.MustCompile(`^(\s*<\?xml\s+version=["'])1\.1(["'])`)

// readJMX reads a test plan, and returns its first hashTree.
func readJMX(raw []byte) (*jmxElement, error) {
	raw = xmlVersion.ReplaceAll(bytes.TrimPrefix(raw, []byte(draft.ByteOrderMark)), []byte("${1}1.0${2}"))
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		e, err := htmlindex.Get(label)
		if err != nil {
			return nil, err
		}
		return e.NewDecoder().Reader(in), nil
	}
	root := &jmxElement{}
	stack := []*jmxElement{root}
	for n := 0; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("no test plan of JMeter's: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if n++; n > maxElements || len(stack) > maxElementDepth {
				return nil, fmt.Errorf("more than %d elements, or %d within one another", maxElements, maxElementDepth)
			}
			e := &jmxElement{tag: t.Name.Local, attrs: map[string]string{}}
			e.line, _ = d.InputPos()
			for _, a := range t.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			top := stack[len(stack)-1]
			top.text, top.buf = string(top.buf), nil
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top := stack[len(stack)-1]
			top.buf = append(top.buf, t...)
		}
	}
	if len(root.kids) == 0 || root.kids[0].tag != "jmeterTestPlan" {
		return nil, errors.New("no test plan of JMeter's: want a jmeterTestPlan")
	}
	for _, kid := range root.kids[0].kids {
		if kid.tag == "hashTree" {
			return kid, nil
		}
	}
	return nil, errors.New("no test plan of JMeter's: it has no hashTree")
}

// jmxNode is an enabled element of the tree and what stands below it.
type jmxNode struct {
	*jmxElement
	below *jmxElement // hashTree, or nil
}

// nodes are the enabled elements of a hashTree, each with its own.
func (e *jmxElement) nodes() (out []jmxNode) {
	if e == nil {
		return nil
	}
	for i, kid := range e.kids {
		if kid.tag == "hashTree" {
			continue
		}
		n := jmxNode{jmxElement: kid}
		if i+1 < len(e.kids) && e.kids[i+1].tag == "hashTree" {
			n.below = e.kids[i+1]
		}
		if kid.attrs["enabled"] != "false" {
			out = append(out, n)
		}
	}
	return out
}

// title is how people know it.
func (e *jmxElement) title() string {
	name := e.attrs["testname"]
	const most = 60
	if r := []rune(name); len(r) > most {
		name = string(r[:most]) + "…"
	}
	if name == "" {
		return e.tag
	}
	return fmt.Sprintf("%s %q", e.tag, name)
}

// find is the property of that name, or nil.
func (e *jmxElement) find(name string) *jmxElement {
	if e == nil {
		return nil
	}
	for _, kid := range e.kids {
		if kid.attrs["name"] == name {
			return kid
		}
	}
	return nil
}

// prop is the text of a property; empty: there is none.
func (e *jmxElement) prop(names ...string) string {
	for _, name := range names {
		if p := e.find(name); p != nil {
			return p.text
		}
		if e == nil {
			continue
		}
		for _, kid := range e.kids { // <FloatProperty><name>…</name><value>…</value></FloatProperty>
			if strings.TrimSpace(kid.kid("name")) == name {
				return kid.kid("value")
			}
		}
	}
	return ""
}

func (e *jmxElement) kid(tag string) string {
	for _, kid := range e.kids {
		if kid.tag == tag {
			return kid.text
		}
	}
	return ""
}

// is says whether a property is true.
func (e *jmxElement) is(name string) bool { return strings.TrimSpace(e.prop(name)) == "true" }

// items are the elements of a collection, which may stand in an element of its
// own: of HTTPsampler.Arguments those of Arguments.arguments.
func (e *jmxElement) items(names ...string) []*jmxElement {
	for _, name := range names {
		e = e.find(name)
	}
	if e == nil {
		return nil
	}
	return e.kids
}
