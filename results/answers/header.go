package answers

import (
	"maps"
	"mime"
	"net/textproto"
	"slices"
	"strings"
)

// ValueHeaders are compared by value always: they change what a client does
// with the answer. Of all others but those of no interest it is compared only
// whether they are there, as most values are of the moment.
var ValueHeaders = []string{"Content-Type", "Content-Encoding", "Location", "Www-Authenticate"}

// noInterest are headers of the connection, the server's software and the
// proxies between.
var noInterest = []string{
	"Connection", "Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade", "Content-Length",
	"Date", "Server", "Via", "X-Powered-By", "Alt-Svc",
}

// headers compares by ValueHeaders, rules and presence.
func (c *comparison) headers(a, b map[string][]string) {
	names := map[string]bool{}
	for _, h := range []map[string][]string{a, b} {
		for name := range h {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		byValue := slices.Contains(ValueHeaders, name) || c.rules.byValue(name)
		if containsName(c.rules.IgnoreHeaders, name) || slices.Contains(noInterest, name) && !c.rules.byValue(name) {
			continue
		}
		va, inA := joined(a, name)
		vb, inB := joined(b, name)
		if inA != inB || byValue && va != vb && !(name == "Content-Type" && mediaType(va) == mediaType(vb)) {
			c.add(Header, name, shownHeader(c.hide(va), inA), shownHeader(c.hide(vb), inB))
		}
	}
}

func (r *Rules) byValue(name string) bool { return containsName(r.Headers, name) }

func containsName(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return textproto.CanonicalMIMEHeaderKey(s) == name })
}

func joined(h map[string][]string, name string) (string, bool) {
	v, ok := h[name]
	return strings.Join(v, ", "), ok
}

func shownHeader(v string, there bool) string {
	if there && v == "" {
		return `""`
	}
	return shorten(v)
}

// mediaType is the value without what makes no difference: case, spaces, the
// order of parameters, and the charset of JSON, which has none to choose
// (RFC 8259 §11).
func mediaType(v string) string {
	kind, params, err := mime.ParseMediaType(v)
	if err != nil {
		return v
	}
	if kind == "application/json" || strings.HasSuffix(kind, "+json") {
		delete(params, "charset")
	}
	if cs, ok := params["charset"]; ok {
		params["charset"] = strings.ToLower(cs)
	}
	return mime.FormatMediaType(kind, params)
}
