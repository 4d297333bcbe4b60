package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// importBody makes a body of recorded bytes. The content type is empty when it
// goes without saying: the form's own.
func (v *vault) importBody(raw []byte, contentType string) (body *draftBody, header string) {
	if len(raw) == 0 {
		return nil, ""
	}
	plain, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	plain = strings.TrimSpace(plain)
	if plain == "" || strings.HasSuffix(plain, "json") {
		if x, ok := readJSON(raw); ok {
			if contentType == jsonKind || plain == "" {
				contentType = ""
			}
			return &draftBody{form: "json", value: v.value(x, "")}, contentType
		}
	}
	if plain == formKind {
		if form := v.readForm(string(raw)); form != nil {
			if contentType == formKind {
				contentType = ""
			}
			return &draftBody{form: "form", value: form}, contentType
		}
	}
	if utf8.Valid(raw) {
		return &draftBody{form: "text", value: v.body(string(raw), plain)}, contentType
	}
	blind := vault{bytes: true}
	b := &draftBody{form: "base64", value: base64.StdEncoding.EncodeToString([]byte(blind.body(string(raw), plain)))}
	if blind.used {
		b.about = append(b.about, redactedText+" stands where secrets were: bytes take no variables.")
	}
	return b, contentType
}

// readForm is nil for what the language would send otherwise than it was: names
// that come again later, and other ways to escape.
func (v *vault) readForm(s string) pairs {
	form, seen := pairs{}, map[string]bool{}
	for part := range strings.SplitSeq(s, "&") {
		name, value, has := strings.Cut(part, "=")
		n, err1 := url.QueryUnescape(name)
		x, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil || !has || seen[n] || !utf8.ValidString(n+x) || strings.HasPrefix(n, "$") {
			return nil
		}
		seen[n] = true
		form = append(form, pair{key: n, value: x})
	}
	for i, p := range form {
		value, _ := p.value.(string)
		if form[i].value = v.text(value); secretName(p.key) && value != "" {
			form[i].value = v.ref(p.key)
		}
	}
	return form
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

// maxJSONDepth keeps what is written within the limits of YAML files.
const maxJSONDepth = 40

func readValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxJSONDepth {
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
	object, seen := pairs{}, map[string]bool{}
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
		object = append(object, pair{key: key, value: v})
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
	object, ok := v.(pairs)
	if !ok {
		return ""
	}
	for _, p := range object {
		rows, ok := p.value.([]any)
		if !ok || len(rows) < 2 && !nested(rows) {
			continue
		}
		if n := numbersIn(rows); n > 0 {
			return "For fresh numbers in every request: " + plainKey(p.key) + ": {$vector: {size: " + strconv.Itoa(n) + "}}"
		}
		if nested(rows) {
			if n := numbersIn(rows[0].([]any)); n > 0 {
				return "For fresh numbers in every request: " + plainKey(p.key) +
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
