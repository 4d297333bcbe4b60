package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// head is what the requests of a class say before their bodies.
type head struct {
	of     *requestClass
	o      *CompileOptions
	base   send.Request // without what varies
	uri    template     // path and query
	fields []headField  // those that vary
}

// headField is a field of the base's whose value is another in each request.
type headField struct {
	at    int
	value template
	node  *strict.Node
}

// prepare joins what scenario, target and flags say to a request without its body.
// Each replaces headers of the same name of the one before; what it gives several
// times is sent several times, and an empty value takes a header away.
func (c *requestClass) prepare(o *CompileOptions) (*head, error) {
	r := &c.Request
	out := &head{of: c, o: o, uri: c.uri(), base: send.Request{Method: cmp.Or(r.Method, http.MethodGet)}}
	if !out.uri.varies() {
		if err := out.target(&writer{values: o.values}, &out.base); err != nil {
			return nil, err
		}
	}
	host := targets.Field{Name: "Host", Value: hostOf(o.Target.URL)}
	fields := []targets.Field{host, {Name: "User-Agent", Value: o.UserAgent}, {Name: "Accept", Value: "*/*"}}
	if r.Body != nil {
		out.base.Method, out.base.Chunked = cmp.Or(r.Method, http.MethodPost), r.Chunked
		fields = append(fields, targets.Field{Name: "Content-Type", Value: r.Body.kind})
		if r.Body.Compress != "" {
			fields = append(fields, targets.Field{Name: "Content-Encoding", Value: r.Body.Compress})
		}
	}
	own, err := o.values.expandHeaders(r.Headers)
	if err != nil {
		return nil, err
	}
	if r.Auth == Bearer && o.Token != "" && !o.eachLogsIn() {
		fields = append(fields, targets.Field{Name: "Authorization", Value: "Bearer " + string(o.Token), Secret: true})
	}
	fields = targets.Merge(fields, o.Target.Headers, own, o.Headers)
	var fixed []targets.Field
	turn := map[string]int{} // of the scenario's headers of one name, the next
	for i, f := range fields {
		if err := f.Validate(); err != nil {
			return nil, err
		}
		if i > 0 && strings.EqualFold(f.Name, "host") {
			return nil, fmt.Errorf("header Host: given twice, HTTP/1.1 allows one")
		}
		if r.Body == nil && strings.EqualFold(f.Name, "expect") {
			continue // of the target's or a flag's: there is nothing to wait for
		}
		if value, node := c.varying(f.Name, turn, o); value != nil {
			out.fields = append(out.fields, headField{len(out.base.Header), value, node})
		} else if fixed = append(fixed, f); f.Value == "" && !f.Empty {
			continue
		}
		out.base.Header = append(out.base.Header, send.Field{Name: f.Name, Value: f.Value, Hidden: f.Shown() != f.Value})
	}
	o.values.keep(fixed)
	if fields[0].Value == "" {
		return nil, errNoHost
	}
	return out, nil
}

var errNoHost = errors.New("header Host: want a value, HTTP/1.1 needs one")

// varying is the value of the scenario's next header of a name, if it varies and
// no flag replaces it.
func (c *requestClass) varying(name string, turn map[string]int, o *CompileOptions) (template, *strict.Node) {
	same := func(other string) bool { return strings.EqualFold(other, name) }
	if slices.ContainsFunc(o.Headers, func(f targets.Field) bool { return same(f.Name) }) {
		return nil, nil
	}
	n := turn[strings.ToLower(name)]
	turn[strings.ToLower(name)]++
	for i := range c.Headers {
		if h := &c.Headers[i]; same(h.Name) {
			if n == 0 {
				return h.value, h.node
			}
			n--
		}
	}
	return nil, nil
}

// uri is path and query of a class's requests, after the target's.
func (c *requestClass) uri() (t template) {
	text := c.Path
	if c.step != nil {
		text = decodeReferences(text)
	}
	path, query, asks := strings.Cut(text, "?")
	t = c.withValues(path, url.PathEscape)
	if asks {
		t = append(t, piece{literal: []byte("?")})
		t = append(t, c.withValues(query, url.QueryEscape)...)
	}
	for _, p := range c.Query {
		switch {
		case !asks:
			t = append(t, piece{literal: []byte("?")})
		case query != "" && !strings.HasSuffix(query, "&"):
			t = append(t, piece{literal: []byte("&")})
		}
		t, asks, query = append(t, p.value...), true, "x"
	}
	return t
}

// withValues is a text of the path, with its params and ${NAME}s.
func (c *requestClass) withValues(text string, escape func(string) string) (t template) {
	from := 0
	literal := func(to int) {
		if to > from {
			t = append(t, newLiteral([]byte(text[from:to]), escape))
		}
	}
	c.eachParameter(text, func(at, to int, p *parameter) {
		literal(at)
		t, from = append(t, p.value...), to
	})
	literal(len(text))
	return t
}

// varies says whether there are generators in it.
func (t template) varies() bool {
	return slices.ContainsFunc(t, func(p piece) bool { return p.gen != nil })
}

// request is the next one, still without its body.
func (h *head) request(w *writer) (send.Request, error) {
	out := h.base
	if h.uri.varies() {
		if err := h.target(w, &out); err != nil {
			return out, err
		}
	}
	if len(h.fields) > 0 {
		out.Header = slices.Clone(h.base.Header)
	}
	for _, f := range h.fields {
		if err := h.field(w, &out.Header[f.at], f.value); err != nil {
			return out, placed(f.node, err)
		}
	}
	return out, nil
}

// size is how much of a request is its own, before its body.
func (h *head) size(r *send.Request) int {
	n := 0
	if h.uri.varies() {
		n += len(r.Target)
	}
	for _, f := range h.fields {
		n += len(r.Header[f.at].Value)
	}
	return n
}

// field renders a header. Its value is not quoted in errors: it may be a secret.
func (h *head) field(w *writer, into *send.Field, value template) error {
	w.begin()
	value.render(w)
	if w.err != nil {
		return w.err
	}
	f := targets.Field{Name: into.Name, Value: string(w.buf), Secret: w.hidden != nil}
	if f.Validate() != nil {
		return fmt.Errorf("header %s: a value that is made for it is not allowed there (a line break, or not what the header wants)", f.Name)
	}
	if f.Value == "" && strings.EqualFold(f.Name, "host") {
		return errNoHost
	}
	into.Value, into.Fresh, into.Hidden = f.Value, w.fresh, f.Shown() != f.Value && (f.Secret || !value.madeUp())
	if into.Hidden && len(w.fresh) == 0 {
		h.o.values.hold(f)
	}
	if into.Hidden {
		h.holdCells(w, value)
	}
	return nil
}

// holdCells notes the cells of rows that are parts of a header which is hidden.
func (h *head) holdCells(w *writer, value template) {
	value.walk(func(g generator) {
		if row, ok := g.(*rowGen); ok && row.Rows == nil && !row.hot {
			w.begin()
			row.render(w)
			h.o.values.inHeader(plainText(string(w.buf)))
		}
	})
}

// madeUp says whether the value is drawn from nothing that could be a secret,
// whatever its header's name promises.
func (t template) madeUp() bool {
	made := true
	t.walk(func(g generator) {
		switch g := g.(type) {
		case *choiceGen, *rowGen, *zipfGen, *joinGen:
			made = false
		case *sequenceGen:
			made = made && g.values == nil
		}
	})
	return made
}

// target renders path and query; where it has secrets are those of variables, or
// else what the names of parameters promise to be one.
func (h *head) target(w *writer, out *send.Request) error {
	w.begin()
	h.uri.render(w)
	if w.err != nil {
		return placed(h.of.at("path"), w.err)
	}
	path, _, _ := strings.Cut(string(w.buf), "?")
	if err := h.of.keepsSegments(path); err != nil {
		return placed(h.of.at("path"), err)
	}
	u, err := h.o.Target.Resolve(string(w.buf))
	if err != nil {
		return placed(h.of.at("path"), err)
	}
	uri, by := requestURI(u), len(strings.TrimSuffix(h.o.Target.URL.EscapedPath(), "/"))
	hidden := shifted(w.hidden, by)
	for _, s := range targets.SecretsOf(uri) {
		hidden = slices.DeleteFunc(hidden, func(h send.Span) bool { return h.From >= s[0] && h.To <= s[1] })
		hidden = append(hidden, send.Span{From: s[0], To: s[1]})
	}
	slices.SortFunc(hidden, func(a, b send.Span) int { return a.From - b.From })
	for i := range w.fresh {
		w.fresh[i] += by
	}
	out.Target, out.HiddenTarget, out.FreshTarget = uri, hidden, w.fresh
	return nil
}

// keepsSegments compares the path with what became of it.
func (r *Request) keepsSegments(sent string) error {
	path, _, _ := strings.Cut(r.Path, "?")
	shape := r.withParameters(path, func(*parameter) string { return "x" })
	shape, err := targets.Expand(shape, func(string) (string, bool) { return "x", true })
	if err != nil {
		return err
	}
	written := strings.Split(shape, "/")
	for i, segment := range strings.Split(sent, "/") {
		if i < len(written) && segment != written[i] && noSegment(segment) {
			return fmt.Errorf("what stands for a variable or parameter is empty, or all dots, where it makes up a whole segment of %s: it would take the segment away", r.Path)
		}
	}
	return nil
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
