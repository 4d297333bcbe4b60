package importer

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/targets"
)

// request is what an item sends; or why there is none.
func (p *postman) request(item *postmanItem, scope postmanScope) (r draftRequest, why string) {
	q, err := readRequest(item.Request)
	if err != nil {
		return r, "what it asks is not understood"
	}
	origin, target := p.address(q.URL)
	if origin != p.origin {
		return r, fmt.Sprintf("it goes to %s, and a scenario has one target", shortened(origin))
	}
	r.name = strings.Trim(notOfNames.ReplaceAllString(item.Name, "-"), "-_")
	r.method = strings.ToUpper(strings.TrimSpace(q.Method))
	if r.method == "" {
		r.method = "GET"
	}
	if !targets.Token(r.method) || r.method == "CONNECT" {
		return r, fmt.Sprintf("its method is %q", r.method)
	}
	contentType := p.headers(&r, q)
	if q.Auth != nil {
		scope.auth = q.Auth
	}
	target = p.authorize(&r, scope.auth, target)
	if err := p.d.setTarget(&r, target); err != nil {
		return r, err.Error()
	}
	header := p.content(&r, q.Body, contentType)
	if header != "" {
		r.headers = append(r.headers, p.d.vault.header("Content-Type", header))
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
	flat := p.flat(p.fill(origin))
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

func (p *postman) headers(r *draftRequest, q postmanRequest) (contentType string) {
	for _, h := range pairsOf(q.Header) {
		name, value := strings.TrimSpace(p.flat(p.fill(h.Key))), p.fill(strings.TrimSpace(h.text()))
		switch {
		case strings.EqualFold(name, "content-type"):
			if contentType = p.flat(value); !sendable(name, contentType) {
				contentType = ""
			}
		case strings.EqualFold(name, "authorization") && p.token != "" && h.text() == "Bearer {{"+p.token+"}}":
			r.bearer = true
		case !sendable(name, p.flat(value)):
		default:
			r.setHeader(p.d.vault.variedHeader(name, value))
		}
	}
	return contentType
}

// content makes the body, and returns its content type.
func (p *postman) content(r *draftRequest, b *postmanBody, contentType string) string {
	if b == nil || b.Disabled || r.method == "GET" && b.Mode == "raw" && b.Raw == "" {
		return contentType
	}
	switch b.Mode {
	case "raw":
		if b.Raw == "" {
			return contentType
		}
		if contentType == "" {
			contentType = map[string]string{"json": jsonMedia, "xml": "application/xml", "html": "text/html", "javascript": "application/javascript"}[b.Options.Raw.Language]
		}
		var header string
		r.body, header = p.d.vault.variedBody(p.fill(b.Raw), contentType)
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
		r.body, header = p.d.vault.variedBody(strings.Join(parts, "&"), formMedia)
		return header
	case "formdata":
		r.body = p.formdata(pairsOf(b.Formdata))
		return ""
	case "graphql":
		r.body = p.graphql(b.GraphQL)
		return ""
	case "file":
		var f struct {
			Src string `json:"src"`
		}
		_ = json.Unmarshal(b.File, &f)
		r.body = p.o.fileBody(f.Src)
		return contentType
	}
	return contentType
}

// graphql is JSON of a query and its variables.
func (p *postman) graphql(raw json.RawMessage) *draftBody {
	var g struct {
		Query     string          `json:"query"`
		Variables json.RawMessage `json:"variables"`
	}
	_ = json.Unmarshal(raw, &g)
	body := example.Pairs{{Key: "query", Value: p.d.vault.varied(p.fill(strings.ReplaceAll(g.Query, "\r\n", "\n")))}}
	if text := rawText(g.Variables); strings.TrimSpace(text) != "" {
		if x, ok := readJSON([]byte(p.d.vault.quoted(p.fill(text)))); ok {
			body = append(body, example.Pair{Key: "variables", Value: p.d.vault.value(x, "")})
		} else {
			p.note("", "The variables of its GraphQL query are no JSON.")
		}
	}
	return &draftBody{form: "json", value: body}
}

func (p *postman) formdata(all []postmanPair) *draftBody {
	b := &draftBody{form: "multipart"}
	var parts draftRequest
	for _, f := range all {
		name := p.flat(p.fill(f.Key))
		if !partName(name) {
			continue
		}
		if f.Type != "file" {
			parts.addQuery(name, p.d.vault.field(name, p.fill(f.text())))
			continue
		}
		files := []string{rawText(f.Src)}
		_ = json.Unmarshal(f.Src, &files)
		for _, file := range files {
			part := p.o.filePart(file, b)
			if (targets.Field{Name: "T", Value: f.ContentType}).Validate() == nil && f.ContentType != "" {
				part = append(part, example.Pair{Key: "type", Value: f.ContentType})
			}
			parts.addQuery(name, part)
		}
	}
	if b.value = parts.query; len(parts.query) == 0 {
		b.form, b.value = "text", ""
	}
	return b
}

// fileBody is a body that is a file's.
func (o *Options) fileBody(file string) *draftBody {
	if at, ok := o.besideFile(file); ok {
		return &draftBody{form: "file", value: at}
	}
	return &draftBody{form: "text", value: "", about: []string{missingFile(file)}}
}

// filePart is a part of a form that is a file's.
func (o *Options) filePart(file string, b *draftBody) example.Pairs {
	if at, ok := o.besideFile(file); ok {
		return example.Pairs{{Key: "file", Value: at}}
	}
	b.about = append(b.about, missingFile(file))
	part := example.Pairs{{Key: "text", Value: ""}}
	if name := path.Base(fileName(file)); partName(name) {
		part = append(part, example.Pair{Key: "filename", Value: name})
	}
	return part
}
