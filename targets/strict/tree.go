package strict

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// treeBuilder turns the parser's tree into Nodes.
type treeBuilder struct {
	doc     *Document
	anchors map[string]ast.Node
	count   int
	paths   int // length of all
	full    bool
}

// node returns nil after a mistake.
func (b *treeBuilder) node(in ast.Node, path string, depth int) *Node {
	line, col := position(in)
	b.paths += len(path)
	if b.count++; b.count > maxNodes || depth > maxDepth || b.paths > maxPaths {
		if !b.full {
			b.doc.BadAt(line, col, "too large or too deep: want at most %d values, %d levels", maxNodes, maxDepth)
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
			if b.full {
				break
			}
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
		if b.full {
			return
		}
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
