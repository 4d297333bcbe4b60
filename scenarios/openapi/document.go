package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets/strict"
)

// errDocument is the sentinel of what is no OpenAPI document.
var errDocument = errors.New("no OpenAPI document")

// object is a JSON object; of nil, nothing is found.
type object map[string]any

// document is a whole one, in which references are looked up. What is of the
// wrong type counts as missing: documents in the field are not all valid, and
// most of what is wrong with them is of no interest here.
type document struct {
	root  object
	err   error // the first reference that leads nowhere, of the operation being read
	judge *judge
}

// parse reads JSON or YAML.
func parse(raw []byte) (*document, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	var tree any
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if err := dec.Decode(&tree); err != nil {
			return nil, fmt.Errorf("%w: not readable as JSON: %w", errDocument, err)
		}
		tree = plainNumbers(tree)
	} else {
		doc, err := strict.Parse(raw, "document")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDocument, err)
		}
		tree = doc.Root.Plain()
	}
	root, _ := tree.(map[string]any)
	d := &document{root: root, judge: &judge{root: root}}
	switch version := d.root.text("openapi"); {
	case d.root["swagger"] != nil:
		return nil, fmt.Errorf("%w of version 3: it is Swagger %v; convert it first", errDocument, d.root["swagger"])
	case version == "" && d.root["openapi"] == nil:
		return nil, fmt.Errorf("%w: it has no field openapi", errDocument)
	case !strings.HasPrefix(version, "3."):
		return nil, fmt.Errorf("%w of version 3: it says openapi: %v", errDocument, d.root["openapi"])
	}
	return d, nil
}

// plainNumbers makes int64 of whole numbers, else float64; what neither holds
// exactly stays as it is written.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return plainNumber(v)
	case map[string]any:
		for key, item := range v {
			v[key] = plainNumbers(item)
		}
	case []any:
		for i, item := range v {
			v[i] = plainNumbers(item)
		}
	}
	return v
}

func plainNumber(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil {
		return nil // out of range: as if it were not there
	}
	written, _ := new(big.Rat).SetString(string(n))
	shortest, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	if written == nil || written.Cmp(shortest) != 0 {
		return n
	}
	return f
}

// maxHops bounds references to references.
const maxHops = 32

// follow resolves the references that v may be. The place is a JSON pointer, of
// v and then of what it leads to.
func (d *document) follow(v any, at string) (object, string) {
	o, _ := v.(map[string]any)
	for range maxHops {
		ref := object(o).text("$ref")
		if ref == "" {
			return o, at
		}
		o, at = d.lookup(ref)
	}
	d.bad("a reference that goes round in circles")
	return nil, at
}

// plainKeys undoes the escapes of JSON pointers.
var plainKeys = strings.NewReplacer("~1", "/", "~0", "~")

// below is the pointer of a part.
func below(at string, keys ...string) string {
	for _, key := range keys {
		at += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	return at
}

// lookup finds what a reference within the document leads to.
func (d *document) lookup(ref string) (object, string) {
	pointer, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		d.bad("the reference %q leads out of the document; bundle it into one file first", ref)
		return nil, ""
	}
	var at any = map[string]any(d.root)
	place := ""
	for key := range strings.SplitSeq(pointer, "/") {
		if plain, err := url.PathUnescape(key); err == nil {
			key = plain
		}
		key = plainKeys.Replace(key)
		place = below(place, key)
		switch v := at.(type) {
		case map[string]any:
			at = v[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v) {
				i, v = 0, []any{nil}
			}
			at = v[i]
		default:
			at = nil
		}
	}
	if is, ok := at.(bool); ok && is {
		return object{}, place // the schema that takes all
	}
	o, ok := at.(map[string]any)
	if !ok {
		d.bad("the reference %q leads nowhere", ref)
	}
	return o, place
}

func (d *document) bad(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

func (o object) text(key string) string {
	s, _ := o[key].(string)
	return s
}

func (o object) flag(key string) bool {
	b, _ := o[key].(bool)
	return b
}

func (o object) object(key string) object {
	m, _ := o[key].(map[string]any)
	return m
}

func (o object) list(key string) []any {
	l, _ := o[key].([]any)
	return l
}

// number is nil where there is none.
func (o object) number(key string) *big.Rat {
	var written string
	switch v := o[key].(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case uint64:
		return new(big.Rat).SetFrac(new(big.Int).SetUint64(v), big.NewInt(1))
	case float64:
		written = strconv.FormatFloat(v, 'g', -1, 64) // as it was written: 0.1 is a tenth
	case json.Number:
		written = string(v)
	}
	r, ok := new(big.Rat).SetString(written)
	if !ok {
		return nil
	}
	return r
}
