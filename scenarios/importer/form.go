package importer

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

// formPart is one part of a multipart body.
type formPart struct {
	name     string     // as it stands between the quotes
	text     string     // its content
	file     string     // that the content is; empty: none
	filename *string    // as it stands between the quotes; nil: none
	kind     string     // content type; empty: none
	files    []formPart // several, in a multipart of their own, instead
}

// multipart makes a body of parts. What the language cannot say (parts of one
// name that others come between, parts within parts, names with quotes) is a text
// that has the content type which is returned.
func (v *vault) multipart(parts []formPart, o Options) (b *draftBody, contentType string, err error) {
	if !sayable(parts) {
		return v.rawMultipart(parts)
	}
	body := example.Pairs{}
	for _, p := range parts {
		value, err := v.formPart(p, o)
		if err != nil {
			return nil, "", err
		}
		if last := len(body) - 1; last >= 0 && body[last].Key == p.name {
			several, _ := body[last].Value.([]any)
			body[last].Value = append(several, value)
			continue
		}
		body = append(body, example.Pair{Key: p.name, Value: []any{value}})
	}
	for i := range body {
		if one, _ := body[i].Value.([]any); len(one) == 1 {
			body[i].Value = one[0]
		}
	}
	return &draftBody{form: "multipart", value: body}, "", nil
}

// sayable says whether a mapping of names holds the parts in their order.
func sayable(parts []formPart) bool {
	seen := map[string]bool{}
	for i, p := range parts {
		if i > 0 && parts[i-1].name == p.name {
			continue
		}
		if seen[p.name] || scenarios.Quotable(p.name) != nil || strings.HasPrefix(p.name, "$") || !utf8.ValidString(p.name) {
			return false
		}
		seen[p.name] = true
	}
	return !slices.ContainsFunc(parts, func(p formPart) bool {
		return p.files != nil || p.filename != nil && (scenarios.Quotable(*p.filename) != nil || *p.filename == "" || !utf8.ValidString(*p.filename))
	})
}

func (v *vault) formPart(p formPart, o Options) (any, error) {
	var content example.Pair
	switch {
	case p.file != "":
		at, err := besideScenario(p.file, o)
		if err != nil {
			return nil, err
		}
		content = example.Pair{Key: "file", Value: at}
	default:
		b := v.textBody([]byte(p.text), "")
		if secretName(p.name) && p.text != "" && b.form == "text" && !v.hasPlaces(p.text) {
			b.value = v.ref(p.name)
		}
		if content = (example.Pair{Key: b.form, Value: b.value}); b.form == "text" && p.filename == nil && p.kind == "" {
			return b.value, nil
		}
	}
	part := example.Pairs{content}
	if p.filename != nil {
		part = append(part, example.Pair{Key: "filename", Value: *p.filename})
	}
	return append(part, example.Pair{Key: "type", Value: p.kind}), nil
}

// rawMultipart writes the parts as curl and browsers do.
func (v *vault) rawMultipart(parts []formPart) (*draftBody, string, error) {
	boundary := "mlbench-parts"
	within := func(p formPart) bool {
		return strings.Contains(p.text, boundary) || slices.ContainsFunc(p.files, func(f formPart) bool { return strings.Contains(f.text, boundary) })
	}
	for n := 0; slices.ContainsFunc(parts, within); n++ {
		boundary = fmt.Sprintf("mlbench-parts-%d", n)
	}
	var raw bytes.Buffer
	for _, p := range parts {
		fmt.Fprintf(&raw, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, p.name)
		if p.files == nil {
			p.write(&raw)
			continue
		}
		inner := boundary + "-files"
		fmt.Fprintf(&raw, "\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n", inner)
		for _, f := range p.files {
			fmt.Fprintf(&raw, "--%s\r\nContent-Disposition: attachment", inner)
			f.write(&raw)
		}
		fmt.Fprintf(&raw, "--%s--\r\n\r\n", inner)
	}
	fmt.Fprintf(&raw, "--%s--\r\n", boundary)
	if v.hasPlaces(raw.String()) && !utf8.Valid(raw.Bytes()) {
		return nil, "", errors.New("bytes that are no text take no variables: write their values")
	}
	const kind = "multipart/form-data"
	return v.textBody(raw.Bytes(), kind), kind + "; boundary=" + boundary, nil
}

// write is the rest of the part's head, and its content.
func (p *formPart) write(raw *bytes.Buffer) {
	if p.filename != nil {
		fmt.Fprintf(raw, "; filename=\"%s\"", *p.filename)
	}
	if p.kind != "" {
		fmt.Fprintf(raw, "\r\nContent-Type: %s", p.kind)
	}
	fmt.Fprintf(raw, "\r\n\r\n%s\r\n", p.text)
}

// recordedParts is for multipart bodies that are recorded part by part.
func (d *draft) recordedParts(r *draftRequest, distinct []exchange) {
	b, contentType, err := d.vault.multipart(distinct[0].parts, Options{})
	if err != nil {
		r.about = append(r.about, "The body is left out: "+err.Error()+".")
		return
	}
	if r.body = b; contentType != "" {
		r.headers = append(r.headers, draftHeader{name: "Content-Type", value: contentType})
	}
	if len(distinct) > 1 {
		b.about = append(b.about, fmt.Sprintf("The first of %d different bodies.", len(distinct)))
	}
	if slices.ContainsFunc(distinct[0].parts, func(p formPart) bool { return p.filename != nil && p.text == "" }) {
		b.about = append(b.about, "What a file holds may not be in the recording: name it with file: instead of text:.")
	}
}
