package targets

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets/strict"
)

// Field is one header.
type Field struct {
	Name, Value string
	Secret      bool // came from the environment: never shown
	Empty       bool // sent although it has no value, where an empty one takes a header away
}

// Shown is the value for the eyes of people: secrets are redacted.
func (f Field) Shown() string {
	if f.Secret || sensitive(f.Name) {
		return Secret(f.Value).String()
	}
	return f.Value
}

// secretQuery finds query parameters whose names promise a secret.
var secretQuery = regexp.MustCompile(`(?i)([?&][^=&#]*(?:key|token|secret|passw|auth|sig)[^=&#]*)=[^&#]*`)

// ShownURI is a URL, or the path and query of one, for the eyes of people: values
// of parameters whose names promise a secret are redacted.
func ShownURI(uri string) string { return secretQuery.ReplaceAllString(uri, "$1="+redacted) }

// ShownURL is a whole URL for the eyes of people: a password in it is hidden, too.
func ShownURL(u *url.URL) string { return ShownURI(u.Redacted()) }

// SecretsOf are the places, from and to, of what ShownURI redacts.
func SecretsOf(uri string) (places [][2]int) {
	for _, m := range secretQuery.FindAllStringSubmatchIndex(uri, -1) {
		places = append(places, [2]int{m[3] + 1, m[1]})
	}
	return places
}

// sensitive says whether headers of this name usually hold secrets.
func sensitive(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"authorization", "cookie", "token", "secret", "password", "key", "signature"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// ParseField reads a header as curl's -H takes it: "Name: value".
func ParseField(s string) (Field, error) {
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		// Not quoted in full: it may be a token that was pasted alone.
		const most = 10
		word, _, _ := strings.Cut(s, " ")
		if len(word) > most {
			word = word[:most] + "…"
		}
		return Field{}, fmt.Errorf(`header %q has no colon, want "Name: value"`, word)
	}
	f := Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}
	return f, f.Validate()
}

// framing are the headers that the client sets itself, or could not honour.
var framing = []string{"content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade"}

// Validate refuses what would break the request's framing: a line break in a
// header would be a header, or a request, of its own.
func (f Field) Validate() error {
	if !Token(f.Name) {
		return fmt.Errorf("header name %q: want letters, digits and !#$%%&'*+-.^_`|~", f.Name)
	}
	for i := range len(f.Value) {
		if c := f.Value[i]; (c < ' ' && c != '\t') || c == 0x7f {
			return fmt.Errorf("header %s: its value has a control character (0x%02x)", f.Name, c)
		}
	}
	if slices.Contains(framing, strings.ToLower(f.Name)) {
		return fmt.Errorf("header %s is set by mlbench itself; leave it out", f.Name)
	}
	if v := strings.ToLower(f.Value); strings.EqualFold(f.Name, "connection") && v != "close" && v != "keep-alive" {
		return fmt.Errorf("header Connection: found %q, want close or keep-alive", f.Value)
	}
	if strings.EqualFold(f.Name, "expect") && f.Value != "" && !strings.EqualFold(f.Value, "100-continue") {
		return fmt.Errorf("header Expect: found %q, want 100-continue", f.Value)
	}
	return nil
}

// Token says whether s is a token of HTTP (RFC 9110 §5.6.2): a method or a
// header's name.
func Token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// Headers reads a YAML mapping of header names to values, in its order. A list of
// values is a header that is sent several times; an empty one in it is sent, too.
type Headers []Field

// maxHeaders is more than servers take, and few enough to compare each with all.
const maxHeaders = 1000

// DecodeNode accepts any single values, and lists of them.
func (h *Headers) DecodeNode(d *strict.Document, n *strict.Node) {
	if !d.Want(n, strict.Map) {
		return
	}
	count := len(n.Keys)
	for _, item := range n.Items {
		count += len(item.Items)
	}
	if count > maxHeaders {
		d.Bad(n, "found %d headers, want at most %d", count, maxHeaders)
		return
	}
	for i, key := range n.Keys {
		values := []*strict.Node{n.Items[i]}
		listed := n.Items[i].Kind == strict.List
		if listed {
			values = n.Items[i].Items
		}
		if len(values) == 0 {
			d.Bad(n.Items[i], "found an empty list, want at least one value")
		}
		for _, item := range values {
			h.add(d, key.Name, item, listed)
		}
	}
}

func (h *Headers) add(d *strict.Document, name string, item *strict.Node, listed bool) {
	if item.Kind == strict.Map || item.Kind == strict.List || item.Kind == strict.Null {
		d.Bad(item, "found %s, want a single value", item.Kind)
		return
	}
	f := Field{Name: name, Value: item.Text, Empty: listed && item.Text == ""}
	if err := f.Validate(); err != nil {
		d.Bad(item, "%v", err)
	} else if err := CheckTemplate(f.Value); err != nil {
		d.Bad(item, "%v", err)
	}
	*h = append(*h, f)
}

// Merge joins layers of headers: those of a later layer replace all of the same
// name before, in their place. Within a layer a name may be there more than once.
func Merge(layers ...[]Field) []Field {
	var out []Field
	for _, layer := range layers {
		var joined []Field
		of := func(name string) func(Field) bool {
			return func(f Field) bool { return strings.EqualFold(f.Name, name) }
		}
		for i, old := range out {
			switch again := of(old.Name); {
			case !slices.ContainsFunc(layer, again):
				joined = append(joined, old)
			case !slices.ContainsFunc(out[:i], again):
				for _, f := range layer {
					if again(f) {
						joined = append(joined, f)
					}
				}
			}
		}
		for _, f := range layer {
			if !slices.ContainsFunc(out, of(f.Name)) {
				joined = append(joined, f)
			}
		}
		out = joined
	}
	return out
}

// CheckTemplate says what is wrong with the form of a template for Expand,
// whatever is set.
func CheckTemplate(s string) error {
	for _, err := range Pieces(s) {
		if err != nil {
			return err
		}
	}
	return nil
}

// expandHeaders fills in ${NAME} and marks what came from the environment as
// secret.
func expandHeaders(in []Field, lookup func(string) (string, bool)) ([]Field, error) {
	out := slices.Clone(in)
	for i, f := range in {
		value, err := Expand(f.Value, lookup)
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", f.Name, err)
		}
		out[i].Value, out[i].Secret = value, f.Secret || value != f.Value
		if err := out[i].Validate(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ErrNotSet is the sentinel of a variable that a template wants and that is not
// set.
var ErrNotSet = errors.New("not set")

// Expand replaces ${NAME} by the variable, ${NAME:-text} by the text when the
// variable is not set or empty, and $${ by a plain ${. A variable that is not
// set and has no default is an error.
func Expand(s string, lookup func(name string) (value string, set bool)) (string, error) {
	var out strings.Builder
	for p, err := range Filled(s, lookup) {
		if err != nil {
			return "", err
		}
		out.WriteString(p.Text)
	}
	return out.String(), nil
}

// Filled is Expand, piece by piece: those that have a Name are a variable's value, all
// others are the template's. An error ends it.
func Filled(s string, lookup func(name string) (value string, set bool)) iter.Seq2[piece, error] {
	return func(yield func(piece, error) bool) {
		for p, err := range Pieces(s) {
			if err == nil && p.Name != "" {
				switch value, set := lookup(p.Name); {
				case value != "":
					p = piece{Text: value, Name: p.Name}
				case set || p.Default:
					p = piece{Text: p.Text} // the default, if any
				default:
					err = fmt.Errorf("the environment variable %s is %w", p.Name, ErrNotSet)
				}
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// piece is a part of a template: plain text, or a variable.
type piece struct {
	Text    string // of a variable: its default
	Name    string // of a variable; empty: plain text
	Default bool   // the variable has one
}

// Pieces cuts a template for Expand; an error ends it.
func Pieces(s string) iter.Seq2[piece, error] {
	return func(yield func(piece, error) bool) {
		for {
			i := strings.Index(s, "${")
			switch {
			case i < 0:
				yield(piece{Text: s}, nil)
				return
			case i > 0 && s[i-1] == '$':
				if !yield(piece{Text: s[:i-1] + "${"}, nil) {
					return
				}
				s = s[i+2:]
				continue
			}
			ref, rest, ok := strings.Cut(s[i+2:], "}")
			p := piece{}
			p.Name, p.Text, p.Default = strings.Cut(ref, ":-")
			var err error
			if !ok {
				err = errors.New("${ without } (write $${ for a plain ${)")
			} else if !variable(p.Name) {
				err = fmt.Errorf("${%s}: want ${NAME} or ${NAME:-default} (write $${ for a plain ${)", p.Name)
			}
			if !yield(piece{Text: s[:i]}, nil) || !yield(p, err) || err != nil {
				return
			}
			s = rest
		}
	}
}

func variable(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != ""
}
