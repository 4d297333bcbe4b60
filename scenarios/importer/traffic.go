package importer

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/targets"
)

// exchange is a recorded request, with what is known of its answer.
type exchange struct {
	method  string
	url     *url.URL
	target  string // path and query as they are sent; empty: those of the URL
	headers []targets.Field
	body    []byte     // nil: none
	parts   []formPart // of a multipart body, instead
	status  int        // 0: not recorded
	answer  []byte     // of JSON answers
	typed   bool       // written by a person: every header is meant
}

// maxChoices bounds the recorded bodies that a request draws from.
const maxChoices = 10

// traffic makes requests of recorded ones: a request per method and path
// template, as heavy as it was frequent.
func (d *draft) traffic(all []exchange, o *Options) {
	all = d.oneOrigin(all, o)
	all = d.recordedLogin(all)
	groups := map[string][]exchange{}
	var order []string
	for _, x := range all {
		key := urlKey(x.method, x.at())
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], x)
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(groups[b]) - len(groups[a]) })
	for _, key := range order {
		d.requests = append(d.requests, d.recorded(groups[key]))
	}
}

// oneOrigin keeps the origin that most requests go to: a scenario has one
// target.
func (d *draft) oneOrigin(all []exchange, o *Options) []exchange {
	count := map[string]int{}
	origin := func(x exchange) string { return x.url.Scheme + "://" + x.url.Host }
	for _, x := range all {
		count[origin(x)]++
	}
	best := ""
	for _, at := range slices.Sorted(maps.Keys(count)) {
		if count[at] > count[best] {
			best = at
		}
	}
	for _, at := range slices.Sorted(maps.Keys(count)) {
		if at != best {
			d.left = append(d.left, fmt.Sprintf("%s to %s: a scenario has one target", countOf(count[at], "request"), at))
		}
	}
	if best != "" {
		o.Target = cmp.Or(o.Target, best)
	}
	return slices.DeleteFunc(all, func(x exchange) bool { return origin(x) != best })
}

func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

var (
	digitsForm = regexp.MustCompile(`^[0-9]+$`)
	uuidForm   = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	hashForm   = regexp.MustCompile(`(?i)^[0-9a-f]{16,}$`)
)

// templateOf replaces what differs from request to request: /items/17 is
// /items/{id}.
func templateOf(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case digitsForm.MatchString(part), hashForm.MatchString(part):
			parts[i] = "{id}"
		case uuidForm.MatchString(part):
			parts[i] = "{uuid}"
		}
	}
	return strings.Join(parts, "/")
}

// recorded is the request that a group of alike ones becomes.
func (d *draft) recorded(group []exchange) draftRequest {
	first := group[0]
	r := draftRequest{method: first.method, weight: float64(len(group)), name: pathName(templateOf(d.vault.shown(pathAlone(first.at()))))}
	d.setURLs(&r, group)
	kind := d.recordedHeaders(&r, first)
	d.recordedBodies(&r, group, kind.Value)
	if i := slices.IndexFunc(r.headers, func(h draftHeader) bool { return h.name == "Content-Type" }); kind.Name != "" && i >= 0 {
		r.headers[i].name = kind.Name
	} else if kind.Name != "" && kind.Name != "Content-Type" {
		r.headers = append(r.headers, d.vault.header(kind.Name, kind.Value)) // in other letters than ours
	}
	r.expectRecorded(group)
	return r
}

// at is the request's path and query.
func (x *exchange) at() string { return cmp.Or(x.target, pathOf(x.url)) }

func pathAlone(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// pathOf is a URL's path and query as they are written.
func pathOf(u *url.URL) string {
	path := cmp.Or(u.RawPath, u.EscapedPath())
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return visibleOnly(strings.NewReplacer("{{", "%7B%7B", "}}", "%7D%7D").Replace(path)) // {{id}} is a capture's
}

// visibleOnly escapes everything that is not visible, as the language wants it.
func visibleOnly(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c >= 0x7f || c == '#' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// recordedHeaders keeps what a service may look at, and returns the content
// type.
func (d *draft) recordedHeaders(r *draftRequest, x exchange) (kind targets.Field) {
	for _, f := range x.headers {
		name := strings.ToLower(f.Name)
		switch {
		case !x.typed && noiseHeader(name):
		case d.login != nil && isBearer(f.Name, f.Value):
			r.bearer = true
		case f.Validate() != nil, scenarios.FindReference(f.Value) != "":
			r.about = append(r.about, fmt.Sprintf("The header %s is left out: it cannot be sent as recorded.", f.Name))
		case name == "content-type":
			if kind = f; !x.typed {
				kind.Name = "" // letters of names are HTTP/2's or a browser's
			}
		default:
			h := d.vault.header(f.Name, f.Value)
			h.empty = f.Empty
			if !x.typed && slices.ContainsFunc(r.headers, func(o draftHeader) bool { return o.name == h.name && o.value == h.value }) {
				continue // cookies, which HTTP/2 may split
			}
			r.headers = append(r.headers, h)
		}
	}
	return kind
}

// setHeader replaces a header of the same name.
func (r *draftRequest) setHeader(h draftHeader) {
	for i := range r.headers {
		if strings.EqualFold(r.headers[i].name, h.name) {
			r.headers[i] = h
			return
		}
	}
	r.headers = append(r.headers, h)
}

// noiseHeader are headers that speak of the browser or the connection.
func noiseHeader(name string) bool {
	if strings.HasPrefix(name, ":") || strings.HasPrefix(name, "sec-") || strings.HasPrefix(name, "if-") {
		return true
	}
	return slices.Contains([]string{
		"host", "connection", "content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade", "expect",
		"accept-encoding", "accept-language", "user-agent", "referer", "origin", "cache-control", "pragma", "dnt",
		"priority", "upgrade-insecure-requests", "proxy-connection",
	}, name)
}

// recordedBodies become a choice of the different ones.
func (d *draft) recordedBodies(r *draftRequest, group []exchange, contentType string) {
	distinct := group[:0:0]
	seen := map[string]bool{}
	for _, x := range group {
		if key := fmt.Sprintf("%s%+v", x.body, x.parts); (x.body != nil || x.parts != nil) && !seen[key] {
			seen[key] = true
			distinct = append(distinct, x)
		}
	}
	if len(distinct) == 0 {
		if contentType != "" { // of no body
			r.headers = append(r.headers, d.vault.header("Content-Type", contentType))
		}
		return
	}
	if distinct[0].parts != nil {
		d.recordedParts(r, distinct)
		return
	}
	b, header := d.vault.importBody(distinct[0].body, contentType, len(distinct) > 1)
	if r.body = b; header != "" || contentType == "" { // none where none was sent
		r.headers = append(r.headers, d.vault.header("Content-Type", header))
	}
	switch {
	case b.form == "json":
		d.recordedChoice(r, distinct, contentType)
	case len(distinct) > 1:
		b.about = append(b.about, fmt.Sprintf("The first of %d different bodies.", len(distinct)))
	}
}

// recordedChoice draws from the JSON bodies of a group.
func (d *draft) recordedChoice(r *draftRequest, distinct []exchange, contentType string) {
	var choices []any
	respaced := false
	for i, x := range distinct[:min(len(distinct), maxChoices)] {
		b := r.body
		if i > 0 {
			b, _ = d.vault.importBody(x.body, contentType, true)
		}
		if b.form != "json" {
			continue
		}
		y, _ := readJSON(x.body)
		respaced = respaced || !(&draftBody{form: "json", value: (&vault{open: true}).value(y, "")}).exactly(x.body)
		choices = append(choices, b.value)
	}
	if hint := vectorHint(r.body.value); hint != "" {
		r.body.about = append(r.body.about, hint)
	}
	if len(choices) > 1 {
		r.body.value = example.Generated{Name: "$choice", Args: choices}
	}
	if len(distinct) > len(choices) {
		r.body.about = append(r.body.about, fmt.Sprintf("%d of %d different bodies.", len(choices), len(distinct)))
	}
	if respaced {
		r.body.about = append(r.body.about, "Spaces between values, and the way that numbers are written, are not as they were recorded.")
	}
}

// expectRecorded expects what was answered, if that was no error.
func (r *draftRequest) expectRecorded(group []exchange) {
	seen := map[int]bool{}
	for _, x := range group {
		if x.status >= 200 && x.status < 600 {
			seen[x.status] = true
		}
	}
	all := slices.Sorted(maps.Keys(seen))
	if len(all) == 0 {
		return
	}
	if last := all[len(all)-1]; last >= 400 {
		r.about = append(r.about, "When recorded, answers were of status "+joinInts(all)+".")
		return
	}
	if slices.ContainsFunc(all, func(status int) bool { return status >= 300 }) {
		r.status = all
	}
}
