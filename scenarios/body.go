package scenarios

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// Body is a request's body, in one of its forms. ${NAME} is filled in within
// the strings of json, in text and in the values of forms, for variables that the
// scenario declares: what else a body says is sent as it is.
type Body struct {
	JSON      *strict.Node `yaml:"json"`      // any value; objects with one $key are generators
	Text      *string      `yaml:"text"`      // sent as it is
	Base64    *string      `yaml:"base64"`    // bytes
	File      *string      `yaml:"file"`      // path, relative to the scenario's file: its bytes
	Form      *strict.Node `yaml:"form"`      // names and values, percent-encoded
	Multipart *strict.Node `yaml:"multipart"` // names, and values or parts
	Compress  string       `yaml:"compress"`  // gzip, zstd or br; default as it is

	template template
	kind     string // content type
}

const (
	jsonKind  = "application/json"
	textKind  = "text/plain; charset=utf-8"
	bytesKind = "application/octet-stream"
	formKind  = "application/x-www-form-urlencoded"
)

// body compiles the body, so that its mistakes have positions.
func (v *validator) body(b *Body, n *strict.Node) {
	if b == nil || n.Kind != strict.Map || !v.exactlyOne(n, "json", "text", "base64", "file", "form", "multipart") {
		return
	}
	switch {
	case b.Form != nil:
		b.kind, b.template = formKind, v.form(b.Form)
	case b.Multipart != nil:
		b.kind, b.template = v.multipart(b.Multipart)
	default:
		b.kind, b.template = v.content(n, b.JSON, b.Text, b.Base64, b.File)
	}
	if at := n.Get("compress"); at != nil && at.Kind == strict.String {
		v.compressed(b, n, at)
	}
}

// compressed notes what cannot be written into a body when it is compressed.
func (v *validator) compressed(b *Body, n, at *strict.Node) {
	if _, err := targets.Encode(b.Compress, nil); err != nil {
		v.d.Bad(at, "%v", err)
	}
	b.template.walk(func(g generator) {
		if z, ok := g.(*zipfGen); ok && z.New > 0 {
			v.d.Bad(at, "a $zipf has new values, which are to be new in every request, and compressed bodies repeat: leave compress or new out")
		}
	})
	eachText(n, func(text *strict.Node) {
		for _, name := range references(text.Text) {
			v.d.Bad(text, "{{%s}}: a captured value has no place in a compressed body", name)
		}
	})
}

// Bytes are what a body without generators sends.
func (b *Body) Bytes() ([]byte, error) {
	if _, static := b.template.static(); !static {
		return nil, errors.New("a body with generators is another one each time")
	}
	w := writer{values: &values{}}
	b.template.render(&w)
	return w.buf, w.err
}

// bytes are those of the body that was rendered. Of a compressed one a secret may be
// anywhere.
func (b *Body) bytes(w *writer) ([]byte, error) {
	if b.Compress == "" {
		return append([]byte{}, w.buf...), nil
	}
	out, err := targets.Encode(b.Compress, w.buf)
	if len(w.hidden) > 0 {
		w.hidden = []send.Span{{From: 0, To: len(out)}}
	}
	return out, err
}

// exactlyOne says whether the mapping has exactly one of the keys.
func (v *validator) exactlyOne(n *strict.Node, keys ...string) bool {
	found := 0
	for _, key := range keys {
		if n.Get(key) != nil {
			found++
		}
	}
	if found != 1 {
		last := len(keys) - 1
		v.d.Bad(n, "found %d of %s and %s, want one", found, strings.Join(keys[:last], ", "), keys[last])
	}
	return found == 1
}

// content is what a body and a part of one may be. A value that could not be
// read has been noted, and is nil.
func (v *validator) content(n *strict.Node, value *strict.Node, text, encoded, file *string) (kind string, t template) {
	switch {
	case value != nil:
		v.jsonRefs(value)
		return jsonKind, v.template(value)
	case text != nil:
		return textKind, v.text(n.Get("text"), nil)
	case encoded != nil:
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(*encoded), ""))
		if err != nil {
			v.d.Bad(n.Get("base64"), "not base64: %v", err)
		}
		return bytesKind, literal(raw)
	case file != nil:
		raw := v.file(n.Get("file"), *file)
		return kindOfFile(*file, raw), literal(raw)
	}
	return "", nil
}

// text is a single value in which ${NAME}s are filled in, escaped like the rest.
func (v *validator) text(n *strict.Node, escape func(string) string) template {
	if !v.refs(n, n.Text) {
		return nil
	}
	text := n.Text
	if escape != nil {
		text = escapePlain(text, escape)
	}
	return template{newLiteral([]byte(text), escape)}
}

// form is names and values as HTML forms send them.
func (v *validator) form(n *strict.Node) (t template) {
	if n.Kind != strict.Map {
		v.d.Bad(n, "found %s, want a mapping of names to values", n.Describe())
		return nil
	}
	for i, key := range n.Keys {
		for _, item := range several(n.Items[i]) {
			if len(t) > 0 {
				t = append(t, piece{literal: []byte("&")})
			}
			t = append(t, piece{literal: []byte(url.QueryEscape(key.Name) + "=")})
			t = append(t, v.formValue(item, url.QueryEscape)...)
		}
	}
	return t
}

// several is the items of a list, or the value alone.
func several(n *strict.Node) []*strict.Node {
	if n.Kind == strict.List {
		return n.Items
	}
	return []*strict.Node{n}
}

// formValue is a single value, or what a generator makes.
func (v *validator) formValue(n *strict.Node, escape func(string) string) template {
	switch {
	case isGenerated(n):
		v.jsonRefs(n)
		return template{{gen: &plainGen{value: v.template(n), escape: escape}}}
	case n.Kind == strict.Null:
		v.d.Bad(n, `found nothing, want a value ("" is an empty one)`)
	case n.Kind == strict.Map, n.Kind == strict.List:
		v.d.Bad(n, "found %s, want a single value, a list of them, or a generator", n.Kind)
	default:
		return v.text(n, escape)
	}
	return nil
}

// plainGen is a generated JSON value as forms want it: a string without its
// quotes, anything else as its JSON.
type plainGen struct {
	value  template
	escape func(string) string // nil: none
}

func (g *plainGen) render(w *writer) {
	of := *w // whose places are its own
	of.buf, of.fresh, of.hidden = nil, nil, nil
	g.value.render(&of)
	w.hot, w.err = of.hot, of.err
	raw := string(of.buf)
	quoted := strings.HasPrefix(raw, `"`)
	plain := func(s string) string {
		if quoted {
			s = unquote(s)
		}
		if g.escape != nil {
			s = g.escape(s)
		}
		return s
	}
	from, to := 0, len(raw)
	if quoted {
		from, to = 1, len(raw)-1
	}
	until := func(at int) {
		w.buf = append(w.buf, plain(raw[from:at])...)
		from = at
	}
	// Digits that the engine overwrites stay as they are, and secrets are known as
	// such, wherever they come to stand.
	for len(of.fresh)+len(of.hidden) > 0 {
		if len(of.hidden) == 0 || len(of.fresh) > 0 && of.fresh[0] < of.hidden[0].From {
			until(of.fresh[0])
			w.fresh, of.fresh = append(w.fresh, len(w.buf)), of.fresh[1:]
			w.buf = append(w.buf, raw[from:from+send.FreshDigits]...)
			from += send.FreshDigits
			continue
		}
		until(of.hidden[0].From)
		begin := len(w.buf)
		until(of.hidden[0].To)
		w.hidden, of.hidden = append(w.hidden, send.Span{From: begin, To: len(w.buf)}), of.hidden[1:]
	}
	until(to)
}

// unquote undoes the escapes of a JSON string's inside.
func unquote(s string) string {
	var out string
	if err := json.Unmarshal([]byte(`"`+s+`"`), &out); err != nil {
		panic(fmt.Sprintf("scenarios: a generator made %q", s))
	}
	return out
}
