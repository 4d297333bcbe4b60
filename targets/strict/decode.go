package strict

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// NodeDecoder is a type that reads itself; it notes what is wrong in d.
type NodeDecoder interface {
	DecodeNode(d *Document, n *Node)
}

// Decode reads a YAML file into a struct, strictly: see Document.Decode.
// The error is Mistakes: all of them.
func Decode(src []byte, name string, into any) error {
	d, err := Parse(src, name)
	if err != nil {
		return err
	}
	d.Decode(d.Root, into)
	return d.Err()
}

// Decode reads n into the value that into points to, strictly. Structs take the
// keys of their yaml tags and no others; keys that are absent leave the field as
// it was, so defaults are set before. Fields may be structs, pointers, slices,
// maps with string keys, strings, truth values, numbers, *Node (kept as it is),
// and types with DecodeNode or UnmarshalText.
func (d *Document) Decode(n *Node, into any) {
	d.decode(n, reflect.ValueOf(into).Elem())
}

var nodeType = reflect.TypeFor[*Node]()

func (d *Document) decode(n *Node, v reflect.Value) {
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(n))
		return
	}
	switch u := v.Addr().Interface().(type) {
	case NodeDecoder:
		u.DecodeNode(d, n)
		return
	case encoding.TextUnmarshaler:
		if n.Kind == List || n.Kind == Map || n.Kind == Null {
			d.Bad(n, "found %s, want a single value", n.Kind)
		} else if err := u.UnmarshalText([]byte(n.Text)); err != nil {
			d.Bad(n, "%v", err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.decode(n, p.Elem())
		v.Set(p)
	case reflect.Struct:
		d.decodeStruct(n, v)
	case reflect.Slice:
		if d.Want(n, List) {
			v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
			for i, item := range n.Items {
				d.decode(item, v.Index(i))
			}
		}
	case reflect.Map:
		if d.Want(n, Map) {
			v.Set(reflect.MakeMap(v.Type()))
			for i, item := range n.Items {
				elem := reflect.New(v.Type().Elem()).Elem()
				d.decode(item, elem)
				v.SetMapIndex(reflect.ValueOf(n.Keys[i].Name), elem)
			}
		}
	default:
		d.decodeScalar(n, v)
	}
}

func (d *Document) decodeScalar(n *Node, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if d.Want(n, String) {
			v.SetString(n.Text)
		}
	case reflect.Bool:
		if d.want(n, "true or false", n.Kind == Bool) {
			v.SetBool(n.Value.(bool))
		}
	case reflect.Int, reflect.Int64:
		i, ok := whole(n.Value)
		if d.want(n, Int, ok && !v.OverflowInt(i)) {
			v.SetInt(i)
		}
	case reflect.Float64:
		f, ok := number(n.Value)
		if d.want(n, Float, ok) {
			v.SetFloat(f)
		}
	default:
		panic("strict: cannot decode YAML into " + v.Type().String())
	}
}

func (d *Document) decodeStruct(n *Node, v reflect.Value) {
	if !d.Want(n, Map) {
		return
	}
	var known []string
	fields := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(v.Type()) { // embedded ones too
		if key := f.Tag.Get("yaml"); key != "" {
			fields[key], known = f, append(known, key)
		}
	}
	for i, key := range n.Keys {
		if f, ok := fields[key.Name]; ok {
			d.decode(n.Items[i], v.FieldByIndex(f.Index))
			continue
		}
		text := fmt.Sprintf("%sunknown key %q", at(n.Path), key.Name)
		if s := Suggest(key.Name, known); s != "" {
			text += fmt.Sprintf(", did you mean %q?", s)
		}
		if len(known) > 0 {
			text += fmt.Sprintf(" (known: %s)", strings.Join(known, ", "))
		}
		d.BadAt(key.Line, key.Col, "%s", text)
	}
}

// Want notes what was found instead unless the value is of the kind.
func (d *Document) Want(n *Node, kind Kind) bool { return d.want(n, kind, n.Kind == kind) }

// want notes what was found instead unless ok.
func (d *Document) want(n *Node, kind Kind, ok bool) bool {
	if !ok {
		d.Bad(n, "found %s, want %s", n.Describe(), kind)
	}
	return ok
}

// Describe names the value for a message.
func (n *Node) Describe() string {
	if n.Kind == List && len(n.Items) == 0 {
		return "an empty list"
	}
	switch n.Kind {
	case List, Map, Null:
		return string(n.Kind)
	case String:
		return "the text " + quoteShort(n.Text)
	}
	return quoteShort(n.Text)
}

func quoteShort(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(strings.ToValidUTF8(s, "�"))
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}

// number accepts finite numbers only.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, !math.IsInf(v, 0) && !math.IsNaN(v)
	}
	return 0, false
}
