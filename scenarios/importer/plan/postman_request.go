package plan

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// request is what an item sends; or why there is none.
func (p *postman) request(item *postmanItem, scope postmanScope) (r draft.Request, why string) {
	q, err := readRequest(item.Request)
	if err != nil {
		return r, "what it asks is not understood"
	}
	origin, target := p.address(q.URL)
	if origin != p.origin {
		return r, fmt.Sprintf("it goes to %s, and a scenario has one target", draft.Shortened(origin))
	}
	r.Name = draft.WordOf(item.Name)
	r.Method = strings.ToUpper(strings.TrimSpace(q.Method))
	if r.Method == "" {
		r.Method = "GET"
	}
	if !targets.Token(r.Method) || r.Method == "CONNECT" {
		return r, fmt.Sprintf("its method is %q", r.Method)
	}
	contentType := p.headers(&r, q)
	if q.Auth != nil {
		scope.auth = q.Auth
	}
	target = p.authorize(&r, scope.auth, target)
	if err := p.Scenario.SetTarget(&r, target); err != nil {
		return r, err.Error()
	}
	header := p.content(&r, q.Body, contentType)
	if header != "" {
		r.Headers = append(r.Headers, p.Scenario.Vault.Header("Content-Type", header))
	}
	for _, e := range scope.events {
		p.script(&r, e)
	}
	return r, ""
}

func readRequest(raw json.RawMessage) (q postmanRequest, err error) {
	var at string
	if json.Unmarshal(raw, &at) == nil {
		return postmanRequest{URL: raw}, nil
	}
	return q, json.Unmarshal(raw, &q)
}

// address is the origin, and path and query with places.
func (p *postman) address(raw json.RawMessage) (origin, target string) {
	var u postmanURL
	if json.Unmarshal(raw, &u.Raw) != nil && json.Unmarshal(raw, &u) != nil {
		return "", "/"
	}
	if u.Raw == "" {
		u.Raw = joinedParts(u.Host, ".")
		if u.Protocol != "" {
			u.Raw = u.Protocol + "://" + u.Raw
		}
		if u.Port != "" {
			u.Raw += ":" + u.Port
		}
		u.Raw += "/" + joinedParts(u.Path, "/")
		for i, q := range u.Query {
			u.Raw += string("?&"[min(i, 1)]) + q.Key + "=" + q.text()
		}
	}
	base, query, hasQuery := strings.Cut(u.Raw, "?")
	base, _, _ = strings.Cut(base, "#")
	if u.Query != nil { // which are enabled stands there
		var parts []string
		for _, q := range u.Query {
			if !q.Disabled {
				parts = append(parts, p.encoded(q.Key)+"="+p.encoded(q.text()))
			}
		}
		query, hasQuery = strings.Join(parts, "&"), len(parts) > 0
	} else {
		query, _, _ = strings.Cut(query, "#")
		query = p.fill(query)
	}
	origin, at := splitOrigin(base)
	at = strings.TrimPrefix(at, "/")
	segments := strings.Split(at, "/")
	for i, s := range segments {
		if name, ok := strings.CutPrefix(s, ":"); ok && name != "" {
			s = p.pathVariable(name, u.Variable)
		}
		segments[i] = p.fill(s)
	}
	if target = "/" + strings.Join(segments, "/"); hasQuery {
		target += "?" + query
	}
	// The base may have a path: http://host/api/v1.
	flat := p.Flat(p.fill(origin))
	if scheme, rest, ok := strings.Cut(flat, "://"); ok {
		host, prefix, has := strings.Cut(rest, "/")
		if has && strings.Trim(prefix, "/") != "" {
			target = "/" + strings.Trim(prefix, "/") + target
		}
		return strings.ToLower(scheme) + "://" + host, target
	}
	if flat != "" && !strings.Contains(origin, "{{") {
		host, prefix, _ := strings.Cut(flat, "/")
		if strings.Trim(prefix, "/") != "" {
			target = "/" + strings.Trim(prefix, "/") + target
		}
		return "http://" + host, target
	}
	if flat != "" && flat != origin { // a variable that is known, without a scheme
		host, prefix, _ := strings.Cut(flat, "/")
		if strings.Trim(prefix, "/") != "" {
			target = "/" + strings.Trim(prefix, "/") + target
		}
		return "http://" + host, target
	}
	return origin, target
}

// splitOrigin splits before the path: {{base}}/a, http://h:1/a, h/a.
func splitOrigin(at string) (origin, rest string) {
	from := 0
	if i := strings.Index(at, "://"); i >= 0 {
		from = i + 3
	}
	i := strings.IndexByte(at[from:], '/')
	if i < 0 {
		return at, ""
	}
	return at[:from+i], at[from+i:]
}

func joinedParts(raw json.RawMessage, by string) string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return rawText(raw)
	}
	parts := make([]string, len(list))
	for i, item := range list {
		var o struct {
			Value string `json:"value"`
		}
		if parts[i] = rawText(item); json.Unmarshal(item, &o) == nil {
			parts[i] = o.Value
		}
	}
	return strings.Join(parts, by)
}

// encoded is a part of a query, with places; what is percent-encoded already stays.
func (p *postman) encoded(s string) string {
	plain, err := url.PathUnescape(s)
	if err != nil {
		plain = s
	}
	return url.QueryEscape(p.fill(plain))
}

// pathVariable is the value of :name.
func (p *postman) pathVariable(name string, all []postmanPair) string {
	for _, v := range all {
		if cmp2(v.Key, v.ID) == name && v.text() != "" {
			return strings.NewReplacer("%7B%7B", "{{", "%7D%7D", "}}").Replace(url.PathEscape(v.text()))
		}
	}
	return "{{" + name + "}}"
}

func (p *postman) headers(r *draft.Request, q postmanRequest) (contentType string) {
	for _, h := range pairsOf(q.Header) {
		name, value := strings.TrimSpace(p.Flat(p.fill(h.Key))), p.fill(strings.TrimSpace(h.text()))
		switch {
		case strings.EqualFold(name, "content-type"):
			if contentType = p.Flat(value); !draft.Sendable(name, contentType) {
				contentType = ""
			}
		case strings.EqualFold(name, "authorization") && p.token != "" && h.text() == "Bearer {{"+p.token+"}}":
			r.Bearer = true
		case !draft.Sendable(name, p.Flat(value)):
		default:
			r.SetHeader(p.Scenario.Vault.VariedHeader(name, value))
		}
	}
	return contentType
}

// content makes the body, and returns its content type.
func (p *postman) content(r *draft.Request, b *postmanBody, contentType string) string {
	if b == nil || b.Disabled || r.Method == "GET" && b.Mode == "raw" && b.Raw == "" {
		return contentType
	}
	switch b.Mode {
	case "raw":
		if b.Raw == "" {
			return contentType
		}
		if contentType == "" {
			contentType = map[string]string{"json": draft.JSONMedia, "xml": "application/xml", "html": "text/html", "javascript": "application/javascript"}[b.Options.Raw.Language]
		}
		var header string
		r.Body, header = p.Scenario.Vault.VariedBody(p.fill(b.Raw), contentType)
		return header
	case "urlencoded":
		var parts []string
		for _, f := range pairsOf(b.Urlencoded) {
			parts = append(parts, url.QueryEscape(p.fill(f.Key))+"="+url.QueryEscape(p.fill(f.text())))
		}
		if len(parts) == 0 {
			return contentType
		}
		var header string
		r.Body, header = p.Scenario.Vault.VariedBody(strings.Join(parts, "&"), draft.FormMedia)
		return header
	case "formdata":
		r.Body = p.formdata(pairsOf(b.Formdata))
		return ""
	case "graphql":
		r.Body = p.graphql(b.GraphQL)
		return ""
	case "file":
		var f struct {
			Src string `json:"src"`
		}
		_ = json.Unmarshal(b.File, &f)
		r.Body = p.o.FileBody(f.Src)
		return contentType
	}
	return contentType
}

// graphql is JSON of a query and its variables.
func (p *postman) graphql(raw json.RawMessage) *draft.Body {
	var g struct {
		Query     string          `json:"query"`
		Variables json.RawMessage `json:"variables"`
	}
	_ = json.Unmarshal(raw, &g)
	body := example.Pairs{{Key: "query", Value: p.Scenario.Vault.Varied(p.fill(strings.ReplaceAll(g.Query, "\r\n", "\n")))}}
	if text := rawText(g.Variables); strings.TrimSpace(text) != "" {
		if x, ok := draft.ReadJSON([]byte(p.Scenario.Vault.Quoted(p.fill(text)))); ok {
			body = append(body, example.Pair{Key: "variables", Value: p.Scenario.Vault.Value(x, "")})
		} else {
			p.Note("", "The variables of its GraphQL query are no JSON.")
		}
	}
	return &draft.Body{Form: "json", Value: body}
}

func (p *postman) formdata(all []postmanPair) *draft.Body {
	b := &draft.Body{Form: "multipart"}
	var parts draft.Request
	for _, f := range all {
		name := p.Flat(p.fill(f.Key))
		if !draft.PartName(name) {
			continue
		}
		if f.Type != "file" {
			parts.AddQuery(name, p.Scenario.Vault.Field(name, p.fill(f.text())))
			continue
		}
		files := []string{rawText(f.Src)}
		_ = json.Unmarshal(f.Src, &files)
		for _, file := range files {
			part := p.o.FilePart(file, b)
			if (targets.Field{Name: "T", Value: f.ContentType}).Validate() == nil && f.ContentType != "" {
				part = append(part, example.Pair{Key: "type", Value: f.ContentType})
			}
			parts.AddQuery(name, part)
		}
	}
	if b.Value = parts.Query; len(parts.Query) == 0 {
		b.Form, b.Value = "text", ""
	}
	return b
}
