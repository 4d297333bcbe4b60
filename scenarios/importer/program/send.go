package program

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
	"github.com/mlbench/mlbench/targets"
)

// outgoing is a call that sends a request, its arguments by their meaning.
type outgoing struct {
	method  string
	url     any
	params  any // name and value of the query
	json    any // a body as JSON
	data    any // a body as a form, or a text
	headers any
	name    any
	notes   []string // what of it is not taken over
	has     map[string]bool
}

// send adds the request; a call whose URL is not known is a comment.
func (p *program) send(n *script.Node, o outgoing, session example.Pairs) any {
	if _, known := p.sites[n]; !known {
		p.sites[n] = wholeSite
	}
	p.sent = n
	x := &sending{site: n, line: n.Line, request: draft.Request{Method: strings.ToUpper(o.method)}}
	if why := p.target(x, o.url); why != "" {
		p.sites[n] = unreadSite
		p.note(n.Line, "%s: %s", n.Label(), why)
		return unreadable(n)
	}
	var missing []unknown
	if more := p.queries(&x.request, o.params); len(more) > 0 {
		missing = append(missing, more...)
	}
	headers, _ := o.headers.(example.Pairs)
	if u, ok := o.headers.(unknown); ok {
		missing = append(missing, unknown{line: u.line, label: "headers that are not known: " + u.label})
	}
	for _, h := range session {
		if !hasHeader(headers, h.Key) {
			headers = append(headers, h)
		}
	}
	kind, more := p.headers(&x.request, headers)
	missing = append(missing, more...)
	missing = append(missing, p.body(&x.request, o, kind)...)
	for _, u := range missing {
		if u.line == 0 {
			u.line = n.Line
		}
		x.request.About = append(x.request.About, u.String())
	}
	x.request.About = append(x.request.About, o.notes...)
	if name, ok := o.name.(string); ok {
		x.request.Name = draft.WordOf(name)
	}
	if len(missing)+len(o.notes) > 0 {
		p.sites[n] = min(p.sites[n], partSite)
	}
	if x.raw = o.data; o.has["json"] {
		x.raw = o.json
	}
	if text, ok := x.raw.(jsonText); ok {
		x.raw = text.value
	}
	p.add(x)
	return answer{x}
}

func hasHeader(headers example.Pairs, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Key, name) {
			return true
		}
	}
	return false
}

// queries adds what is given beside the path.
func (p *program) queries(r *draft.Request, params any) []unknown {
	switch params.(type) {
	case nil:
		return nil
	case example.Pairs:
	default:
		return []unknown{{label: "its query is not known"}}
	}
	var missing []unknown
	for _, pair := range params.(example.Pairs) {
		if pair.Value == nil {
			continue
		}
		v, more := p.rendered(pair.Value)
		if len(more) > 0 {
			for _, u := range more {
				u.label, u.at = pair.Key+" is "+u.label+" there, and empty here", ""
				missing = append(missing, u)
			}
			v = ""
		}
		list, several := v.([]any)
		if !several {
			list = []any{v}
		}
		for _, one := range list {
			switch one := one.(type) {
			case example.Pairs:
				missing = append(missing, unknown{label: "an object in the query"})
			case string:
				r.AddQuery(p.avoided(pair.Key), p.d.Vault.Field(pair.Key, one))
			default:
				r.AddQuery(p.avoided(pair.Key), one)
			}
		}
	}
	return missing
}

// framing are headers that a transport sets by itself.
var framing = []string{"host", "connection", "content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade", "expect", "proxy-connection"}

// headers adds them, and returns the content type.
func (p *program) headers(r *draft.Request, all example.Pairs) (kind string, missing []unknown) {
	for _, h := range all {
		name := h.Key
		lower := strings.ToLower(name)
		if lower == "authorization" && p.bearer(h.Value) {
			r.Bearer = true
			continue
		}
		if h.Value == nil {
			continue
		}
		s, more := p.text(h.Value)
		if len(more) > 0 {
			if lower == "authorization" {
				r.Bearer = true
				r.About = append(r.About, more[0].String()+": give its token as MLBENCH_TOKEN")
				continue
			}
			more[0].label = "the header " + name + " is left out: " + more[0].label
			missing = append(missing, more[0])
			continue
		}
		switch {
		case lower == "content-type":
			kind = s
			continue
		case slices.Contains(framing, lower):
			r.About = append(r.About, "The header "+name+" is the transport's own, and left out.")
			continue
		case (targets.Field{Name: name, Value: s}).Validate() != nil:
			missing = append(missing, unknown{label: "a header that cannot be sent is left out"})
			continue
		}
		r.Headers = append(r.Headers, p.d.Vault.VariedHeader(name, s))
	}
	return kind, missing
}

// body makes the body of what is given.
func (p *program) body(r *draft.Request, o outgoing, kind string) []unknown {
	setKind := func(header, usual string) {
		if header != "" && header != usual {
			r.SetHeader(p.d.Vault.Header("Content-Type", header))
		}
	}
	data := o.data
	if text, ok := data.(jsonText); ok {
		o.json, data = text.value, nil
		o.has["json"] = true
		if kind == "" {
			kind = "application/json"
		}
	}
	if o.has["json"] {
		v, missing := p.rendered(o.json)
		r.Body = &draft.Body{Form: "json", Value: p.d.Vault.Value(v, "")}
		setKind(kind, draft.JSONMedia)
		return missing
	}
	switch data := data.(type) {
	case nil:
		return nil
	case example.Pairs:
		form := draft.Request{}
		missing := p.queries(&form, data)
		if len(form.Query) > 0 {
			r.Body = &draft.Body{Form: "form", Value: form.Query}
		}
		setKind(kind, draft.FormMedia)
		return missing
	case example.Generated:
		v, missing := p.rendered(data)
		r.Body = &draft.Body{Form: "json", Value: p.d.Vault.Value(v, "")}
		setKind(kind, draft.JSONMedia)
		return missing
	}
	s, missing := p.text(data)
	if len(missing) > 0 {
		return []unknown{{line: missing[0].line, label: "its body is not known: " + missing[0].label}}
	}
	if kind == "" && json.Valid([]byte(s)) && strings.HasPrefix(strings.TrimSpace(s), "{") {
		kind = draft.FormMedia // what both tools say of it, unless told otherwise
	}
	b, header := p.d.Vault.VariedBody(s, kind)
	r.Body = b
	setKind(header, "")
	return nil
}
