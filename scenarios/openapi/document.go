package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// ErrDocument is the sentinel of what is no OpenAPI document.
var ErrDocument = errors.New("no OpenAPI document")

// object is a JSON object; of nil, nothing is found.
type object map[string]any

// document is a whole one, in which references are looked up. What is of the
// wrong type counts as missing: documents in the field are not all valid, and
// most of what is wrong with them is of no interest here.
type document struct {
	root object
	err  error // the first reference that leads nowhere
}

// parse reads JSON or YAML.
func parse(raw []byte) (*document, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	var tree any
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if err := dec.Decode(&tree); err != nil {
			return nil, fmt.Errorf("%w: not readable as JSON: %w", ErrDocument, err)
		}
		tree = plainNumbers(tree)
	} else {
		doc, err := targets.ReadYAML(raw, "document")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDocument, err)
		}
		tree = doc.Root.Plain()
	}
	root, _ := tree.(map[string]any)
	d := &document{root: root}
	switch version := d.root.text("openapi"); {
	case d.root["swagger"] != nil:
		return nil, fmt.Errorf("%w of version 3: it is Swagger %v; convert it first", ErrDocument, d.root["swagger"])
	case version == "" && d.root["openapi"] == nil:
		return nil, fmt.Errorf("%w: it has no field openapi", ErrDocument)
	case !strings.HasPrefix(version, "3."):
		return nil, fmt.Errorf("%w of version 3: it says openapi: %v", ErrDocument, d.root["openapi"])
	}
	return d, nil
}

// plainNumbers makes int64 of whole numbers, else float64.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			return nil // out of range: as if it were not there
		}
		return f
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

// maxHops bounds references to references.
const maxHops = 32

// follow resolves the references that v may be.
func (d *document) follow(v any) object {
	o, _ := v.(map[string]any)
	for range maxHops {
		ref := object(o).text("$ref")
		if ref == "" {
			return o
		}
		o = d.lookup(ref)
	}
	d.bad("a reference that goes round in circles")
	return nil
}

// lookup finds what a reference within the document leads to.
func (d *document) lookup(ref string) object {
	pointer, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		d.bad("the reference %q leads out of the document; bundle it into one file first", ref)
		return nil
	}
	var at any = map[string]any(d.root)
	for key := range strings.SplitSeq(pointer, "/") {
		if plain, err := url.PathUnescape(key); err == nil {
			key = plain
		}
		key = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
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
	o, ok := at.(map[string]any)
	if !ok {
		d.bad("the reference %q leads nowhere", ref)
	}
	return o
}

func (d *document) bad(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrDocument, fmt.Sprintf(format, args...))
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
func (o object) number(key string) *float64 {
	var f float64
	switch v := o[key].(type) {
	case int64:
		f = float64(v)
	case float64:
		f = v
	default:
		return nil
	}
	return &f
}
