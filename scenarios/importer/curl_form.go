package importer

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// curlForm is the value of one -F.
type curlForm struct {
	text   string // name=value, name=@file
	really bool   // --form-string: it is all value
}

// multipart are the parts of -F.
func (c *curlCommand) multipart() (*draft.Body, string, error) {
	var parts []draft.Part
	for _, f := range c.forms {
		name, value, ok := strings.Cut(f.text, "=")
		switch {
		case !ok:
			return nil, "", errors.New("-F: want name=value or name=@file")
		case c.vault.HasPlaces(name):
			return nil, "", errors.New("-F: a part whose name is a variable: write the name")
		case f.really:
			parts = append(parts, draft.Part{Name: c.quoted(name), Text: value})
			continue
		}
		more, err := c.formParts(name, value)
		if err != nil {
			return nil, "", err
		}
		parts = append(parts, more...)
	}
	for _, h := range c.headers { // another kind of multipart, which curl gives its boundary
		name, value, _ := strings.Cut(h, ":")
		value = strings.TrimSpace(value)
		if strings.EqualFold(strings.TrimSpace(name), "content-type") && value != "" && !strings.EqualFold(value, "multipart/form-data") {
			return nil, "", errors.New("-F with another Content-Type than multipart/form-data: a scenario's parts have that one")
		}
	}
	return c.vault.Multipart(parts, c.file)
}

// quoted escapes a name as curl does, or as it did and does with --form-escape.
func (c *curlCommand) quoted(name string) string {
	if c.escape {
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
	}
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)
}

// formParts reads value, @file,file or <file, each with ;type=, ;filename= and
// the like behind it.
func (c *curlCommand) formParts(name, value string) ([]draft.Part, error) {
	mark := value[:min(len(value), 1)]
	switch {
	case mark == "(" || name == "" && value == ")":
		return nil, errors.New("-F: parts within parts, =(…, cannot be said in a scenario")
	case mark == "@" || mark == "<":
		value = value[1:]
	default:
		mark = ""
	}
	var parts []draft.Part
	for {
		content, options, next := formValue(value, mark == "@")
		p := draft.Part{Name: c.quoted(name), Text: content}
		if err := c.formContent(&p, mark, content); err != nil {
			return nil, err
		}
		if err := c.formOptions(&p, mark, content, options); err != nil {
			return nil, err
		}
		parts = append(parts, p)
		if next == "" && len(parts) > 1 { // several files are one part of many
			return []draft.Part{{Name: c.quoted(name), Files: parts}}, nil
		}
		if next == "" {
			return parts, nil
		}
		value = next[1:]
	}
}

// formContent reads what a file's part needs of it.
func (c *curlCommand) formContent(p *draft.Part, mark, content string) error {
	if mark == "" {
		return nil
	}
	raw, err := c.read1(content)
	if err != nil {
		return err
	}
	p.Text = string(raw)
	if mark == "@" {
		name := c.quoted(filepath.Base(content))
		if content != "-" {
			p.File = content
		}
		p.Filename = &name
	}
	return nil
}

// formOptions are ;type=, ;filename= and the like.
func (c *curlCommand) formOptions(p *draft.Part, mark, content string, options []string) error {
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "type":
			p.Kind = value
		case "filename":
			value = c.quoted(value)
			p.Filename = &value
		default:
			return fmt.Errorf("-F: the option ;%s= of a part cannot be said in a scenario", draft.Printable(strings.TrimSpace(key)))
		}
	}
	if c.vault.HasPlaces(p.Kind) || p.Filename != nil && c.vault.HasPlaces(*p.Filename) {
		return errors.New("-F: a type or file name that is a variable: write it")
	}
	if p.Kind == "" && p.Filename != nil {
		// curl looks at the name in the request, then at the file's.
		if p.Kind = kindOfCurl(*p.Filename); p.Kind == "" && mark != "" {
			if p.Kind = kindOfCurl(content); p.Kind == "" && mark == "@" {
				p.Kind = draft.BytesMedia
			}
			if content == "-" && len(options) == 0 {
				p.Kind = ""
			}
		}
	}
	return nil
}

// kindOfCurl is the content type that curl guesses; empty: none.
func kindOfCurl(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".gif":
		return "image/gif"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain"
	case ".htm", ".html":
		return "text/html"
	case ".pdf":
		return "application/pdf"
	case ".xml":
		return "application/xml"
	}
	return ""
}

// formValue cuts content;option;option of its value, up to a comma where several
// files may be.
func formValue(value string, several bool) (content string, options []string, next string) {
	ends := ";"
	if several {
		ends = ",;"
	}
	content, rest := formWord(value, ends)
	for strings.HasPrefix(rest, ";") {
		var o string
		rest = strings.TrimLeft(rest[1:], " \t")
		key, _, _ := strings.Cut(rest, "=")
		switch strings.ToLower(key) {
		case "type": // its parameters belong to it
			o, rest = formType(rest, ends)
		case "filename", "headers", "encoder":
			o, rest = formWord(rest[min(len(key)+1, len(rest)):], ends)
			o = key + "=" + o
		default:
			_, rest = formWord(rest, ends) // curl drops it, with a warning
			continue
		}
		options = append(options, o)
	}
	return content, options, rest
}

// formType reads type=image/png;charset=x: what comes behind it and is no option
// of curl's is part of it.
func formType(s, ends string) (option, rest string) {
	value, rest := formWord(s[min(len("type="), len(s)):], ends)
	for strings.HasPrefix(rest, ";") {
		key, _, _ := strings.Cut(strings.TrimLeft(rest[1:], " \t"), "=")
		switch strings.ToLower(key) {
		case "type", "filename", "headers", "encoder":
			return "type=" + value, rest
		}
		var more string
		blanks := rest[:1+len(rest[1:])-len(strings.TrimLeft(rest[1:], " \t"))]
		more, rest = formWord(rest[len(blanks):], ends)
		value += blanks + more
	}
	return "type=" + value, rest
}

// formWord is a word up to one of the ends, or a quoted one.
func formWord(s, ends string) (word, rest string) {
	if strings.HasPrefix(s, `"`) {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
				i++
				b.WriteByte(s[i])
			case s[i] == '"':
				rest = strings.TrimLeft(s[i+1:], " \t")
				if rest == "" || strings.ContainsRune(ends, rune(rest[0])) {
					return b.String(), rest
				}
				i = len(s)
			default:
				b.WriteByte(s[i])
			}
		}
	}
	i := strings.IndexAny(s, ends)
	if i < 0 {
		i = len(s)
	}
	return strings.Trim(s[:i], " \t\r\n\v\f"), s[i:]
}
