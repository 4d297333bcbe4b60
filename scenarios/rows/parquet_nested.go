package rows

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetNode is a part of a column: a plain value, or what is made of some. Its
// form in JSON is put together from levels: a value's definition level says how
// much of its path is there, its repetition level which list it goes on with.
type parquetNode struct {
	name     string
	kind     nodeKind
	first    int            // index of its first leaf; the others follow
	leaves   int            // how many it has
	optional bool           // null below the level
	level    int            // definition level from which on it is there
	element  int            // lists and maps: definition level from which on there is an element
	repeats  int            // lists and maps: repetition level of elements behind the first
	parts    []*parquetNode // of a struct; a list's element; a map's key and value
	append   appendValue    // of a leaf
}

type nodeKind int

const (
	leafNode nodeKind = iota
	structNode
	listNode
	mapNode
)

// maxDepth bounds how deep columns are nested.
const maxDepth = 32

var errNoForm = errors.New("has no form in JSON: select others with columns")

// newParquetNode looks into a column; leaves are what the file's schema says of them.
func newParquetNode(c *parquet.Column, leaves []*format.SchemaElement) (*parquetNode, error) {
	if c.Depth() > maxDepth {
		return nil, fmt.Errorf("is nested deeper than %d levels: select others with columns", maxDepth)
	}
	if c.Repeated() { // a list without a name of its own
		element, err := parquetContent(c, leaves)
		if err != nil {
			return nil, err
		}
		return listOf(c, c, element), nil
	}
	n, err := parquetContent(c, leaves)
	if err != nil {
		return nil, err
	}
	n.optional, n.level = c.Optional(), c.MaxDefinitionLevel()
	return n, nil
}

// listOf is a list that is the column, with what is repeated in it.
func listOf(c, repeated *parquet.Column, parts ...*parquetNode) *parquetNode {
	n := &parquetNode{name: c.Name(), kind: listNode, parts: parts, element: repeated.MaxDefinitionLevel(), repeats: repeated.MaxRepetitionLevel()}
	n.span()
	return n
}

// span says which leaves are its parts'.
func (n *parquetNode) span() {
	n.first = n.parts[0].first
	for _, part := range n.parts {
		n.leaves += part.leaves
	}
}

// parquetContent is a column without its being optional or repeated.
func parquetContent(c *parquet.Column, leaves []*format.SchemaElement) (*parquetNode, error) {
	if c.Leaf() {
		n := &parquetNode{name: c.Name(), first: c.Index(), leaves: 1}
		var err error
		n.append, err = parquetValue(c.Type(), leaves[n.first])
		return n, err
	}
	fields := c.Columns()
	if logical := c.Type().LogicalType(); logical != nil && logical.Value != nil {
		inner := len(fields) == 1 && fields[0].Repeated()
		switch logical.Value.(type) {
		case *format.ListType:
			if inner {
				return parquetList(c, fields[0], leaves)
			}
		case *format.MapType:
			if inner && len(fields[0].Columns()) == 2 {
				return parquetMap(c, fields[0], leaves)
			}
		default:
			return nil, fmt.Errorf("is of type %s, which %w", logical, errNoForm)
		}
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("is a struct without fields, which %w", errNoForm)
	}
	n := &parquetNode{name: c.Name(), kind: structNode}
	for _, field := range fields {
		part, err := newParquetNode(field, leaves)
		if err != nil {
			return nil, err
		}
		n.parts = append(n.parts, part)
	}
	n.span()
	return n, nil
}

// parquetList finds a list's element. Older writers leave out the group around it;
// the rules are those of the format's LogicalTypes.md.
func parquetList(c, repeated *parquet.Column, leaves []*format.SchemaElement) (*parquetNode, error) {
	find := parquetContent
	inner := repeated
	if !repeated.Leaf() && len(repeated.Columns()) == 1 && repeated.Name() != "array" && repeated.Name() != c.Name()+"_tuple" {
		find, inner = newParquetNode, repeated.Columns()[0]
	}
	element, err := find(inner, leaves)
	if err != nil {
		return nil, err
	}
	return listOf(c, repeated, element), nil
}

func parquetMap(c, repeated *parquet.Column, leaves []*format.SchemaElement) (*parquetNode, error) {
	var parts []*parquetNode
	for _, field := range repeated.Columns() {
		part, err := newParquetNode(field, leaves)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if parts[0].kind != leafNode {
		return nil, fmt.Errorf("is a map whose keys are no plain values, which %w", errNoForm)
	}
	n := listOf(c, repeated, parts...)
	n.kind = mapNode
	return n, nil
}

// parquetRow is the values of one row, by leaf, in their order.
type parquetRow struct {
	values [][]parquet.Value // by index of the leaf
	used   []int
}

// next is a leaf's next value, nil where there is none.
func (r *parquetRow) next(leaf int) *parquet.Value {
	if at := r.used[leaf]; at < len(r.values[leaf]) {
		return &r.values[leaf][at]
	}
	return nil
}

var errLevels = errors.New("the file is broken: its levels do not fit together")

// append appends the node's next value as JSON.
func (r *parquetRow) append(b []byte, n *parquetNode) ([]byte, error) {
	v := r.next(n.first)
	switch {
	case v == nil:
		return b, errLevels
	case len(b) > maxRow:
		return b, fmt.Errorf("more than %d MB", maxRow>>20)
	case n.optional && v.DefinitionLevel() < n.level:
		r.skip(n)
		return append(b, "null"...), nil
	}
	switch n.kind {
	case structNode:
		return r.structure(b, n)
	case listNode, mapNode:
		return r.elements(b, n)
	}
	r.used[n.first]++
	if v.IsNull() {
		return append(b, "null"...), nil
	}
	return n.append(b, *v)
}

// skip goes behind the one value that each leaf has of what is not there.
func (r *parquetRow) skip(n *parquetNode) {
	for leaf := n.first; leaf < n.first+n.leaves; leaf++ {
		r.used[leaf]++
	}
}

func (r *parquetRow) structure(b []byte, n *parquetNode) (_ []byte, err error) {
	for i, part := range n.parts {
		b = append(b, "{,"[min(i, 1)])
		b = append(appendText(b, part.name), ':')
		if b, err = r.append(b, part); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func (r *parquetRow) elements(b []byte, n *parquetNode) (_ []byte, err error) {
	brackets := "[]"
	var seen map[string]bool
	if n.kind == mapNode {
		brackets, seen = "{}", map[string]bool{}
	}
	b = append(b, brackets[0])
	if r.next(n.first).DefinitionLevel() < n.element {
		r.skip(n)
		return append(b, brackets[1]), nil
	}
	for i := 0; i == 0 || r.goesOn(n); i++ {
		if i > 0 {
			b = append(b, ',')
		}
		if n.kind == listNode {
			b, err = r.append(b, n.parts[0])
		} else {
			b, err = r.entry(b, n, seen)
		}
		if err != nil {
			return b, err
		}
	}
	return append(b, brackets[1]), nil
}

// goesOn says whether the next value is of another element.
func (r *parquetRow) goesOn(n *parquetNode) bool {
	v := r.next(n.first)
	return v != nil && v.RepetitionLevel() == n.repeats
}

// entry appends a key, which is text in JSON whatever it is, and its value.
func (r *parquetRow) entry(b []byte, n *parquetNode, seen map[string]bool) ([]byte, error) {
	key, err := r.append(nil, n.parts[0])
	if err != nil {
		return b, err
	}
	if typeOf(key) != Text {
		key = appendText(nil, string(key))
	}
	if seen[string(key)] {
		return b, fmt.Errorf("the key %s is there twice", short(string(key)))
	}
	seen[string(key)] = true
	return r.append(append(append(b, key...), ':'), n.parts[1])
}

// leafReader reads the values of a leaf, row by row.
type leafReader struct {
	pages  parquet.Pages
	page   parquet.Page   // current
	spent  []parquet.Page // those before, of which the row may have values
	values parquet.ValueReader
	buf    []parquet.Value
	have   int
	used   int
}

// row appends the values of the next row to out; none: there is no other row.
func (l *leafReader) row(out []parquet.Value) ([]parquet.Value, error) {
	for _, page := range l.spent {
		parquet.Release(page)
	}
	l.spent = l.spent[:0]
	for {
		for l.used == l.have {
			if more, err := l.fill(); err != nil || !more {
				return out, err
			}
		}
		v := l.buf[l.used]
		if len(out) > 0 && v.RepetitionLevel() == 0 {
			return out, nil
		}
		if len(out) >= maxRow {
			return out, fmt.Errorf("more than %d values", maxRow)
		}
		out = append(out, v)
		l.used++
	}
}

// fill reads on, if there is more.
func (l *leafReader) fill() (more bool, err error) {
	if l.page == nil {
		if l.page, err = l.pages.ReadPage(); err != nil {
			return false, notEOF(err)
		}
		l.values = l.page.Values()
	}
	l.used = 0
	l.have, err = l.values.ReadValues(l.buf)
	if err = notEOF(err); err == nil && l.have == 0 {
		l.spent, l.page = append(l.spent, l.page), nil
	}
	return err == nil, err
}
