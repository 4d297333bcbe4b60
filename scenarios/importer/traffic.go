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
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// exchange is a recorded request, with what is known of its answer.
type exchange struct {
	method  string
	url     *url.URL
	target  string // path and query as they are sent; empty: those of the URL
	headers []targets.Field
	body    []byte       // nil: none
	parts   []draft.Part // of a multipart body, instead
	status  int          // 0: not recorded
	answer  []byte       // of JSON answers
	typed   bool         // written by a person: every header is meant
}

// maxChoices bounds the recorded bodies that a request draws from.
const maxChoices = 10

// traffic makes requests of recorded ones: a request per method and path
// template, as heavy as it was frequent.
func traffic(d *draft.Scenario, all []exchange, o *Options) {
	all = oneOrigin(d, all, o)
	all = recordedLogin(d, all)
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
		d.Requests = append(d.Requests, recorded(d, groups[key]))
	}
}

// oneOrigin keeps the origin that most requests go to: a scenario has one
// target.
func oneOrigin(d *draft.Scenario, all []exchange, o *Options) []exchange {
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
			d.Left = append(d.Left, fmt.Sprintf("%s to %s: a scenario has one target", draft.Count(count[at], "request"), at))
		}
	}
	if best != "" {
		o.Target = cmp.Or(o.Target, best)
	}
	return slices.DeleteFunc(all, func(x exchange) bool { return origin(x) != best })
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
func recorded(d *draft.Scenario, group []exchange) draft.Request {
	first := group[0]
	r := draft.Request{Method: first.method, Weight: float64(len(group)), Name: draft.PathName(templateOf(d.Vault.Shown(pathAlone(first.at()))))}
	setURLs(d, &r, group)
	kind := recordedHeaders(d, &r, first)
	recordedBodies(d, &r, group, kind.Value)
	if i := slices.IndexFunc(r.Headers, func(h draft.Header) bool { return h.Name == "Content-Type" }); kind.Name != "" && i >= 0 {
		r.Headers[i].Name = kind.Name
	} else if kind.Name != "" && kind.Name != "Content-Type" {
		r.Headers = append(r.Headers, d.Vault.Header(kind.Name, kind.Value)) // in other letters than ours
	}
	expectRecorded(&r, group)
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
	return draft.VisibleOnly(strings.NewReplacer("{{", "%7B%7B", "}}", "%7D%7D").Replace(path)) // {{id}} is a capture's
}

// recordedHeaders keeps what a service may look at, and returns the content
// type.
func recordedHeaders(d *draft.Scenario, r *draft.Request, x exchange) (kind targets.Field) {
	for _, f := range x.headers {
		name := strings.ToLower(f.Name)
		switch {
		case !x.typed && draft.NoiseHeader(name):
		case d.Login != nil && draft.IsBearer(f.Name, f.Value):
			r.Bearer = true
		case f.Validate() != nil, scenarios.FindReference(f.Value) != "":
			r.About = append(r.About, fmt.Sprintf("The header %s is left out: it cannot be sent as recorded.", f.Name))
		case name == "content-type":
			if kind = f; !x.typed {
				kind.Name = "" // letters of names are HTTP/2's or a browser's
			}
		default:
			h := d.Vault.Header(f.Name, f.Value)
			h.Empty = f.Empty
			if !x.typed && slices.ContainsFunc(r.Headers, func(o draft.Header) bool { return o.Name == h.Name && o.Value == h.Value }) {
				continue // cookies, which HTTP/2 may split
			}
			r.Headers = append(r.Headers, h)
		}
	}
	return kind
}

// recordedBodies become a choice of the different ones.
func recordedBodies(d *draft.Scenario, r *draft.Request, group []exchange, contentType string) {
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
			r.Headers = append(r.Headers, d.Vault.Header("Content-Type", contentType))
		}
		return
	}
	if distinct[0].parts != nil {
		recordedParts(d, r, distinct)
		return
	}
	b, header := d.Vault.ImportBody(distinct[0].body, contentType, len(distinct) > 1)
	if r.Body = b; header != "" || contentType == "" { // none where none was sent
		r.Headers = append(r.Headers, d.Vault.Header("Content-Type", header))
	}
	switch {
	case b.Form == "json":
		recordedChoice(d, r, distinct, contentType)
	case len(distinct) > 1:
		b.About = append(b.About, fmt.Sprintf("The first of %d different bodies.", len(distinct)))
	}
}

// recordedChoice draws from the JSON bodies of a group.
func recordedChoice(d *draft.Scenario, r *draft.Request, distinct []exchange, contentType string) {
	var choices []any
	respaced := false
	for i, x := range distinct[:min(len(distinct), maxChoices)] {
		b := r.Body
		if i > 0 {
			b, _ = d.Vault.ImportBody(x.body, contentType, true)
		}
		if b.Form != "json" {
			continue
		}
		y, _ := draft.ReadJSON(x.body)
		respaced = respaced || !(&draft.Body{Form: "json", Value: (&draft.Vault{Open: true}).Value(y, "")}).Exactly(x.body)
		choices = append(choices, b.Value)
	}
	if hint := draft.VectorHint(r.Body.Value); hint != "" {
		r.Body.About = append(r.Body.About, hint)
	}
	if len(choices) > 1 {
		r.Body.Value = example.Generated{Name: "$choice", Args: choices}
	}
	if len(distinct) > len(choices) {
		r.Body.About = append(r.Body.About, fmt.Sprintf("%d of %d different bodies.", len(choices), len(distinct)))
	}
	if respaced {
		r.Body.About = append(r.Body.About, "Spaces between values, and the way that numbers are written, are not as they were recorded.")
	}
}

// expectRecorded expects what was answered, if that was no error.
func expectRecorded(r *draft.Request, group []exchange) {
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
		r.About = append(r.About, "When recorded, answers were of status "+draft.JoinInts(all)+".")
		return
	}
	if slices.ContainsFunc(all, func(status int) bool { return status >= 300 }) {
		r.Status = all
	}
}

// recordedParts is for multipart bodies that are recorded part by part.
func recordedParts(d *draft.Scenario, r *draft.Request, distinct []exchange) {
	b, contentType, err := d.Vault.Multipart(distinct[0].parts, Options{})
	if err != nil {
		r.About = append(r.About, "The body is left out: "+err.Error()+".")
		return
	}
	if r.Body = b; contentType != "" {
		r.Headers = append(r.Headers, draft.Header{Name: "Content-Type", Value: contentType})
	}
	if len(distinct) > 1 {
		b.About = append(b.About, fmt.Sprintf("The first of %d different bodies.", len(distinct)))
	}
	if slices.ContainsFunc(distinct[0].parts, func(p draft.Part) bool { return p.Filename != nil && p.Text == "" }) {
		b.About = append(b.About, "What a file holds may not be in the recording: name it with file: instead of text:.")
	}
}
