package importer

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
	jsonMedia  = "application/json"
	bytesMedia = "application/octet-stream"
	formMedia  = "application/x-www-form-urlencoded"
)

// importBody makes a body of recorded bytes, in a form of the language where that
// sends the same bytes, else as text or bytes. The content type is empty when it
// goes without saying: the form's own. Of loose bodies, JSON may be written with
// other spaces.
func (v *vault) importBody(raw []byte, contentType string, loose bool) (body *draftBody, header string) {
	plain, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	plain = strings.TrimSpace(plain)
	encoded, unencoded := v.encodedPlaces(string(raw))
	x, isJSON := any(nil), false
	if len(raw) > 0 && (plain == "" || strings.HasSuffix(plain, "json")) && !encoded {
		x, isJSON = readJSON(raw)
	}
	switch {
	case isJSON && !unencoded && (loose && scenarios.FindReference(string(raw)) == "" || (&draftBody{form: "json", value: (&vault{open: true}).value(x, "")}).exactly(raw)):
		if contentType == jsonMedia || plain == "" {
			contentType = ""
		}
		return &draftBody{form: "json", value: v.value(x, "")}, contentType
	case isJSON:
		b := v.textBody(raw, plain)
		if text, ok := b.value.(string); ok && b.form == "text" && text != "" {
			b.value = v.jsonText(string(raw))
		}
		if hint := vectorHint(x); hint != "" {
			b.about = append(b.about, strings.TrimSuffix(hint, ".")+", with json: instead of text:")
		}
		return b, contentType
	case plain == formMedia && !unencoded:
		if form := v.readForm(string(raw)); form != nil {
			if contentType == formMedia {
				contentType = ""
			}
			return &draftBody{form: "form", value: form}, contentType
		}
	}
	return v.textBody(raw, plain), contentType
}

// readForm is nil for what the language would send otherwise than it was: names
// that come again later, and other ways to escape.
func (v *vault) readForm(s string) example.Pairs {
	form, seen := example.Pairs{}, map[string]bool{}
	for part := range strings.SplitSeq(s, "&") {
		name, value, has := strings.Cut(part, "=")
		n, ok1 := unescapeQuery(name)
		x, ok2 := unescapeQuery(value)
		if !ok1 || !ok2 || !has || seen[n] || strings.HasPrefix(n, "$") || v.hasPlaces(n) {
			return nil
		}
		seen[n] = true
		form = append(form, example.Pair{Key: n, Value: x})
	}
	open := example.Pairs{}
	for _, p := range form {
		open = append(open, example.Pair{Key: p.Key, Value: (&vault{open: true}).text(p.Value.(string))})
	}
	if !(&draftBody{form: "form", value: open}).exactly([]byte(s)) {
		return nil
	}
	for i, p := range form {
		value, _ := p.Value.(string)
		if secretName(p.Key) && value != "" && !v.hasPlaces(value) {
			form[i].Value = v.ref(p.Key)
		} else {
			form[i].Value = v.text(value)
		}
	}
	return form
}

// jsonText takes secrets out of JSON as value does, and leaves every other byte.
func (v *vault) jsonText(raw string) string {
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
			return out.String() + v.text(raw[written:])
		}
		end := int(d.InputOffset())
		top := &stack[len(stack)-1]
		isKey := top.object && !top.value
		within := top.within
		if top.object && !isKey && secretName(top.name) {
			within = top.name
		}
		text, isText := t.(string)
		delim, _ := t.(json.Delim)
		switch start := written + strings.IndexByte(raw[written:end], '"'); {
		case isKey && isText:
			top.name = text
			out.WriteString(v.text(raw[written:start]) + v.keyText(raw[start:end]))
			top.value = true
		case isText && within != "" && text != "" && !v.hasPlaces(text):
			out.WriteString(raw[written:start] + `"` + v.ref(within) + `"`)
			top.value = false
		case delim == '{' || delim == '[':
			out.WriteString(raw[written:end])
			top.value = false
			stack = append(stack, level{object: delim == '{', within: within})
		case delim == '}' || delim == ']':
			out.WriteString(raw[written:end])
			stack = stack[:len(stack)-1]
		default:
			out.WriteString(v.text(raw[written:end]))
			top.value = false
		}
		written = end
	}
}

// keyText is a key as it is written, without secrets that show themselves.
func (v *vault) keyText(s string) string {
	return v.references(strings.ReplaceAll(secretForms.ReplaceAllString(s, redactedText), "${", "$${"))
}

// readJSON keeps the order of keys. It is false for what the language would not
// send as it was: numbers beyond float64 and keys that are there twice.
func readJSON(raw []byte) (any, bool) {
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

// vectorHint says how to replace recorded numbers by fresh ones, if there are
// any: a target that caches answers is not measured by sending one again.
func vectorHint(v any) string {
	object, ok := v.(example.Pairs)
	if !ok {
		return ""
	}
	for _, p := range object {
		rows, ok := p.Value.([]any)
		if !ok || len(rows) < 2 && !nested(rows) {
			continue
		}
		if n := numbersIn(rows); n > 0 {
			return "For fresh numbers in every request: " + example.Key(p.Key) + ": {$vector: {size: " + strconv.Itoa(n) + "}}"
		}
		if nested(rows) {
			if n := numbersIn(rows[0].([]any)); n > 0 {
				return "For fresh numbers in every request: " + example.Key(p.Key) +
					": {$matrix: {rows: " + strconv.Itoa(len(rows)) + ", cols: " + strconv.Itoa(n) + "}}"
			}
		}
	}
	return ""
}

func nested(rows []any) bool {
	if len(rows) == 0 {
		return false
	}
	_, ok := rows[0].([]any)
	return ok
}

// numbersIn is the length of a list of numbers, else 0.
func numbersIn(list []any) int {
	for _, v := range list {
		if _, ok := v.(json.Number); !ok {
			return 0
		}
	}
	return len(list)
}
