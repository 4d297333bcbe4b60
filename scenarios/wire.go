package scenarios

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
)

// prepare joins what scenario, target and flags say to a request without its body.
// Each replaces headers of the same name of the one before; what it gives several
// times is sent several times, and an empty value takes a header away.
func (c *requestClass) prepare(o *CompileOptions) (*send.Request, error) {
	r := &c.Request
	path := r.Path
	if c.step != nil {
		path = decodeReferences(path)
	}
	u, hidden, err := requestURL(path, o)
	if err != nil {
		return nil, err
	}
	out := &send.Request{Method: cmp.Or(r.Method, http.MethodGet), Target: requestURI(u), HiddenTarget: hidden}
	fields := []targets.Field{{Name: "Host", Value: hostOf(u)}, {Name: "User-Agent", Value: o.UserAgent}, {Name: "Accept", Value: "*/*"}}
	if r.Body != nil {
		out.Method = cmp.Or(r.Method, http.MethodPost)
		fields = append(fields, targets.Field{Name: "Content-Type", Value: r.Body.kind})
	}
	own, err := o.values.expandHeaders(r.Headers)
	if err != nil {
		return nil, err
	}
	if r.Auth == Bearer && o.Token != "" {
		fields = append(fields, targets.Field{Name: "Authorization", Value: "Bearer " + string(o.Token), Secret: true})
	}
	fields = targets.Merge(fields, o.Target.Headers, own, o.Headers)
	for i, f := range fields {
		if err := f.Validate(); err != nil {
			return nil, err
		}
		if i > 0 && strings.EqualFold(f.Name, "host") {
			return nil, fmt.Errorf("header Host: given twice, HTTP/1.1 allows one")
		}
		if f.Value != "" || f.Empty {
			out.Header = append(out.Header, send.Field{Name: f.Name, Value: f.Value, Hidden: f.Shown() != f.Value})
		}
	}
	o.values.keep(fields)
	if fields[0].Value == "" {
		return nil, fmt.Errorf("header Host: want a value, HTTP/1.1 needs one")
	}
	return out, nil
}

// requestURL fills in the path; hidden is where its URI has secrets: those of
// variables, or else what the names of parameters promise to be one.
func requestURL(path string, o *CompileOptions) (u *url.URL, hidden []send.Span, err error) {
	filled, hidden, err := o.values.expandPath(path)
	if err != nil {
		return nil, nil, fmt.Errorf("path: %w", err)
	}
	if u, err = o.Target.Resolve(filled); err != nil {
		return u, nil, err
	}
	uri := requestURI(u)
	hidden = shifted(hidden, len(strings.TrimSuffix(o.Target.URL.EscapedPath(), "/")))
	for _, s := range targets.SecretsOf(uri) {
		hidden = slices.DeleteFunc(hidden, func(h send.Span) bool { return h.From >= s[0] && h.To <= s[1] })
		hidden = append(hidden, send.Span{From: s[0], To: s[1]})
	}
	slices.SortFunc(hidden, func(a, b send.Span) int { return a.From - b.From })
	return u, hidden, nil
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

func requestURI(u *url.URL) string {
	// The path as it was written, if that is known: EscapedPath escapes more than
	// its author did.
	path := cmp.Or(u.RawPath, u.EscapedPath(), "/")
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	return path
}
