package predict

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// What a body may hold beyond what JSON says. The limits are far above those of
// any valid request, and far below what would make a refused one dear.
const (
	maxFields = 32 // of one object
	maxDepth  = 16 // of lists and objects
)

// SyntaxError says where a body stops being JSON.
type SyntaxError struct{ text string }

func (e *SyntaxError) Error() string { return "invalid JSON" + e.text }

var (
	errFields = fmt.Errorf("an object has more than %d fields", maxFields)
	errDepth  = fmt.Errorf("lists and objects are nested more than %d deep", maxDepth)
)

// ReadJSON reads a body as the generic value that its checks want: the fields of
// the outermost object, with numbers as they were sent (json.Number). There is
// one reading of a body: a key that an object has twice, also in another case,
// is refused, because decoders differ in which of the two they take.
//
// The work is bounded by what a valid request can hold. Of longer lists only the
// first item too many is kept, so that a check of their length still fails; of
// objects within the outermost one nothing is.
func ReadJSON(body []byte) (any, error) {
	if !json.Valid(body) {
		return nil, syntaxError(body)
	}
	r := jsonReader{text: string(body)}
	r.space()
	return r.value(0, true)
}

func syntaxError(body []byte) error {
	var unread json.RawMessage
	err := json.Unmarshal(body, &unread)
	var syntax *json.SyntaxError
	switch {
	case !errors.As(err, &syntax):
		return &SyntaxError{}
	case strings.HasPrefix(syntax.Error(), "unexpected end"):
		return &SyntaxError{": it ends too early"}
	case strings.HasSuffix(syntax.Error(), "after top-level value"):
		return &SyntaxError{": more than one value"}
	}
	return &SyntaxError{fmt.Sprintf(" at byte %d", syntax.Offset)}
}

// jsonReader walks over text that is known to be valid JSON.
type jsonReader struct {
	text string
	at   int
}

// keepItems is how many items of a list are kept, by how deep it lies.
func keepItems(depth int) int {
	switch depth {
	case 1: // features or samples
		return MaxSamples + 1
	case 2: // a sample
		return len(Features{}) + 1
	}
	return 0
}

// value reads the value that begins here. What is not to be kept is only walked
// over, and returned as nil.
func (r *jsonReader) value(depth int, keep bool) (any, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	switch r.text[r.at] {
	case '{':
		return r.object(depth, keep)
	case '[':
		return r.list(depth, keep)
	case '"':
		quoted := r.quoted()
		if !keep {
			return nil, nil
		}
		return unquote(quoted), nil
	}
	word := r.word()
	switch {
	case !keep, word == "null":
		return nil, nil
	case word == "true", word == "false":
		return word == "true", nil
	}
	return json.Number(word), nil
}

func (r *jsonReader) object(depth int, keep bool) (any, error) {
	var fields map[string]any
	if keep {
		fields = make(map[string]any, 2)
	}
	var keys [maxFields]string
	r.at++
	for n := 0; !r.ends('}'); n++ {
		if n == maxFields {
			return nil, errFields
		}
		keys[n] = unquote(r.quoted())
		for _, earlier := range keys[:n] {
			if strings.EqualFold(earlier, keys[n]) {
				return nil, fmt.Errorf("%s is given more than once", Excerpt(keys[n]))
			}
		}
		r.space()
		r.at++ // the colon
		r.space()
		v, err := r.value(depth+1, keep && depth == 0)
		if err != nil {
			return nil, err
		}
		if keep && depth == 0 {
			fields[keys[n]] = v
		}
	}
	return fields, nil
}

func (r *jsonReader) list(depth int, keep bool) (any, error) {
	most := 0
	var items []any
	if keep {
		most = keepItems(depth)
		items = make([]any, 0, min(most, len(Features{})+1))
	}
	r.at++
	for !r.ends(']') {
		v, err := r.value(depth+1, len(items) < most)
		if err != nil {
			return nil, err
		}
		if len(items) < most {
			items = append(items, v)
		}
	}
	return items, nil
}

// ends goes to the next item of a list or object, or behind its end.
func (r *jsonReader) ends(bracket byte) bool {
	r.space()
	switch r.text[r.at] {
	case bracket:
		r.at++
		return true
	case ',':
		r.at++
		r.space()
	}
	return false
}

func (r *jsonReader) space() {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\n' || r.text[r.at] == '\t' || r.text[r.at] == '\r') {
		r.at++
	}
}

// quoted is the string that begins here, in its quotation marks.
func (r *jsonReader) quoted() string {
	begin := r.at
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			r.at++
		}
	}
	r.at++
	return r.text[begin:r.at]
}

// word is the number, true, false or null that begins here.
func (r *jsonReader) word() string {
	begin := r.at
	for r.at < len(r.text) && !strings.ContainsRune(",]} \n\t\r", rune(r.text[r.at])) {
		r.at++
	}
	return r.text[begin:r.at]
}

func unquote(quoted string) string {
	inner := quoted[1 : len(quoted)-1]
	if strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner
	}
	var s string
	_ = json.Unmarshal([]byte(quoted), &s) // valid, as the whole body is
	return s
}

// Excerpt is the beginning of what a client sent, short enough to be sent back.
func Excerpt(s string) string {
	const most = 64 // characters
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}
