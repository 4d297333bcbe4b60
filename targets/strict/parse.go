package strict

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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
		return u
	}
	return n.Value
}

// ReadFile reads a file for Parse, and not more of it than that takes.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// Parse parses one document. It fails when there is nothing to go on with;
// lesser mistakes, such as a key that is there twice, wait in Document.Err for
// those of its readers. The name is put before every mistake.
func Parse(src []byte, name string) (*Document, error) {
	d := &Document{name: name}
	if len(src) > maxBytes {
		d.BadAt(1, 1, "file of more than %d MB", maxBytes>>20)
		return nil, d.Err()
	}
	if src = d.utf8(src); d.Err() != nil {
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

// utf8 is the text without its byte order mark. Other encodings are mistakes: the
// parser would put a replacement for what it cannot read.
func (d *Document) utf8(src []byte) []byte {
	if bytes.HasPrefix(src, []byte{0xff, 0xfe}) || bytes.HasPrefix(src, []byte{0xfe, 0xff}) {
		d.BadAt(1, 1, "UTF-16 text, want UTF-8: convert the file")
		return nil
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	for n, line := range bytes.Split(src, []byte("\n")) {
		if valid := bytes.ToValidUTF8(line, nil); len(valid) != len(line) || bytes.IndexByte(line, 0) >= 0 {
			d.BadAt(n+1, 1, "not UTF-8 text: convert the file")
			break
		}
	}
	return src
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
	tokens, ok := d.scan(src)
	if !ok {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
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

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
