package scenarios

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// part is one part of a multipart body that is more than a plain value.
type part struct {
	JSON     *strict.Node `yaml:"json"`
	Text     *string      `yaml:"text"`
	Base64   *string      `yaml:"base64"`
	File     *string      `yaml:"file"`
	Filename string       `yaml:"filename"` // default: that of file
	Type     string       `yaml:"type"`     // content type; default by what it is; "": none is sent
}

// multipart is names and parts as HTML forms with files send them (RFC 7578).
func (v *validator) multipart(n *strict.Node) (kind string, t template) {
	if n.Kind != strict.Map {
		v.d.Bad(n, "found %s, want a mapping of names to values or parts", n.Describe())
		return "", nil
	}
	if len(n.Keys) == 0 {
		v.d.Bad(n, "no parts: want a mapping of names to values or parts")
	}
	var heads []string
	var contents []template
	for i, key := range n.Keys {
		if err := Quotable(key.Name); err != nil {
			v.d.BadAt(key.Line, key.Col, "part %q: %v", key.Name, err)
		}
		for _, item := range several(n.Items[i]) {
			head, content := v.part(item)
			heads = append(heads, `Content-Disposition: form-data; name="`+key.Name+`"`+head)
			contents = append(contents, content)
		}
	}
	boundary := boundaryOf(heads, contents)
	for i, head := range heads {
		t = append(t, piece{literal: []byte("--" + boundary + "\r\n" + head + "\r\n\r\n")})
		t = append(t, contents[i]...)
		t = append(t, piece{literal: []byte("\r\n")})
	}
	t = append(t, piece{literal: []byte("--" + boundary + "--\r\n")})
	return "multipart/form-data; boundary=" + boundary, t
}

// part is the rest of a part's head, and its content.
func (v *validator) part(n *strict.Node) (head string, content template) {
	if n.Kind != strict.Map || isGenerated(n) {
		return "", v.formValue(n, nil)
	}
	var p part
	v.d.Decode(n, &p)
	if !v.exactlyOne(n, "json", "text", "base64", "file") {
		return "", nil
	}
	kind, content := v.content(n, p.JSON, p.Text, p.Base64, p.File)
	if p.File != nil && n.Get("filename") == nil {
		p.Filename = filepath.Base(*p.File)
	}
	if err := Quotable(p.Filename); err != nil {
		v.d.Bad(cmp.Or(n.Get("filename"), n), "file name %q: %v", p.Filename, err)
	}
	if p.Filename != "" {
		head = `; filename="` + p.Filename + `"`
	}
	if n.Get("type") != nil {
		if kind = p.Type; kind == "" && n.Get("type").Kind == strict.String {
			return head, content
		}
		if err := (targets.Field{Name: "Content-Type", Value: kind}).Validate(); err != nil || !strings.Contains(kind, "/") {
			v.d.Bad(n.Get("type"), "found %q, want a content type such as image/png", kind)
		}
	}
	return head + "\r\nContent-Type: " + kind, content
}

// Quotable refuses names that servers read differently, as the standards do not
// agree on how to escape them.
func Quotable(name string) error {
	for _, c := range name {
		if c < ' ' || c == 0x7f || c == '"' || c == '\\' {
			return fmt.Errorf("want no quotes, backslashes and control characters")
		}
	}
	return nil
}

// boundaryOf is drawn from the content, so that the same scenario gives the same
// bytes, and is none of it.
func boundaryOf(heads []string, contents []template) string {
	sum := sha256.New()
	var all [][]byte
	for i, t := range contents {
		fmt.Fprintln(sum, heads[i])
		for _, p := range t {
			sum.Write(p.literal)
			all = append(all, p.literal)
		}
	}
	for {
		boundary := "mlbench-" + hex.EncodeToString(sum.Sum(nil))[:24]
		inside := false
		for _, b := range all {
			inside = inside || bytes.Contains(b, []byte(boundary))
		}
		if !inside {
			return boundary
		}
		sum.Write([]byte(boundary))
	}
}
