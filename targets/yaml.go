package targets

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Kind is what a YAML value is.
type Kind string

// The kinds of YAML values.
const (
	Null   Kind = "nothing"
	Bool   Kind = "a truth value"
	Int    Kind = "a whole number"
	Float  Kind = "a number"
	String Kind = "text"
	List   Kind = "a list"
	Map    Kind = "a mapping"
)

// Node is a value of a YAML document that knows where it stands. Aliases and
// merges are resolved: the tree has plain values only, in the file's order.
type Node struct {
	Kind  Kind
	Text  string // a scalar as written, without quotes
	Value any    // a scalar's value: nil, bool, int64, uint64, float64 or string
	Items []*Node
	Keys  []Key // of a mapping; Items are its values
	Path  string
	Line  int // from 1
	Col   int // from 1
}

// Key is a key of a mapping.
type Key struct {
	Name      string
	Line, Col int
}

// Get is the value of a mapping's key, or nil.
func (n *Node) Get(key string) *Node {
	for i, k := range n.Keys {
		if k.Name == key {
			return n.Items[i]
		}
	}
	return nil
}

// Plain is the tree as a JSON decoder would have given it: maps, lists, strings,
// bools, nil and numbers, of which whole ones are int64 where they fit.
func (n *Node) Plain() any {
	switch n.Kind {
	case Map:
		m := make(map[string]any, len(n.Items))
		for i, key := range n.Keys {
			m[key.Name] = n.Items[i].Plain()
		}
		return m
	case List:
		list := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			list = append(list, item.Plain())
		}
		return list
	}
	if u, ok := n.Value.(uint64); ok {
		if int64(u) >= 0 {
			return int64(u)
		}
		return float64(u)
	}
	return n.Value
}

// Bounds against files made to exhaust memory through aliases or nesting.
const (
	maxYAMLBytes = 16 << 20
	maxYAMLNodes = 200_000
	maxYAMLDepth = 100
)

// ReadYAML parses one document. It fails when there is nothing to go on with;
// lesser mistakes, such as a key that is there twice, wait in Document.Err for
// those of its readers. The name is put before every mistake.
func ReadYAML(src []byte, name string) (*Document, error) {
	d := &Document{name: name}
	if len(src) > maxYAMLBytes {
		d.BadAt(1, 1, "file of %d bytes, want at most %d", len(src), maxYAMLBytes)
		return nil, d.Err()
	}
	body := d.parse(src)
	if body == nil {
		return nil, d.Err()
	}
	b := &treeBuilder{doc: d, anchors: map[string]ast.Node{}}
	if d.Root = b.node(body, "", 0); d.Root == nil || b.full {
		return nil, d.Err()
	}
	return d, nil
}

func (d *Document) parse(src []byte) (body ast.Node) {
	// Should the parser panic, the input is to blame: no file may end the program.
	defer func() {
		if r := recover(); r != nil {
			d.BadAt(1, 1, "not readable as YAML")
			body = nil
		}
	}()
	// Duplicate keys are found below, so that all are reported at once.
	file, err := parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, col, msg := 1, 1, err.Error()
		var at yaml.Error
		if errors.As(err, &at) {
			msg = at.GetMessage()
			if tk := at.GetToken(); tk != nil && tk.Position != nil {
				line, col = tk.Position.Line, tk.Position.Column
			}
		}
		hint := ""
		if lines := bytes.Split(src, []byte("\n")); line <= len(lines) && bytes.Contains(lines[line-1], []byte("{{")) {
			hint = `; {{name}} needs quotes: "{{name}}"`
		}
		d.BadAt(line, col, "not valid YAML: %s%s", firstLine(msg), hint)
		return nil
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			line, col := position(doc.Body)
			d.BadAt(line, col, "a second document, want one per file")
			break
		}
		body = doc.Body
	}
	if body == nil {
		d.BadAt(1, 1, "the file is empty")
	}
	return body
}

// treeBuilder turns the parser's tree into Nodes.
type treeBuilder struct {
	doc     *Document
	anchors map[string]ast.Node
	count   int
	full    bool
}

// node returns nil after a mistake.
func (b *treeBuilder) node(in ast.Node, path string, depth int) *Node {
	line, col := position(in)
	if b.count++; b.count > maxYAMLNodes || depth > maxYAMLDepth {
		if !b.full {
			b.doc.BadAt(line, col, "too large or too deep: want at most %d values, %d levels", maxYAMLNodes, maxYAMLDepth)
		}
		b.full = true
		return nil
	}
	n := &Node{Path: path, Line: line, Col: col}
	switch v := in.(type) {
	case *ast.AnchorNode:
		out := b.node(v.Value, path, depth+1)
		// Registered after its value was read, so that it cannot contain itself.
		b.anchors[v.Name.String()] = v.Value
		return out
	case *ast.AliasNode:
		to, ok := b.anchors[v.Value.String()]
		if !ok {
			b.doc.BadAt(line, col, "alias *%s: there is no anchor &%s before it", v.Value, v.Value)
			return nil
		}
		return b.node(to, path, depth+1)
	case *ast.TagNode:
		b.doc.BadAt(line, col, "tag %s: want a plain value", v.Start.Value)
		return nil
	case *ast.MappingNode:
		n.Kind = Map
		b.mapping(n, v.Values, depth)
	case *ast.MappingValueNode:
		n.Kind = Map
		b.mapping(n, []*ast.MappingValueNode{v}, depth)
	case *ast.SequenceNode:
		n.Kind = List
		for i, item := range v.Values {
			if child := b.node(item, fmt.Sprintf("%s[%d]", path, i), depth+1); child != nil {
				n.Items = append(n.Items, child)
			}
		}
	default:
		if !scalar(n, in) {
			b.doc.BadAt(line, col, "%s: want a plain value", in.Type())
			return nil
		}
	}
	return n
}

var numberForm = regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$`)

func scalar(n *Node, in ast.Node) bool {
	if tk := in.GetToken(); tk != nil {
		n.Text = tk.Value
	}
	switch v := in.(type) {
	case *ast.NullNode:
		n.Kind = Null
	case *ast.BoolNode:
		n.Kind, n.Value = Bool, v.Value
	case *ast.IntegerNode:
		n.Kind, n.Value = Int, v.Value
	case *ast.FloatNode:
		n.Kind, n.Value = Float, v.Value
	case *ast.InfinityNode:
		n.Kind, n.Value = Float, v.Value
	case *ast.NanNode:
		n.Kind, n.Value = Float, v.GetValue()
	case *ast.StringNode:
		n.Kind, n.Value, n.Text = String, v.Value, v.Value
		// The parser takes 1e3, and integers of more than 64 bits, for text.
		if v.Token.Type == token.StringType && numberForm.MatchString(v.Value) {
			f, _ := strconv.ParseFloat(v.Value, 64) // too large: infinite, which readers refuse
			n.Kind, n.Value = Float, f
		}
	case *ast.LiteralNode:
		n.Kind, n.Value, n.Text = String, v.Value.Value, v.Value.Value
	default:
		return false
	}
	return true
}

// mapping fills n with the pairs; merged keys give way to the mapping's own.
func (b *treeBuilder) mapping(n *Node, pairs []*ast.MappingValueNode, depth int) {
	var merged []*Node
	seen := map[string]bool{}
	for _, pair := range pairs {
		if pair.Key.IsMergeKey() {
			if from := b.node(pair.Value, n.Path, depth+1); from != nil {
				if from.Kind != Map {
					b.doc.Bad(from, "found %s after <<, want a mapping", from.Kind)
					continue
				}
				merged = append(merged, from)
			}
			continue
		}
		line, col := position(pair.Key)
		key := Key{Line: line, Col: col}
		if tk := pair.Key.GetToken(); tk != nil {
			key.Name = tk.Value
		}
		if seen[key.Name] {
			b.doc.BadAt(line, col, "%sthe key %q is there twice", at(n.Path), key.Name)
			continue
		}
		seen[key.Name] = true
		if child := b.node(pair.Value, join(n.Path, key.Name), depth+1); child != nil {
			if tk := pair.Value.GetToken(); tk != nil && tk.Type == token.ImplicitNullType {
				child.Line, child.Col = line, col // nothing is written: show the key
			}
			n.Keys, n.Items = append(n.Keys, key), append(n.Items, child)
		}
	}
	for _, from := range merged {
		for i, key := range from.Keys {
			if !seen[key.Name] {
				seen[key.Name] = true
				n.Keys, n.Items = append(n.Keys, key), append(n.Items, from.Items[i])
			}
		}
	}
}

func position(n ast.Node) (line, col int) {
	var tk *token.Token
	switch v := n.(type) {
	case *ast.MappingNode:
		// A block mapping's own token is the first colon: show its first key.
		if len(v.Values) > 0 && !v.IsFlowStyle {
			return position(v.Values[0].Key)
		}
		tk = v.Start
	case *ast.MappingValueNode:
		return position(v.Key)
	default:
		tk = n.GetToken()
	}
	if tk == nil || tk.Position == nil {
		return 1, 1
	}
	return tk.Position.Line, tk.Position.Column
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
