package scenarios

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// curlCommand is what a curl command line says, as far as it matters.
type curlCommand struct {
	method  string
	url     string
	headers []string // as given: "Name: value"
	data    []string // parts of a body
	forms   []curlForm
	user    bool // -u: with a name and password that are not kept
	json    bool
	get     bool // -G: data belongs to the query
	head    bool
	notes   []string
}

type curlForm struct {
	text   string // name=value, name=@file
	really bool   // --form-string: an @ is no file
}

// FromCurl makes a scenario of a pasted curl command line. Files that it sends
// are read. Secrets of its headers become variables of the environment.
func FromCurl(command string, o NewOptions) ([]byte, error) {
	words, err := curlWords(command)
	if err != nil {
		return nil, fmt.Errorf("curl command: %w", err)
	}
	c := &curlCommand{}
	if err := c.read(words); err != nil {
		return nil, fmt.Errorf("curl command: %w", err)
	}
	d := &draft{}
	r, origin, err := c.request(d, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("curl command: %w", err)
	}
	if o.Target == "" {
		o.Target = origin
	}
	o.Source = "curl command"
	d.about, d.requests = append([]string{"A starting point, made of a curl command."}, c.notes...), []draftRequest{r}
	return d.finish(o.withDefaults())
}

// request is the one that the command sends, and where to.
func (c *curlCommand) request(d *draft, o NewOptions) (r draftRequest, origin string, err error) {
	at := c.url
	if !strings.Contains(at, "://") {
		at = "http://" + at
	}
	u, err := url.Parse(at)
	switch {
	case c.url == "":
		return r, "", errors.New("it has no URL")
	case err != nil:
		return r, "", errors.New("its URL cannot be read")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return r, "", fmt.Errorf("scheme %q, want an http or https URL", u.Scheme)
	}
	body, contentType, err := c.body()
	if err != nil {
		return r, "", err
	}
	if c.get {
		u.RawQuery = strings.Trim(u.RawQuery+"&"+string(body), "&")
		body, contentType = nil, ""
	}
	if _, isJSON := readJSON(body); isJSON && strings.HasPrefix(string(body), "{") && contentType == formKind && !c.sets("content-type") {
		c.notes = append(c.notes, "curl sends -d as a form where no Content-Type is given, and so does this scenario; "+
			"if the service wants JSON, take the header Content-Type out and write json: instead of text:.")
	}
	x := exchange{method: c.verb(body), url: u, body: body, typed: true}
	if x.headers, err = c.fields(contentType); err != nil {
		return r, "", err
	}
	if u.User != nil || c.user {
		x.headers = append(x.headers, targets.Field{Name: "Authorization", Value: "Basic " + redactedText})
	}
	if !targets.Token(x.method) || x.method == "CONNECT" {
		return r, "", fmt.Errorf("method %q, want one such as GET or POST", x.method)
	}
	r = d.recorded([]exchange{x})
	if len(c.forms) > 0 {
		if r.body, err = c.multipart(&d.vault, o); err != nil {
			return r, "", err
		}
	}
	for _, h := range c.headers {
		if name, ok := strings.CutSuffix(strings.TrimSpace(h), ":"); ok && targets.Token(name) {
			r.setHeader(draftHeader{name: name}) // takes a default away, for curl as for us
		}
	}
	return r, u.Scheme + "://" + u.Host, nil
}

func (c *curlCommand) verb(body []byte) string {
	switch {
	case c.method != "":
		return c.method
	case c.head:
		return "HEAD"
	case body != nil || len(c.forms) > 0:
		return "POST"
	}
	return "GET"
}

// fields are the headers of the command, with those that its data implies.
func (c *curlCommand) fields(contentType string) ([]targets.Field, error) {
	var out []targets.Field
	for _, h := range c.headers {
		name, value, _ := strings.Cut(h, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case strings.HasPrefix(h, "@"):
			return nil, errors.New("-H @file: write the headers out")
		case value == "":
			continue
		case !targets.Token(name):
			return nil, errors.New(`-H: want "Name: value"`)
		case strings.EqualFold(name, "content-type"):
			contentType = ""
		}
		out = append(out, targets.Field{Name: name, Value: value})
	}
	if contentType != "" {
		out = append(out, targets.Field{Name: "Content-Type", Value: contentType})
	}
	if c.json {
		has := slices.ContainsFunc(out, func(f targets.Field) bool { return strings.EqualFold(f.Name, "accept") })
		if !has {
			out = append(out, targets.Field{Name: "Accept", Value: "application/json"})
		}
	}
	return out, nil
}

// body is what the data options send, and the content type that curl gives it.
func (c *curlCommand) body() ([]byte, string, error) {
	switch {
	case len(c.forms) > 0 && len(c.data) > 0:
		return nil, "", errors.New("-F and -d exclude one another")
	case c.json:
		return []byte(strings.Join(c.data, "")), "application/json", nil
	case len(c.data) > 0:
		return []byte(strings.Join(c.data, "&")), formKind, nil
	}
	return nil, "", nil
}

// sets says whether the command gives the header itself.
func (c *curlCommand) sets(name string) bool {
	return slices.ContainsFunc(c.headers, func(h string) bool {
		n, _, _ := strings.Cut(h, ":")
		return strings.EqualFold(strings.TrimSpace(n), name)
	})
}

// multipart are the parts of -F. Files stay files: they are named as seen from
// the scenario's folder.
func (c *curlCommand) multipart(v *vault, o NewOptions) (*draftBody, error) {
	body := pairs{}
	for _, f := range c.forms {
		name, value, ok := strings.Cut(f.text, "=")
		if !ok {
			return nil, errors.New("-F: want name=value or name=@file")
		}
		if quotable(name) != nil || strings.HasPrefix(name, "$") {
			return nil, errors.New("-F: want a name without quotes, and no $ first")
		}
		var part any = v.text(value)
		switch {
		case !f.really && strings.HasPrefix(value, "@"):
			var err error
			if part, err = filePart(value[1:], o); err != nil {
				return nil, err
			}
		case !f.really && strings.HasPrefix(value, "<"):
			raw, err := readData(value[1:])
			if err != nil {
				return nil, err
			}
			part = v.body(string(raw), "")
		case secretName(name) && value != "":
			part = v.ref(name)
		}
		at := slices.IndexFunc(body, func(p pair) bool { return p.key == name })
		if at < 0 {
			body = append(body, pair{key: name, value: []any{part}})
			continue
		}
		several, _ := body[at].value.([]any)
		body[at].value = append(several, part)
	}
	for i := range body {
		if one, _ := body[i].value.([]any); len(one) == 1 {
			body[i].value = one[0]
		}
	}
	return &draftBody{form: "multipart", value: body}, nil
}

// filePart is FILE, or FILE;type=image/png.
func filePart(value string, o NewOptions) (pairs, error) {
	file, options, _ := strings.Cut(value, ";")
	if _, err := readData(file); err != nil {
		return nil, err
	}
	if quotable(filepath.Base(file)) != nil {
		return nil, errors.New("-F: want a file's name without quotes")
	}
	if !filepath.IsAbs(file) {
		from, err1 := filepath.Abs(filepath.Dir(o.File))
		to, err2 := filepath.Abs(file)
		rel, err3 := filepath.Rel(from, to)
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		file = rel
	}
	part := pairs{{key: "file", value: filepath.ToSlash(file)}}
	if kind, typed := strings.CutPrefix(options, "type="); typed && strings.Contains(kind, "/") {
		part = append(part, pair{key: "type", value: kind})
	}
	return part, nil
}

// readData reads a file that the command sends.
func readData(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it sends a file: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it sends %s, which is no file", file)
	case info.Size() > maxAdHocBody:
		return nil, fmt.Errorf("it sends %s of %d bytes, want at most %d MB", file, info.Size(), maxAdHocBody>>20)
	}
	return os.ReadFile(file)
}
