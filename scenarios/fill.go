package scenarios

import (
	"bytes"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Steps that use captured values are prepared as far as they can be: the bytes
// with {{name}} in place, and where those are. The rest is done when the step is
// sent.

// hole is where a captured value goes in a prepared request.
type hole struct {
	from, to int // of the request's bytes, braces included
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

const lengthField = "\r\nContent-Length: "

// encodedReference is a reference after percent-encoding.
var encodedReference = regexp.MustCompile(`%7B%7B(?:\+|%20)*([A-Za-z_][A-Za-z0-9_]*)(?:\+|%20)*%7D%7D`)

// decodeReferences undoes the percent-encoding of references.
func decodeReferences(uri string) string {
	return encodedReference.ReplaceAllString(uri, "{{$1}}")
}

// filler completes one prepared request.
type filler struct {
	holes                []hole
	lengthFrom, lengthTo int // digits of Content-Length; none: both are body
	body                 int // where it begins
}

// fill is the function that completes a request of the class whose body begins at
// body; nil when it refers to nothing captured before.
func (c *requestClass) fill(wire []byte, body int) func(b, wire []byte, captured map[string]string) []byte {
	names, kind := c.captured, ""
	if len(names) == 0 {
		return nil
	}
	if c.Body != nil {
		kind = c.Body.kind
	}
	f := filler{body: body, lengthFrom: body, lengthTo: body}
	line := bytes.Index(wire, []byte("\r\n"))
	f.find(wire, 0, line, targetForm, reference, names)
	f.find(wire, line, body, plainForm, reference, names)
	switch kind {
	case "application/json":
		f.find(wire, body, len(wire), jsonForm, reference, names)
	case "application/x-www-form-urlencoded":
		f.find(wire, body, len(wire), formForm, encodedReference, names)
	default:
		f.find(wire, body, len(wire), plainForm, reference, names)
	}
	if len(f.holes) == 0 {
		return nil
	}
	// It is the last header, so that no value of another can be taken for it.
	if at := bytes.LastIndex(wire[:body], []byte(lengthField)); at >= 0 && body < len(wire) {
		f.lengthFrom = at + len(lengthField)
		f.lengthTo = body - len("\r\n\r\n")
	}
	return f.fill
}

// find notes the holes of wire[from:to].
func (f *filler) find(wire []byte, from, to int, as form, references *regexp.Regexp, names map[string]bool) {
	for _, m := range references.FindAllSubmatchIndex(wire[from:to], -1) {
		h := hole{from: from + m[0], to: from + m[1], name: string(wire[from+m[2] : from+m[3]]), form: as}
		if !names[h.name] {
			continue
		}
		if as == jsonForm && wholeString(wire, h.from, h.to) {
			h.from, h.to, h.form = h.from-1, h.to+1, wholeForm
		}
		f.holes = append(f.holes, h)
	}
}

// wholeString says whether wire[from:to] is a JSON string but for its quotes, and
// no key.
func wholeString(wire []byte, from, to int) bool {
	return wire[from-1] == '"' && wire[from-2] != '\\' && wire[to] == '"' && (to+1 == len(wire) || wire[to+1] != ':')
}

func (f *filler) fill(b, wire []byte, captured map[string]string) []byte {
	body := f.part(nil, wire, f.body, len(wire), captured)
	b = f.part(b, wire, 0, f.lengthFrom, captured)
	if f.lengthTo > f.lengthFrom {
		b = strconv.AppendInt(b, int64(len(body)), 10)
	}
	b = f.part(b, wire, f.lengthTo, f.body, captured)
	return append(b, body...)
}

// part appends wire[from:to], its holes filled.
func (f *filler) part(b, wire []byte, from, to int, captured map[string]string) []byte {
	for _, h := range f.holes {
		if h.from < from || h.to > to {
			continue
		}
		b = append(b, wire[from:h.from]...)
		b = append(b, h.form.write(captured[h.name])...)
		from = h.to
	}
	return append(b, wire[from:to]...)
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
