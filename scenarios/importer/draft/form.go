package draft

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
)

// Part is one part of a multipart body.
type Part struct {
	Name     string  // as it stands between the quotes
	Text     string  // its content
	File     string  // that the content is; empty: none
	Filename *string // as it stands between the quotes; nil: none
	Kind     string  // content type; empty: none
	Files    []Part  // several, in a multipart of their own, instead
}

// Multipart makes a body of parts. What the language cannot say (parts of one
// name that others come between, parts within parts, names with quotes) is a text
// that has the content type which is returned.
func (v *Vault) Multipart(parts []Part, o Options) (b *Body, contentType string, err error) {
	if !sayable(parts) {
		return v.rawMultipart(parts)
	}
	body := example.Pairs{}
	for _, p := range parts {
		value, err := v.formPart(p, o)
		if err != nil {
			return nil, "", err
		}
		if last := len(body) - 1; last >= 0 && body[last].Key == p.Name {
			several, _ := body[last].Value.([]any)
			body[last].Value = append(several, value)
			continue
		}
		body = append(body, example.Pair{Key: p.Name, Value: []any{value}})
	}
	for i := range body {
		if one, _ := body[i].Value.([]any); len(one) == 1 {
			body[i].Value = one[0]
		}
	}
	return &Body{Form: "multipart", Value: body}, "", nil
}

// sayable says whether a mapping of names holds the parts in their order.
func sayable(parts []Part) bool {
	seen := map[string]bool{}
	for i, p := range parts {
		if i > 0 && parts[i-1].Name == p.Name {
			continue
		}
		if seen[p.Name] || scenarios.Quotable(p.Name) != nil || strings.HasPrefix(p.Name, "$") || !utf8.ValidString(p.Name) {
			return false
		}
		seen[p.Name] = true
	}
	return !slices.ContainsFunc(parts, func(p Part) bool {
		return p.Files != nil || p.Filename != nil && (scenarios.Quotable(*p.Filename) != nil || *p.Filename == "" || !utf8.ValidString(*p.Filename))
	})
}

func (v *Vault) formPart(p Part, o Options) (any, error) {
	var content example.Pair
	switch {
	case p.File != "":
		at, err := Beside(p.File, o)
		if err != nil {
			return nil, err
		}
		content = example.Pair{Key: "file", Value: at}
	default:
		b := v.textBody([]byte(p.Text), "")
		if SecretName(p.Name) && p.Text != "" && b.Form == "text" && !v.HasPlaces(p.Text) {
			b.Value = v.Ref(p.Name)
		}
		if content = (example.Pair{Key: b.Form, Value: b.Value}); b.Form == "text" && p.Filename == nil && p.Kind == "" {
			return b.Value, nil
		}
	}
	part := example.Pairs{content}
	if p.Filename != nil {
		part = append(part, example.Pair{Key: "filename", Value: *p.Filename})
	}
	return append(part, example.Pair{Key: "type", Value: p.Kind}), nil
}

// rawMultipart writes the parts as curl and browsers do.
func (v *Vault) rawMultipart(parts []Part) (*Body, string, error) {
	boundary := "mlbench-parts"
	within := func(p Part) bool {
		return strings.Contains(p.Text, boundary) || slices.ContainsFunc(p.Files, func(f Part) bool { return strings.Contains(f.Text, boundary) })
	}
	for n := 0; slices.ContainsFunc(parts, within); n++ {
		boundary = fmt.Sprintf("mlbench-parts-%d", n)
	}
	var raw bytes.Buffer
	for _, p := range parts {
		fmt.Fprintf(&raw, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, p.Name)
		if p.Files == nil {
			p.write(&raw)
			continue
		}
		inner := boundary + "-files"
		fmt.Fprintf(&raw, "\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n", inner)
		for _, f := range p.Files {
			fmt.Fprintf(&raw, "--%s\r\nContent-Disposition: attachment", inner)
			f.write(&raw)
		}
		fmt.Fprintf(&raw, "--%s--\r\n\r\n", inner)
	}
	fmt.Fprintf(&raw, "--%s--\r\n", boundary)
	if v.HasPlaces(raw.String()) && !utf8.Valid(raw.Bytes()) {
		return nil, "", errors.New("bytes that are no text take no variables: write their values")
	}
	const kind = "multipart/form-data"
	return v.textBody(raw.Bytes(), kind), kind + "; boundary=" + boundary, nil
}

// write is the rest of the part's head, and its content.
func (p *Part) write(raw *bytes.Buffer) {
	if p.Filename != nil {
		fmt.Fprintf(raw, "; filename=\"%s\"", *p.Filename)
	}
	if p.Kind != "" {
		fmt.Fprintf(raw, "\r\nContent-Type: %s", p.Kind)
	}
	fmt.Fprintf(raw, "\r\n\r\n%s\r\n", p.Text)
}

// PartName says whether a part of a form may have the name.
func PartName(name string) bool {
	return name != "" && scenarios.Quotable(name) == nil && !strings.HasPrefix(name, "$") && utf8.ValidString(name) && !strings.Contains(name, "{{")
}
