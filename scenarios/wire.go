package scenarios

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// head is a request's first lines, without Content-Length.
type head struct {
	method string
	uri    string
	fields []targets.Field
}

// requestHead joins what scenario, target and flags say. Later ones replace
// headers of the same name; an empty value takes a header away.
func requestHead(r *Request, o *CompileOptions) (*head, error) {
	u, err := o.Target.Resolve(r.Path)
	if err != nil {
		return nil, err
	}
	h := &head{method: r.Method, uri: requestURI(u)}
	if h.method == "" {
		h.method = http.MethodGet
		if r.Body != nil {
			h.method = http.MethodPost
		}
	}
	h.set(targets.Field{Name: "Host", Value: u.Host})
	h.set(targets.Field{Name: "User-Agent", Value: o.UserAgent})
	h.set(targets.Field{Name: "Accept", Value: "*/*"})
	if r.Body != nil {
		h.set(targets.Field{Name: "Content-Type", Value: r.Body.kind})
	}
	own, err := targets.ExpandHeaders(r.Headers, o.lookup)
	if err != nil {
		return nil, err
	}
	if r.Auth == Bearer && o.Token != "" {
		h.set(targets.Field{Name: "Authorization", Value: "Bearer " + string(o.Token), Secret: true})
	}
	for _, fields := range [][]targets.Field{o.Target.Headers, own, o.Headers} {
		for _, f := range fields {
			h.set(f)
		}
	}
	for _, f := range h.fields {
		if err := f.Validate(); err != nil {
			return nil, err
		}
	}
	if h.fields[0].Value == "" {
		return nil, fmt.Errorf("header Host: want a value, HTTP/1.1 needs one")
	}
	return h, nil
}

// lookup reads the environment; for showing, any variable will do.
func (o *CompileOptions) lookup(name string) (string, bool) {
	v, ok := os.LookupEnv(name)
	if o.Redact && !ok {
		return "unset", true
	}
	return v, ok
}

func (h *head) set(f targets.Field) {
	for i := range h.fields {
		if strings.EqualFold(h.fields[i].Name, f.Name) {
			h.fields[i] = f
			return
		}
	}
	h.fields = append(h.fields, f)
}

// wire is the complete request, and where in it the body begins.
func (h *head) wire(body []byte, hasBody, redact bool) (wire []byte, at int) {
	wire = make([]byte, 0, 512+len(body))
	wire = append(wire, h.method+" "+h.uri+" HTTP/1.1\r\n"...)
	for _, f := range h.fields {
		value := f.Value
		if redact {
			value = f.Shown()
		}
		if f.Value != "" {
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
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	return path
}
