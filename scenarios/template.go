package scenarios

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets/strict"
)

// template is a body: literal bytes with generators between them.
type template []piece

// piece is literal bytes, or a generator.
type piece struct {
	literal []byte
	refs    bool                // the literal holds ${NAME}s
	escape  func(string) string // of their values; nil: none
	gen     generator
}

// generator appends a generated JSON value.
type generator interface{ render(w *writer) }

func literal(b []byte) template { return template{{literal: b}} }

// newLiteral is a literal in which ${NAME}s are filled in, if it has any.
func newLiteral(b []byte, escape func(string) string) piece {
	return piece{literal: b, refs: bytes.Contains(b, []byte("${")), escape: escape}
}

func (t template) render(w *writer) {
	for _, p := range t {
		switch {
		case p.gen != nil:
			p.gen.render(w)
		case p.refs:
			w.expand(&p)
		default:
			w.buf = append(w.buf, p.literal...)
		}
	}
}

// static is the template's bytes, ${NAME}s and all, if it has no generators.
func (t template) static() ([]byte, bool) {
	var all []byte
	for _, p := range t {
		if p.gen != nil {
			return nil, false
		}
		all = append(all, p.literal...)
	}
	return all, true
}

// walk visits every generator, also those within others.
func (t template) walk(visit func(generator)) {
	for _, p := range t {
		if p.gen == nil {
			continue
		}
		visit(p.gen)
		var inner []template
		switch g := p.gen.(type) {
		case *choiceGen:
			inner = g.values
		case *sequenceGen:
			inner = g.values
		case *zipfGen:
			inner = []template{g.of}
		case *plainGen:
			inner = []template{g.value}
		case *joinGen:
			inner = g.parts
		}
		for _, t := range inner {
			t.walk(visit)
		}
	}
}

// template reads JSON from YAML. An object with one key that begins with $ is a
// generator; $$ begins a key that is to begin with $.
func (v *validator) template(n *strict.Node) template {
	return (&templateBuilder{d: v.d, rows: &v.rows}).nested(n)
}

type templateBuilder struct {
	d    *strict.Document
	rows *[]*rowGen // collects the uses of data files
	hot  bool       // within a $zipf
	buf  []byte
	out  template
}

// nested reads a value as a template of its own.
func (b *templateBuilder) nested(n *strict.Node) template {
	inner := templateBuilder{d: b.d, rows: b.rows, hot: b.hot}
	inner.value(n)
	inner.flush()
	return inner.out
}

func (b *templateBuilder) flush() {
	if len(b.buf) > 0 {
		b.out = append(b.out, newLiteral(b.buf, jsonEscape))
		b.buf = nil
	}
}

func (b *templateBuilder) add(s string) { b.buf = append(b.buf, s...) }

func (b *templateBuilder) value(n *strict.Node) {
	switch n.Kind {
	case strict.Null:
		b.add("null")
	case strict.Map:
		b.object(n)
	case strict.List:
		b.add("[")
		for i, item := range n.Items {
			if i > 0 {
				b.add(",")
			}
			b.value(item)
		}
		b.add("]")
	default:
		v, err := Marshal(n.Value)
		if err != nil { // infinities and NaN
			b.d.Bad(n, "found %s, which JSON cannot say", n.Text)
		}
		b.buf = append(b.buf, v...)
	}
}

func (b *templateBuilder) object(n *strict.Node) {
	if len(n.Keys) == 1 && isGenerator(n.Keys[0].Name) {
		if g := b.generator(n.Keys[0], n.Items[0]); g != nil {
			b.flush()
			b.out = append(b.out, piece{gen: g})
		}
		return
	}
	b.add("{")
	for i, key := range n.Keys {
		name := key.Name
		if isGenerator(name) {
			b.d.BadAt(key.Line, key.Col, "%s: the generator %s must be the only key of its object (write $%s for a plain key)", n.Path, name, name)
		}
		if strings.HasPrefix(name, "$$") {
			name = name[1:]
		}
		if i > 0 {
			b.add(",")
		}
		// Only values take variables: a key is sent as it is written.
		quoted, _ := Marshal(strings.ReplaceAll(name, "${", "$${")) // a string always encodes
		b.buf = append(b.buf, quoted...)
		b.add(":")
		b.value(n.Items[i])
	}
	b.add("}")
}

func isGenerator(key string) bool {
	return strings.HasPrefix(key, "$") && !strings.HasPrefix(key, "$$")
}

// Marshal is JSON without the escapes that are for HTML pages.
func Marshal(v any) ([]byte, error) {
	if f, ok := v.(float64); ok && f == 0 {
		return strconv.AppendFloat(nil, f, 'f', 1, 64), nil // keeps it a float, and its sign
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
}
