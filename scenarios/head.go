package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// parameters are names and values of a path or query, in the order of the file.
type parameters []parameter

// parameter has a single value or what a generator makes; of a query, also a list
// of them.
type parameter struct {
	key   strict.Key
	node  *strict.Node
	value template // percent-encoded, of a query with its name; the validator's
}

// DecodeNode keeps the values for the validator.
func (p *parameters) DecodeNode(d *strict.Document, n *strict.Node) {
	if !d.Want(n, strict.Map) {
		return
	}
	for i, key := range n.Keys {
		*p = append(*p, parameter{key: key, node: n.Items[i]})
	}
}

// headers are those of a request, in the order of the file.
type headers []header

// header has a single value, or what a generator makes.
type header struct {
	targets.Field              // of one that varies: without its value
	node          *strict.Node // nil: of no file
	value         template     // of one that varies; the validator's
}

func (h *header) varies() bool { return h.node != nil && isGenerated(h.node) }

// DecodeNode accepts what target files do, and generators as values.
func (h *headers) DecodeNode(d *strict.Document, n *strict.Node) {
	stand := func(item *strict.Node) *strict.Node {
		if !isGenerated(item) {
			return item
		}
		return &strict.Node{Kind: strict.String, Text: "{" + item.Keys[0].Name + "}", Path: item.Path, Line: item.Line, Col: item.Col}
	}
	plain := *n
	plain.Items = slices.Clone(n.Items)
	var values []*strict.Node
	for i, item := range n.Items {
		list := *item
		list.Items = slices.Clone(item.Items)
		for k, value := range several(item) {
			if item.Kind == strict.List {
				list.Items[k] = stand(value)
			}
			if isGenerated(value) || value.Kind != strict.Map && value.Kind != strict.List && value.Kind != strict.Null {
				values = append(values, value)
			}
		}
		if plain.Items[i] = stand(item); item.Kind == strict.List {
			plain.Items[i] = &list
		}
	}
	var fields targets.Headers
	d.Decode(&plain, &fields)
	for i, f := range fields { // of others something was noted
		*h = append(*h, header{Field: f, node: values[i]})
	}
}

// fields are the headers with their values as they are written.
func (h headers) fields() []targets.Field {
	var out []targets.Field
	for i := range h {
		out = append(out, h[i].Field)
	}
	return out
}

// isGenerated says whether the value is one generator.
func isGenerated(n *strict.Node) bool {
	return n.Kind == strict.Map && len(n.Keys) == 1 && isGenerator(n.Keys[0].Name)
}

// parameterForm finds {name} in a path, in its group; the others are no
// parameters.
var parameterForm = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}|\{\{[^{}]*\}\}|\{([A-Za-z_][A-Za-z0-9_.-]*)\}`)

// parameterName is what goes between { and }.
var parameterName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// withParameters replaces the {name}s of a path, if the request has params.
func (r *Request) withParameters(path string, by func(*parameter) string) string {
	out, from := "", 0
	r.eachParameter(path, func(at, to int, p *parameter) {
		out, from = out+path[from:at]+by(p), to
	})
	return out + path[from:]
}

// eachParameter visits the {name}s of a path that are in params, and where they
// are.
func (r *Request) eachParameter(path string, visit func(from, to int, p *parameter)) {
	if len(r.Params) == 0 {
		return
	}
	for _, m := range parameterForm.FindAllStringSubmatchIndex(path, -1) {
		if m[2] < 0 {
			continue
		}
		if i := slices.IndexFunc(r.Params, func(p parameter) bool { return p.key.Name == path[m[2]:m[3]] }); i >= 0 {
			visit(m[0], m[1], &r.Params[i])
		}
	}
}

// head compiles the values before the body, so that their mistakes have positions.
func (v *validator) head(r *Request, n *strict.Node) {
	v.params(r, n)
	if len(r.Query) > 0 && r.Path == "" {
		v.d.Bad(n.Get("query"), "there is no path to append it to: write one, such as path: /")
	}
	for i := range r.Query {
		p := &r.Query[i]
		for _, item := range several(p.node) {
			if len(p.value) > 0 {
				p.value = append(p.value, piece{literal: []byte("&")})
			}
			p.value = append(p.value, piece{literal: []byte(percentEncode(p.key.Name) + "=")})
			p.value = append(p.value, v.urlValue(item)...)
		}
		if len(p.value) == 0 {
			v.d.Bad(p.node, "found an empty list, want at least one value")
		}
	}
	if r.Body == nil && n.Get("body") == nil {
		if r.Chunked {
			v.d.Bad(n.Get("chunked"), "there is no body to send in chunks")
		}
		for _, h := range r.Headers {
			if strings.EqualFold(h.Name, "expect") {
				v.d.Bad(h.node, "header Expect: there is no body to wait for")
			}
		}
	}
	v.environment = true
	for i := range r.Headers {
		if h := &r.Headers[i]; h.varies() {
			h.value = v.formValue(h.node, nil)
		}
	}
	v.environment = false
}

// params wants each of them once or more in the path, and each {name} there.
func (v *validator) params(r *Request, n *strict.Node) {
	at := n.Get("params")
	if at == nil || at.Kind != strict.Map {
		return
	}
	used := map[string]bool{}
	for _, m := range parameterForm.FindAllStringSubmatch(r.Path, -1) {
		used[m[1]] = m[1] != ""
	}
	known := map[string]bool{}
	for i := range r.Params {
		p := &r.Params[i]
		known[p.key.Name] = true
		switch hint := ""; {
		case !parameterName.MatchString(p.key.Name):
			v.d.BadAt(p.key.Line, p.key.Col, "%s: name %q: want letters, digits, '_', '.' and '-', a letter or '_' first", at.Path, p.key.Name)
		case !used[p.key.Name]:
			if s := strict.Suggest(p.key.Name, names(used)); s != "" {
				hint = ", did you mean {" + s + "}?"
			}
			v.d.BadAt(p.key.Line, p.key.Col, "%s: the path has no {%s}%s", at.Path, p.key.Name, hint)
		}
		if p.node.Kind == strict.List {
			v.d.Bad(p.node, "found %s, want a single value or a generator", p.node.Describe())
			continue
		}
		p.value = v.urlValue(p.node)
	}
	for _, name := range names(used) {
		if !known[name] {
			hint := ""
			if s := strict.Suggest(name, names(known)); s != "" {
				hint = ", did you mean {" + s + "}?"
			}
			v.d.Bad(n.Get("path"), "{%s}: params has no such name%s (write %%7B for a brace that is none)", name, hint)
		}
	}
}

// names are those that are set, in order.
func names(set map[string]bool) (out []string) {
	for name, is := range set {
		if is {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// urlValue is a value of a path or query: what stands in the file keeps its
// {{name}}s.
func (v *validator) urlValue(n *strict.Node) template {
	if n.Kind == strict.Map || n.Kind == strict.List || n.Kind == strict.Null {
		return v.formValue(n, percentEncode)
	}
	if !v.refs(n, n.Text) {
		return nil
	}
	text := escapePlain(n.Text, func(s string) string {
		var out strings.Builder
		from := 0
		for _, m := range reference.FindAllStringSubmatchIndex(s, -1) {
			out.WriteString(percentEncode(s[from:m[0]]) + "{{" + s[m[2]:m[3]] + "}}")
			from = m[1]
		}
		return out.String() + percentEncode(s[from:])
	})
	return template{newLiteral([]byte(text), percentEncode)}
}

// templates are all that vary in the request.
func (r *Request) templates() (all []template) {
	for _, p := range slices.Concat(r.Params, r.Query) {
		all = append(all, p.value)
	}
	for _, h := range r.Headers {
		all = append(all, h.value)
	}
	if r.Body != nil {
		all = append(all, r.Body.template)
	}
	return all
}

// references are the names that the request's head refers to: all of them, and
// those that alone, or with dots, make up a segment of its path.
func (r *Request) references() (all, segments []string) {
	lines := r.Path
	add := func(n *strict.Node) {
		eachText(n, func(text *strict.Node) { lines += "\n" + text.Text })
	}
	for _, p := range slices.Concat(r.Params, r.Query) {
		add(p.node)
	}
	for _, h := range r.Headers {
		if lines += "\n" + h.Value; h.varies() {
			add(h.node)
		}
	}
	path := r.withParameters(r.Path, func(p *parameter) string {
		if p.node.Kind != strict.Map {
			return p.node.Text
		}
		own := ""
		eachText(p.node, func(text *strict.Node) { own += strings.Join(reference.FindAllString(text.Text, -1), "") })
		return own
	})
	return references(lines), segmentNames(path)
}
