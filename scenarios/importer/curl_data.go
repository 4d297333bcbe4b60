package importer

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// curlData is the value of one data option.
type curlData struct {
	text   string
	joined bool   // to the one before, without & (--json)
	file   string // that the text is, unchanged; empty: none, or changed
}

// curlBody is what a command sends as its body.
type curlBody struct {
	sent    bool
	raw     []byte
	kind    string      // content type that curl gives it by itself
	draft   *draft.Body // instead of raw
	implied string      // content type that the draft has by itself
}

// longBody is the size from which a body that is a file stays one.
const longBody = 8 << 10

// addData collects a body as curl does: -d takes line breaks out of files,
// --data-binary does not, --data-raw knows no files.
func (c *curlCommand) addData(option, v string) error {
	c.json = c.json || option == "json"
	if option == "data-urlencode" {
		text, err := c.encoded(v)
		c.data = append(c.data, curlData{text: text})
		return err
	}
	d := curlData{text: v, joined: option == "json"}
	if name, ok := strings.CutPrefix(v, "@"); ok && option != "data-raw" {
		raw, err := c.read1(name)
		if err != nil {
			return err
		}
		if d.text = string(raw); option == "data" || option == "data-ascii" {
			d.text = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(d.text)
		}
		if d.text == string(raw) && name != "-" {
			d.file = name
		}
	}
	c.data = append(c.data, d)
	return nil
}

// encoded is the value of --data-urlencode and --url-query: content, =content,
// name=content, @file or name@file.
func (c *curlCommand) encoded(v string) (string, error) {
	at := strings.IndexAny(v, "=@")
	if at < 0 {
		return c.vault.Encode(v), nil
	}
	name, content := v[:at], v[at+1:]
	if v[at] == '@' {
		raw, err := c.read1(content)
		if err != nil {
			return "", err
		}
		content = string(raw)
	}
	if content = c.vault.Encode(content); name != "" {
		content = name + "=" + content
	}
	return content, nil
}

// addQuery is --url-query: as --data-urlencode, or +text as it is.
func (c *curlCommand) addQuery(v string) (err error) {
	if text, ok := strings.CutPrefix(v, "+"); ok {
		c.queries = append(c.queries, text)
		return nil
	}
	v, err = c.encoded(v)
	c.queries = append(c.queries, v)
	return err
}

// body is what the data options send.
func (c *curlCommand) body() (b curlBody, err error) {
	switch {
	case len(c.forms) > 0 && len(c.data) > 0, c.upload != "" && len(c.data)+len(c.forms) > 0:
		return b, errors.New("-d, -F and -T exclude one another")
	case c.head && len(c.data)+len(c.forms) > 0 && !c.get, c.head && c.upload != "":
		return b, errors.New("-I and a body exclude one another")
	case len(c.forms) > 0:
		b.sent = true
		if b.draft, b.kind, err = c.multipart(); b.kind == "" {
			b.implied = "multipart/form-data"
		}
		return b, err
	case c.upload != "":
		return c.uploaded()
	case len(c.data) == 0:
		return b, nil
	}
	b.sent = true
	for i, d := range c.data {
		if i > 0 && !d.joined {
			b.raw = append(b.raw, '&')
		}
		b.raw = append(b.raw, d.text...)
	}
	if b.kind = draft.FormMedia; c.json {
		b.kind = draft.JSONMedia
	}
	if len(c.data) == 1 && c.data[0].file != "" && (len(b.raw) > longBody || !utf8.Valid(b.raw)) && !c.get {
		b.draft, err = c.fileBody(c.data[0].file)
	}
	return b, c.writable(&b, err)
}

// writable refuses what the forms of bodies cannot say.
func (c *curlCommand) writable(b *curlBody, err error) error {
	if err != nil || b.draft != nil {
		return err
	}
	encoded, plain := c.vault.EncodedPlaces(string(b.raw))
	switch {
	case !encoded && !plain:
		return nil
	case !utf8.Valid(b.raw):
		return errors.New("bytes that are no text take no variables: write the body to a file, and give it as --data-binary @FILE")
	case encoded && plain && !c.get:
		return errors.New("variables both in -d and in --data-urlencode: a body takes them as they are, or percent-encoded; use one of both")
	}
	return nil
}

// uploaded is what -T sends.
func (c *curlCommand) uploaded() (b curlBody, err error) {
	if strings.ContainsAny(c.upload, "{}[]") && !c.noGlob {
		return b, errors.New("-T with {…} or […], of which curl makes several files: give one command for each")
	}
	b.sent = true
	if b.raw, err = c.read1(c.upload); err != nil {
		return b, err
	}
	if c.upload != "-" && c.upload != "." {
		b.draft, err = c.fileBody(c.upload)
	} else {
		c.note("curl sends what it reads from stdin in chunks; mlbench sends it with its length.")
	}
	return b, c.writable(&b, err)
}

// fileBody is a body that stays a file.
func (c *curlCommand) fileBody(file string) (*draft.Body, error) {
	at, err := draft.Beside(file, c.file)
	return &draft.Body{Form: "file", Value: at}, err
}

// read1 reads a file that the command sends; - is stdin, as far as it is known.
func (c *curlCommand) read1(file string) ([]byte, error) {
	if c.vault.HasPlaces(file) {
		return nil, fmt.Errorf("it sends the file %s, whose name is a variable: write the name", draft.Printable(c.vault.Shown(file)))
	}
	if file != "-" && file != "." {
		return readData(file)
	}
	switch in := c.stdin; {
	case in.text != nil:
		return []byte(*in.text), nil
	case in.file == "-" || in.file == "" && in.why == "":
		return nil, errors.New("it reads its data from stdin: name a file")
	case in.why != "":
		return nil, errors.New(in.why)
	}
	name := c.stdin.file
	c.stdin.file = ""
	return c.read1(name)
}

// readData reads a file that the command sends.
func readData(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it sends a file: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it sends %s, which is no file", file)
	case info.Size() > scenarios.MaxAdHocBody:
		return nil, fmt.Errorf("it sends %s of %d bytes, want at most %d MB", file, info.Size(), scenarios.MaxAdHocBody>>20)
	}
	return os.ReadFile(file)
}
