package plan

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// setting is a property of a sampler, or of the nearest defaults.
func (j *jmeter) setting(n jmxNode, scope jmxScope, name string) string {
	if s := n.prop(name); strings.TrimSpace(s) != "" {
		return s
	}
	defaults := scope.of("ConfigTestElement")
	for i := len(defaults) - 1; i >= 0; i-- {
		if s := defaults[i].prop(name); strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// address is where a sampler's request goes: origin, and path with places.
func (j *jmeter) address(n jmxNode, scope jmxScope) (origin, path string) {
	path = strings.TrimSpace(j.fill(strings.TrimSpace(j.setting(n, scope, "HTTPSampler.path"))))
	if flat := j.Flat(path); strings.HasPrefix(flat, "http://") || strings.HasPrefix(flat, "https://") {
		_, rest, _ := strings.Cut(flat, "://")
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, "?")
		origin = flat[:len(flat)-len(rest)] + host
		// The path as it is written, if the address is, too.
		if _, after, ok := strings.Cut(path, "://"); ok {
			path = after
		}
		if i := strings.IndexAny(path, "/?"); i >= 0 {
			return origin, path[i:]
		}
		return origin, "/"
	}
	protocol := strings.ToLower(j.plain(j.setting(n, scope, "HTTPSampler.protocol")))
	host := j.plain(j.setting(n, scope, "HTTPSampler.domain"))
	port := j.plain(j.setting(n, scope, "HTTPSampler.port"))
	if protocol == "" {
		protocol = "http"
	}
	if host == "" {
		return "", path
	}
	if port != "" && port != "0" && !(protocol == "http" && port == "80") && !(protocol == "https" && port == "443") {
		host += ":" + port
	}
	return protocol + "://" + host, path
}

// sampler is the request that a sampler sends; empty: why there is none.
func (j *jmeter) sampler(n jmxNode, outer jmxScope) (r draft.Request, why string) {
	scope := outer.with(n.below.nodes())
	origin, path := j.address(n, outer)
	if origin != j.origin {
		return r, fmt.Sprintf("it goes to %s, and a scenario has one target", origin)
	}
	r.Method = strings.ToUpper(j.plain(j.setting(n, outer, "HTTPSampler.method")))
	if r.Method == "" {
		r.Method = "GET"
	}
	if !targets.Token(r.Method) || r.Method == "CONNECT" {
		return r, fmt.Sprintf("its method is %q", r.Method)
	}
	if name := draft.WordOf(j.plain(n.attrs["testname"])); name != "" && !strings.HasPrefix(name, "http") {
		r.Name = name
	}
	kind := j.headers(&r, scope)
	query := j.content(&r, n, outer, kind)
	if query != "" {
		if strings.Contains(path, "?") {
			path += "&" + query
		} else {
			path += "?" + query
		}
	}
	if err := j.Scenario.SetTarget(&r, path); err != nil {
		return r, err.Error()
	}
	j.answers(&r, n.below.nodes(), outer)
	return r, ""
}

// headers are those of all managers, of the nearest where several have one; the
// content type is returned.
func (j *jmeter) headers(r *draft.Request, scope jmxScope) (contentType string) {
	for _, m := range scope.of("HeaderManager") {
		for _, h := range m.items("HeaderManager.headers") {
			name, value := j.plain(h.prop("Header.name")), strings.TrimSpace(h.prop("Header.value"))
			switch {
			case strings.EqualFold(name, "content-type"):
				if contentType = j.Flat(j.fill(value)); !draft.Sendable(name, contentType) {
					contentType = ""
				}
				continue
			case j.once != "" && strings.EqualFold(name, "authorization") && bearerOf(value) == j.once:
				r.Bearer = true
				continue
			case strings.EqualFold(name, "authorization") && strings.TrimSpace(value) == "", name == "":
				continue
			case strings.EqualFold(name, "authorization") && j.unknown(bearerOf(value)):
				r.Bearer = !j.takes[bearerOf(value)] // else it is not taken yet
				continue
			}
			value = j.fill(value)
			if !draft.Sendable(name, j.Flat(value)) {
				continue // mlbench sets it
			}
			r.SetHeader(j.Scenario.Vault.VariedHeader(name, value))
		}
	}
	for _, m := range scope.of("AuthManager") {
		for _, a := range m.items("AuthManager.auth_list") {
			if mechanism := a.prop("Authorization.mechanism"); mechanism != "" && !strings.HasPrefix(mechanism, "BASIC") {
				j.Note("auth", fmt.Sprintf("Line %d: a login by %s is not read: mlbench knows headers alone.", m.line, mechanism))
				continue
			}
			if at := j.plain(a.prop("Authorization.url")); at == "" || strings.HasPrefix(at, j.origin) || strings.HasPrefix(j.origin, strings.TrimSuffix(at, "/")) {
				r.SetHeader(draft.SecretHeader("Authorization", "Basic …"))
			}
		}
	}
	return contentType
}

// unknown says whether nothing that was read so far sets the variable.
func (j *jmeter) unknown(name string) bool {
	_, defined := j.defined[name]
	return name != "" && !strings.Contains(name, "(") && !j.captured[name] && j.made[name] == nil && !defined
}

// bearerOf is the variable that a header's token is.
func bearerOf(value string) string {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(value), " ")
	rest = strings.TrimSpace(rest)
	if !ok || !strings.EqualFold(scheme, "bearer") || !strings.HasPrefix(rest, "${") || !strings.HasSuffix(rest, "}") {
		return ""
	}
	return rest[2 : len(rest)-1]
}

// content makes the body, or the query.
func (j *jmeter) content(r *draft.Request, n jmxNode, outer jmxScope, contentType string) (query string) {
	args := n.items("HTTPsampler.Arguments", "Arguments.arguments")
	for _, def := range outer.of("ConfigTestElement") {
		args = append(def.items("HTTPsampler.Arguments", "Arguments.arguments"), args...)
	}
	files := n.items("HTTPsampler.Files", "HTTPFileArgs.files")
	takesBody := r.Method != "GET" && r.Method != "HEAD" && r.Method != "OPTIONS" && r.Method != "TRACE"
	header := contentType
	defer func() {
		if header != "" {
			r.Headers = append(r.Headers, j.Scenario.Vault.Header("Content-Type", header))
		}
	}()
	switch {
	case n.is("HTTPSampler.postBodyRaw"):
		var raw strings.Builder
		for _, a := range args {
			raw.WriteString(a.prop("Argument.value"))
		}
		if raw.Len() > 0 {
			r.Body, header = j.Scenario.Vault.VariedBody(j.fill(raw.String()), contentType)
		}
	case takesBody && len(files) == 1 && strings.TrimSpace(files[0].prop("File.paramname")) == "" && len(args) == 0:
		r.Body = j.o.FileBody(j.plain(files[0].prop("File.path")))
		if header == "" {
			header = j.plain(files[0].prop("File.mimetype"))
		}
	case takesBody && (len(files) > 0 || n.is("HTTPSampler.DO_MULTIPART_POST")):
		r.Body, header = j.multipart(args, files), ""
	case takesBody && r.Method != "DELETE" && len(args) > 0:
		if strings.Contains(contentType, "json") { // names without values are what some write
			if raw := joinedValues(args); draft.IsJSONValue(j.Flat(j.fill(raw))) {
				r.Body, header = j.Scenario.Vault.VariedBody(j.fill(raw), contentType)
				return ""
			}
		}
		r.Body, header = j.Scenario.Vault.VariedBody(j.pairs(args), draft.FormMedia)
		if strings.HasPrefix(strings.ToLower(contentType), draft.FormMedia) && contentType != draft.FormMedia {
			header = contentType
		}
	default:
		return j.pairs(args)
	}
	return ""
}

func joinedValues(args []*jmxElement) string {
	var b strings.Builder
	for _, a := range args {
		b.WriteString(a.prop("Argument.value"))
	}
	return b.String()
}

// pairs are arguments percent-encoded, but for those that are already.
func (j *jmeter) pairs(args []*jmxElement) string {
	var parts []string
	for _, a := range args {
		name, value := j.fill(a.prop("Argument.name")), j.fill(a.prop("Argument.value"))
		if name == "" && value == "" {
			continue
		}
		if a.prop("HTTPArgument.always_encode") != "false" {
			name, value = url.QueryEscape(name), url.QueryEscape(value)
		}
		if value == "" && a.prop("HTTPArgument.use_equals") == "false" {
			parts = append(parts, name)
			continue
		}
		parts = append(parts, name+"="+value)
	}
	return strings.Join(parts, "&")
}

// multipart is a body of fields and files.
func (j *jmeter) multipart(args, files []*jmxElement) *draft.Body {
	b := &draft.Body{Form: "multipart"}
	var parts draft.Request
	for _, a := range args {
		if name := j.plain(a.prop("Argument.name")); draft.PartName(name) {
			parts.AddQuery(name, j.Scenario.Vault.Field(name, j.fill(a.prop("Argument.value"))))
		}
	}
	for _, f := range files {
		name, path := j.plain(f.prop("File.paramname")), j.plain(f.prop("File.path"))
		if name == "" {
			name = "file"
		}
		if !draft.PartName(name) {
			continue
		}
		part := j.o.FilePart(path, b)
		if kind := j.plain(f.prop("File.mimetype")); kind != "" && (targets.Field{Name: "T", Value: kind}).Validate() == nil {
			part = append(part, example.Pair{Key: "type", Value: kind})
		}
		parts.AddQuery(name, part)
	}
	b.Value = parts.Query
	if len(parts.Query) == 0 {
		b.Form, b.Value = "text", ""
	}
	return b
}
