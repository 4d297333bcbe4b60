package importer

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// harFile is what is read of a HAR file: the log of a browser's or a proxy's
// requests (HTTP Archive 1.2).
type harFile struct {
	Log *struct {
		Entries []harEntry `json:"entries"`
	} `json:"log"`
}

type harEntry struct {
	ResourceType string `json:"_resourceType"` // Chromium's: script, xhr, …
	Request      struct {
		Method   string       `json:"method"`
		URL      string       `json:"url"`
		Headers  []harPair    `json:"headers"`
		PostData *harPostData `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  int `json:"status"`
		Content struct {
			MimeType string `json:"mimeType"`
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPostData struct {
	MimeType string    `json:"mimeType"`
	Text     string    `json:"text"`
	Encoding string    `json:"encoding"` // base64: not in the standard, but written
	Params   []harPart `json:"params"`
}

// harPart is a value of a form; a nil file name is none.
type harPart struct {
	Name        string  `json:"name"`
	Value       string  `json:"value"`
	FileName    *string `json:"fileName"`
	ContentType string  `json:"contentType"`
}

// FromHAR makes a scenario of recorded traffic: entries of one method and path
// become a request, as heavy as they were frequent. Static files and secrets are
// left out.
func FromHAR(raw []byte, o Options) ([]byte, error) {
	var file harFile
	if err := json.Unmarshal(bytes.TrimPrefix(raw, []byte(draft.ByteOrderMark)), &file); err != nil {
		return nil, fmt.Errorf("%s: no HAR file: %w", o.Source, err)
	}
	if file.Log == nil {
		return nil, fmt.Errorf("%s: no HAR file: it has no log", o.Source)
	}
	d := &draft.Scenario{About: []string{
		fmt.Sprintf("A starting point, made of the %s of %s. Weights are how often each is there.",
			draft.Count(len(file.Log.Entries), "recorded request"), o.Source),
	}}
	var all []exchange
	skipped := map[string]int{}
	for i := range file.Log.Entries {
		e := &file.Log.Entries[i]
		if why := e.skip(); why != "" {
			skipped[why]++
			continue
		}
		x, err := e.exchange()
		if err != nil {
			return nil, fmt.Errorf("%s: entry %d: %w", o.Source, i+1, err)
		}
		all = append(all, x)
	}
	for _, why := range []string{harStatic, harPreflight, harSocket, harUnanswered} {
		if skipped[why] > 0 {
			d.Left = append(d.Left, draft.Count(skipped[why], why))
		}
	}
	traffic(d, all, &o)
	return d.Finish(o.WithDefaults())
}

// Why entries are left out.
const (
	harStatic     = "static file"
	harPreflight  = "CORS preflight or tunnel"
	harSocket     = "web socket or non-HTTP URL"
	harUnanswered = "entry without a method"
)

var (
	staticKinds = []string{"script", "stylesheet", "image", "font", "media", "manifest", "texttrack"}
	staticNames = []string{
		".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".avif",
		".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp4", ".webm", ".mp3", ".wasm", ".webmanifest",
	}
	staticTypes = []string{"image/", "font/", "video/", "audio/", "text/css", "text/javascript", "application/javascript", "application/font"}
)

func (e *harEntry) skip() string {
	u, err := parseRecorded(e.Request.URL)
	switch method := strings.ToUpper(e.Request.Method); {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || e.Response.Status == http.StatusSwitchingProtocols:
		return harSocket
	case method == "":
		return harUnanswered
	case method == http.MethodOptions || method == http.MethodConnect:
		return harPreflight
	case method != http.MethodGet && method != http.MethodHead:
		return ""
	case slices.Contains(staticKinds, e.ResourceType), slices.Contains(staticNames, strings.ToLower(path.Ext(u.Path))),
		slices.ContainsFunc(staticTypes, func(t string) bool { return strings.HasPrefix(e.Response.Content.MimeType, t) }):
		return harStatic
	}
	return ""
}

// parseRecorded reads a URL, which may have no scheme: http is meant.
func parseRecorded(at string) (*url.URL, error) {
	if _, _, ok := targets.CutScheme(at); !ok && !strings.HasPrefix(at, "/") && !opaque(at) {
		at = "http://" + at
	}
	return url.Parse(at)
}

// opaque URLs have no host: data:…, blob:…, about:blank. A host's port is a
// number.
func opaque(at string) bool {
	scheme, rest, ok := strings.Cut(at, ":")
	return ok && !strings.ContainsAny(scheme, "/?#.") && !(rest != "" && rest[0] >= '0' && rest[0] <= '9')
}

func (e *harEntry) exchange() (exchange, error) {
	x := exchange{method: strings.ToUpper(e.Request.Method), status: e.Response.Status}
	if !targets.Token(x.method) {
		return x, fmt.Errorf("found the method %q", e.Request.Method)
	}
	var err error
	if x.url, err = parseRecorded(e.Request.URL); err != nil {
		return x, err
	}
	for _, h := range e.Request.Headers {
		x.headers = append(x.headers, targets.Field{Name: h.Name, Value: h.Value})
	}
	if p := e.Request.PostData; p != nil {
		contentType := p.MimeType
		typed := slices.IndexFunc(x.headers, isContentType)
		if typed >= 0 {
			contentType = x.headers[typed].Value
		}
		switch {
		case p.multipart():
			x.parts = p.parts()
			x.headers = slices.DeleteFunc(x.headers, isContentType) // its boundary is another's
		case typed < 0 && contentType != "":
			x.headers = append(x.headers, targets.Field{Name: "Content-Type", Value: contentType})
			fallthrough
		default:
			x.body = p.bytes(contentType)
		}
	}
	if c := e.Response.Content; strings.Contains(c.MimeType, "json") {
		x.answer = []byte(c.Text)
		if c.Encoding == "base64" {
			x.answer, _ = base64.StdEncoding.DecodeString(c.Text)
		}
	}
	return x, nil
}

// multipart says whether the parts are recorded, and not the bytes.
func (p *harPostData) multipart() bool {
	return p.Text == "" && len(p.Params) > 0 && strings.HasPrefix(strings.ToLower(p.MimeType), "multipart/form-data")
}

func (p *harPostData) parts() []draft.Part {
	quoted := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A") // as browsers do
	var out []draft.Part
	for _, f := range p.Params {
		part := draft.Part{Name: quoted.Replace(f.Name), Text: f.Value, Kind: f.ContentType}
		if f.FileName != nil && *f.FileName != "" {
			name := quoted.Replace(*f.FileName)
			part.Filename, part.Kind = &name, cmp.Or(f.ContentType, draft.BytesMedia)
		}
		out = append(out, part)
	}
	return out
}

func (p *harPostData) bytes(contentType string) []byte {
	if p.Encoding == "base64" {
		if raw, err := base64.StdEncoding.DecodeString(p.Text); err == nil {
			return raw
		}
	}
	if p.Text != "" || len(p.Params) == 0 {
		if p.Text == "" {
			return nil // "" is written for no body, too
		}
		return encoded(p.Text, contentType)
	}
	form := make([]string, len(p.Params))
	for i, f := range p.Params {
		form[i] = url.QueryEscape(f.Name) + "=" + url.QueryEscape(f.Value)
	}
	return []byte(strings.Join(form, "&"))
}
