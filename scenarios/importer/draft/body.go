package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
)

// Content types that bodies have by themselves.
const (
	JSONMedia  = "application/json"
	BytesMedia = "application/octet-stream"
	FormMedia  = "application/x-www-form-urlencoded"
)

// ImportBody makes a body of recorded bytes, in a form of the language where that
// sends the same bytes, else as text or bytes. The content type is empty when it
// goes without saying: the form's own. Of loose bodies, JSON may be written with
// other spaces.
func (v *Vault) ImportBody(raw []byte, contentType string, loose bool) (body *Body, header string) {
	plain, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	plain = strings.TrimSpace(plain)
	encoded, unencoded := v.EncodedPlaces(string(raw))
	x, isJSON := any(nil), false
	if len(raw) > 0 && (plain == "" || strings.HasSuffix(plain, "json")) && !encoded {
		x, isJSON = ReadJSON(raw)
	}
	switch {
	case isJSON && !unencoded && (loose && scenarios.FindReference(string(raw)) == "" || (&Body{Form: "json", Value: (&Vault{Open: true}).Value(x, "")}).Exactly(raw)):
		if contentType == JSONMedia || plain == "" {
			contentType = ""
		}
		return &Body{Form: "json", Value: v.Value(x, "")}, contentType
	case isJSON:
		b := v.textBody(raw, plain)
		if text, ok := b.Value.(string); ok && b.Form == "text" && text != "" {
			b.Value = v.jsonText(string(raw))
		}
		if hint := VectorHint(x); hint != "" {
			b.About = append(b.About, strings.TrimSuffix(hint, ".")+", with json: instead of text:")
		}
		return b, contentType
	case plain == FormMedia && !unencoded:
		if form := v.readForm(string(raw)); form != nil {
			if contentType == FormMedia {
				contentType = ""
			}
			return &Body{Form: "form", Value: form}, contentType
		}
	}
	return v.textBody(raw, plain), contentType
}

// readForm is nil for what the language would send otherwise than it was: names
// that come again later, and other ways to escape.
func (v *Vault) readForm(s string) example.Pairs {
	form, seen := example.Pairs{}, map[string]bool{}
	for part := range strings.SplitSeq(s, "&") {
		name, value, has := strings.Cut(part, "=")
		n, ok1 := UnescapeQuery(name)
		x, ok2 := UnescapeQuery(value)
		if !ok1 || !ok2 || !has || seen[n] || strings.HasPrefix(n, "$") || v.HasPlaces(n) {
			return nil
		}
		seen[n] = true
		form = append(form, example.Pair{Key: n, Value: x})
	}
	open := example.Pairs{}
	for _, p := range form {
		open = append(open, example.Pair{Key: p.Key, Value: (&Vault{Open: true}).Text(p.Value.(string))})
	}
	if !(&Body{Form: "form", Value: open}).Exactly([]byte(s)) {
		return nil
	}
	for i, p := range form {
		value, _ := p.Value.(string)
		if SecretName(p.Key) && value != "" && !v.HasPlaces(value) {
			form[i].Value = v.RefOf(p.Key, value)
		} else {
			form[i].Value = v.Text(value)
		}
	}
	return form
}

// jsonText takes secrets out of JSON as value does, and leaves every other byte.
func (v *Vault) jsonText(raw string) string {
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	type level struct {
		object, value bool   // in an object: after a key
		name, within  string // key; secret that all of it is part of
	}
	var out strings.Builder
	stack, written := []level{{}}, 0
	for {
		t, err := d.Token()
		if err != nil {
			return out.String() + v.Text(raw[written:])
		}
		end := int(d.InputOffset())
		top := &stack[len(stack)-1]
		isKey := top.object && !top.value
		within := top.within
		if top.object && !isKey && SecretName(top.name) {
			within = top.name
		}
		text, isText := t.(string)
		delim, _ := t.(json.Delim)
		switch start := written + strings.IndexByte(raw[written:end], '"'); {
		case isKey && isText:
			top.name = text
			out.WriteString(v.Text(raw[written:start]) + v.keyText(raw[start:end]))
			top.value = true
		case isText && within != "" && text != "" && !v.HasPlaces(text):
			out.WriteString(raw[written:start] + `"` + v.Ref(within) + `"`)
			top.value = false
		case delim == '{' || delim == '[':
			out.WriteString(raw[written:end])
			top.value = false
			stack = append(stack, level{object: delim == '{', within: within})
		case delim == '}' || delim == ']':
			out.WriteString(raw[written:end])
			stack = stack[:len(stack)-1]
		default:
			out.WriteString(v.Text(raw[written:end]))
			top.value = false
		}
		written = end
	}
}

// keyText is a key as it is written, without secrets that show themselves.
func (v *Vault) keyText(s string) string {
	return v.references(strings.ReplaceAll(SecretForms.ReplaceAllString(s, RedactedText), "${", "$${"))
}

// ReadJSON keeps the order of keys. It is false for what the language would not
// send as it was: numbers beyond float64 and keys that are there twice.
func ReadJSON(raw []byte) (any, bool) {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := readValue(d, 0)
	if err != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	return v, true
}

var errUnfaithful = errors.New("not to be kept as it is")

func readValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > example.MaxDepth {
		return nil, errUnfaithful
	}
	switch t := t.(type) {
	case json.Number:
		return faithful(t)
	case json.Delim:
		if t == '[' {
			return readList(d, depth)
		}
		return readObject(d, depth)
	}
	return t, nil
}

func readList(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

func readObject(d *json.Decoder, depth int) (any, error) {
	object, seen := example.Pairs{}, map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if seen[key] {
			return nil, errUnfaithful
		}
		seen[key] = true
		v, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		object = append(object, example.Pair{Key: key, Value: v})
	}
	_, err := d.Token()
	return object, err
}

// faithful refuses numbers that would not survive as int64 or float64.
func faithful(n json.Number) (any, error) {
	s := string(n)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, errUnfaithful
	}
	if !strings.ContainsAny(s, ".eE") {
		if i, err := strconv.ParseInt(s, 10, 64); err != nil || s != strconv.FormatInt(i, 10) {
			return nil, errUnfaithful
		}
		return n, nil
	}
	if !strings.ContainsAny(s, "eE") {
		return n, nil
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), nil
}

// Exactly says whether a scenario with the body sends just these bytes.
func (b *Body) Exactly(raw []byte) bool {
	w := Writer{}
	w.Line(0, "requests:")
	w.Line(2, "- name: a")
	w.Body(4, b)
	sc, err := scenarios.Parse(w.Buf.Bytes(), "a.yaml", "/")
	if err != nil {
		return false
	}
	sent, err := sc.Requests[0].Body.Bytes()
	return err == nil && string(sent) == string(raw)
}
