package scenarios

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// head is a request's first lines, without Content-Length.
type head struct {
	method string
	uri    string
	shown  string // uri without secrets, if it has any
	fields []targets.Field
}

// requestHead joins what scenario, target and flags say. Each replaces headers of
// the same name of the one before; what it gives several times is sent several
// times, and an empty value takes a header away.
func requestHead(r *Request, o *CompileOptions) (*head, error) {
	u, shown, err := requestURL(r.Path, o)
	if err != nil {
		return nil, err
	}
	h := &head{method: r.Method, uri: requestURI(u), shown: shown}
	if h.method == "" {
		h.method = http.MethodGet
		if r.Body != nil {
			h.method = http.MethodPost
		}
	}
	h.add("Host", hostOf(u))
	h.add("User-Agent", o.UserAgent)
	h.add("Accept", "*/*")
	if r.Body != nil {
		h.add("Content-Type", r.Body.kind)
	}
	own, err := o.values.expandHeaders(r.Headers)
	if err != nil {
		return nil, err
	}
	if r.Auth == Bearer && o.Token != "" {
		h.fields = append(h.fields, targets.Field{Name: "Authorization", Value: "Bearer " + string(o.Token), Secret: true})
	}
	h.fields = targets.Merge(h.fields, o.Target.Headers, own, o.Headers)
	for i, f := range h.fields {
		if err := f.Validate(); err != nil {
			return nil, err
		}
		if i > 0 && strings.EqualFold(f.Name, "host") {
			return nil, fmt.Errorf("header Host: given twice, HTTP/1.1 allows one")
		}
	}
	o.values.keep(h.fields)
	if h.fields[0].Value == "" {
		return nil, fmt.Errorf("header Host: want a value, HTTP/1.1 needs one")
	}
	return h, nil
}

// requestURL fills in the path; shown is its URI without secrets, if it has any.
func requestURL(path string, o *CompileOptions) (u *url.URL, shown string, err error) {
	filled, secret, err := o.values.expandPath(path, false)
	if err != nil {
		return nil, "", fmt.Errorf("path: %w", err)
	}
	if u, err = o.Target.Resolve(filled); err != nil {
		return u, "", err
	}
	if !secret {
		if plain := requestURI(u); targets.ShownURI(plain) != plain {
			shown = targets.ShownURI(plain)
		}
		return u, shown, nil
	}
	masked, _, err := o.values.expandPath(path, true)
	if err != nil {
		return nil, "", fmt.Errorf("path: %w", err)
	}
	v, err := o.Target.Resolve(masked)
	if err != nil {
		return nil, "", err
	}
	return u, targets.ShownURI(requestURI(v)), nil
}

// hostOf is the value of the header Host: without the zone of an IPv6 address,
// which means something on this machine only (RFC 6874 §4).
func hostOf(u *url.URL) string {
	zone, end := strings.IndexByte(u.Host, '%'), strings.LastIndexByte(u.Host, ']')
	if zone < 0 || end < zone {
		return u.Host
	}
	return u.Host[:zone] + u.Host[end:]
}

func (h *head) add(name, value string) {
	h.fields = append(h.fields, targets.Field{Name: name, Value: value})
}

// wire is the complete request, and where in it the body begins.
func (h *head) wire(body []byte, hasBody, redact bool) (wire []byte, at int) {
	wire = make([]byte, 0, 512+len(body))
	uri := h.uri
	if redact && h.shown != "" {
		uri = h.shown
	}
	wire = append(wire, h.method+" "+uri+" HTTP/1.1\r\n"...)
	for _, f := range h.fields {
		value := f.Value
		if redact {
			value = f.Shown()
		}
		if f.Value != "" || f.Empty {
			wire = append(wire, f.Name+": "+value+"\r\n"...)
		}
	}
	if hasBody || h.method == http.MethodPost || h.method == http.MethodPut || h.method == http.MethodPatch {
		wire = append(wire, "Content-Length: "...)
		wire = strconv.AppendInt(wire, int64(len(body)), 10)
		wire = append(wire, "\r\n"...)
	}
	wire = append(wire, "\r\n"...)
	return append(wire, body...), len(wire)
}

func requestURI(u *url.URL) string {
	// The path as it was written, if that is known: EscapedPath escapes more than
	// its author did.
	path := cmp.Or(u.RawPath, u.EscapedPath(), "/")
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	return path
}
