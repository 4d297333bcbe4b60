package scenarios

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
)

// Steps that use captured values are prepared as far as they can be: with {{name}}
// in place, and where those are. The rest is done when the step is sent.

// hole is where a captured value goes in a prepared text.
type hole struct {
	from, to int // braces included
	name     string
	form     form
}

// form is how a value is written.
type form int

const (
	plainForm  form = iota // headers, text bodies
	targetForm             // path and query: percent-encoded
	formForm               // urlencoded bodies
	jsonForm               // inside a JSON string
	wholeForm              // instead of a JSON string: the value as it was captured
)

// encodedReference is a reference after percent-encoding.
var encodedReference = regexp.MustCompile(`%7B%7B(?:\+|%20)*([A-Za-z_][A-Za-z0-9_]*)(?:\+|%20)*%7D%7D`)

// urlReference is a reference in a path or query, percent-encoded or not.
var urlReference = regexp.MustCompile(`(?:\{\{ *|%7B%7B(?:\+|%20)*)([A-Za-z_][A-Za-z0-9_]*)(?: *\}\}|(?:\+|%20)*%7D%7D)`)

// decodeReferences undoes the percent-encoding of references.
func decodeReferences(uri string) string {
	return encodedReference.ReplaceAllString(uri, "{{$1}}")
}

// filler completes one prepared request.
type filler struct {
	target, body []hole
	header       [][]hole // of each field
}

// fill is the function that completes a request of the class; nil when it refers
// to nothing captured before.
func (c *requestClass) fill(r *send.Request) func(send.Request, map[string]string) send.Request {
	if len(c.captured) == 0 {
		return nil
	}
	f := filler{target: c.holes(r.Target, targetForm, urlReference), header: make([][]hole, len(r.Header))}
	found := len(f.target)
	for i, field := range r.Header {
		f.header[i] = c.holes(field.Value, plainForm, reference)
		found += len(f.header[i])
	}
	if c.Body != nil {
		switch body := string(r.Body); c.Body.kind {
		case jsonKind:
			f.body = c.holes(body, jsonForm, reference)
		case formKind:
			f.body = c.holes(body, formForm, encodedReference)
		default:
			f.body = c.holes(body, plainForm, reference)
		}
	}
	if found += len(f.body); found == 0 {
		return nil
	}
	return f.fill
}

// holes are where the text refers to what was captured.
func (c *requestClass) holes(text string, as form, references *regexp.Regexp) (out []hole) {
	for _, m := range references.FindAllStringSubmatchIndex(text, -1) {
		h := hole{from: m[0], to: m[1], name: text[m[2]:m[3]], form: as}
		if !c.captured[h.name] {
			continue
		}
		if as == jsonForm && wholeString(text, h.from, h.to) {
			h.from, h.to, h.form = h.from-1, h.to+1, wholeForm
		}
		out = append(out, h)
	}
	return out
}

// wholeString says whether text[from:to] is a JSON string but for its quotes, and
// no key.
func wholeString(text string, from, to int) bool {
	before, after := text[:from], text[to:]
	return strings.HasSuffix(before, `"`) && !strings.HasSuffix(before, `\"`) && strings.HasPrefix(after, `"`) && !strings.HasPrefix(after, `":`)
}

func (f *filler) fill(r send.Request, captured map[string]string) send.Request {
	target, hidden := withValues(r.Target, f.target, r.HiddenTarget, captured)
	r.Target, r.HiddenTarget = string(target), hidden
	r.Header = slices.Clone(r.Header)
	for i, holes := range f.header {
		if len(holes) > 0 {
			value, _ := withValues(r.Header[i].Value, holes, nil, captured)
			r.Header[i].Value = string(value)
		}
	}
	if len(f.body) > 0 {
		r.Body, r.HiddenBody = withValues(r.Body, f.body, r.HiddenBody, captured)
	}
	return r
}

// withValues is the text with its holes filled, and where its secrets are then.
func withValues[T string | []byte](text T, holes []hole, hidden []send.Span, captured map[string]string) (out []byte, moved []send.Span) {
	from := 0
	moved = slices.Clone(hidden)
	for _, h := range holes {
		out = append(out, text[from:h.from]...)
		value := h.form.write(captured[h.name])
		out = append(out, value...)
		from = h.to
		for i, s := range hidden { // those behind it
			if s.From >= h.to {
				moved[i].From += len(value) - (h.to - h.from)
			}
			if s.To >= h.to {
				moved[i].To += len(value) - (h.to - h.from)
			}
		}
	}
	return append(out, text[from:]...), moved
}

// write is a captured value, given as JSON, in the form.
func (f form) write(coded string) string {
	text := plainText(coded)
	switch f {
	case targetForm:
		return percentEncode(text)
	case formForm:
		return url.QueryEscape(text)
	case jsonForm:
		quoted, _ := Marshal(text) // a string always encodes
		return string(quoted[1 : len(quoted)-1])
	case wholeForm:
		return coded
	}
	return text
}

// percentEncode leaves the characters that mean nothing anywhere in a path or
// query (RFC 3986 §2.3), so that a value can be neither a separator nor a path of
// its own.
func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			out.WriteByte('%')
			out.WriteByte(hex[c>>4])
			out.WriteByte(hex[c&15])
		}
	}
	return out.String()
}
