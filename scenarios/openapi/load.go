package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// methods of a path item that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// Load reads a document, JSON or YAML. It never reads another: references to
// other files are a mistake. Operations come sorted by path and method; those
// with a mistake in them are left out, and the notes name each with its mistake.
// It is an error if none is left but for mistakes.
func Load(raw []byte) (ops []Operation, notes []string, err error) {
	d, err := parse(raw)
	if err != nil {
		return nil, nil, err
	}
	var first error
	wrong := func(name string) bool {
		if d.err == nil {
			return false
		}
		notes = append(notes, name+": "+d.err.Error())
		first = cmp.Or(first, d.err)
		d.err = nil
		return true
	}
	tokens := d.tokenURLs()
	d.err = nil // of schemes that nothing may ask for
	paths := d.root.object("paths")
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, at := d.follow(paths[path], below("/paths", path))
		if wrong(path) {
			continue
		}
		for _, method := range methods {
			if op := item.object(method); op != nil && strings.HasPrefix(path, "/") {
				read := d.operation(path, method, at, item, op)
				read.TokenURLs = tokens
				if !wrong(read.Method + " " + path) {
					ops = append(ops, read)
				}
			}
		}
	}
	if len(ops) == 0 && first != nil {
		return nil, nil, fmt.Errorf("%w: %s", errDocument, strings.Join(notes, "; "))
	}
	return ops, notes, nil
}

func (d *document) operation(path, method, at string, item, op object) Operation {
	out := Operation{
		ID: op.text("operationId"), Method: strings.ToUpper(method), Path: path,
		Base: d.base(item, op), Summary: op.text("summary"), Deprecated: op.flag("deprecated"),
		Parameters: d.parameters(at, method, item, op),
		Security:   d.security(op),
		Responses:  d.responses(op.object("responses")),
	}
	if body, at := d.follow(op["requestBody"], below(at, method, "requestBody")); body != nil {
		if kind, media, at := d.choose(body.object("content"), below(at, "content")); kind != "" {
			out.Body = &Body{Required: body.flag("required"), MediaType: kind, Schema: d.schema(media["schema"], below(at, "schema")), Example: d.example(media)}
		}
	}
	return out
}

// base is the path of the first server that counts for the operation.
func (d *document) base(item, op object) string {
	for _, level := range []object{op, item, d.root} {
		servers := level.list("servers")
		if len(servers) == 0 {
			continue
		}
		server, _ := d.follow(servers[0], "")
		at := server.text("url")
		for name := range server.object("variables") {
			at = strings.ReplaceAll(at, "{"+name+"}", server.object("variables").object(name).text("default"))
		}
		u, err := url.Parse(at)
		if err != nil || !strings.HasPrefix(u.Path, "/") {
			return ""
		}
		return strings.TrimSuffix(u.EscapedPath(), "/")
	}
	return ""
}

// maxParameters bounds those of an operation, each compared with all others.
const maxParameters = 1000

// parameters of the operation replace those of the path, which is at a pointer.
func (d *document) parameters(at, method string, item, op object) []Parameter {
	var out []Parameter
	if n := len(op.list("parameters")) + len(item.list("parameters")); n > maxParameters {
		d.bad("it has %d parameters: want at most %d", n, maxParameters)
		return nil
	}
	for _, level := range []struct {
		of object
		at string
	}{{op, below(at, method, "parameters")}, {item, below(at, "parameters")}} {
		for i, v := range level.of.list("parameters") {
			o, at := d.follow(v, below(level.at, strconv.Itoa(i)))
			p := Parameter{Name: o.text("name"), In: o.text("in"), Example: d.example(o)}
			if p.Name == "" || slices.ContainsFunc(out, func(q Parameter) bool { return q.Name == p.Name && q.In == p.In }) {
				continue
			}
			p.Required = o.flag("required") || p.In == "path"
			schema, at := o["schema"], below(at, "schema")
			if schema == nil {
				kind, media, in := d.choose(o.object("content"), below(at, "content"))
				schema, at, p.JSON = media["schema"], below(in, "schema"), IsJSON(kind)
			}
			p.Style, p.Explode = style(o, p.In)
			p.Schema = d.schema(schema, at)
			out = append(out, p)
		}
	}
	return out
}

// choose takes the media type that is the easiest to make.
func (d *document) choose(content object, at string) (kind string, media object, place string) {
	rank := func(kind string) int {
		switch plain, _, _ := strings.Cut(strings.ToLower(kind), ";"); {
		case plain == "application/json":
			return 0
		case IsJSON(kind):
			return 1
		case plain == "application/x-www-form-urlencoded":
			return 2
		case plain == "text/plain":
			return 3
		}
		return 4
	}
	kinds := slices.SortedFunc(maps.Keys(content), func(a, b string) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a, b))
	})
	if len(kinds) == 0 {
		return "", nil, ""
	}
	media, place = d.follow(content[kinds[0]], below(at, kinds[0]))
	return kinds[0], media, place
}

// IsJSON says whether bodies of the media type are JSON.
func IsJSON(mediaType string) bool {
	plain, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	plain = strings.TrimSpace(plain)
	return plain == "application/json" || strings.HasSuffix(plain, "+json") || plain == "*/*" || plain == "application/*"
}

// style is how lists and objects of a parameter are written.
func style(o object, in string) (name string, explode bool) {
	name = o.text("style")
	switch {
	case name != "":
	case in == "query" || in == "cookie":
		name = "form"
	default:
		name = "simple"
	}
	explode = name == "form"
	if _, said := o["explode"].(bool); said {
		explode = o.flag("explode")
	}
	return name, explode
}

// example is the one, or the first of several by name.
func (d *document) example(o object) any {
	if v := o["example"]; v != nil {
		return v
	}
	several := o.object("examples")
	for _, name := range slices.Sorted(maps.Keys(several)) {
		if o, _ := d.follow(several[name], ""); o["value"] != nil {
			return o["value"]
		}
	}
	return nil
}

func (d *document) responses(all object) []Response {
	var out []Response
	for key, v := range all {
		answer := Response{Range: key}
		if status, err := strconv.Atoi(key); err == nil {
			answer.Status, answer.Range = status, ""
		}
		o, at := d.follow(v, "")
		kind, media, at := d.choose(o.object("content"), below(at, "content"))
		answer.MediaType = kind
		if IsJSON(kind) && media["schema"] != nil {
			answer.Schema = d.schema(media["schema"], below(at, "schema"))
		}
		out = append(out, answer)
	}
	slices.SortFunc(out, func(a, b Response) int {
		return cmp.Or(a.Status-b.Status, strings.Compare(a.Range, b.Range))
	})
	return out
}

// security is what the operation, or else the document, asks for.
func (d *document) security(op object) []Requirement {
	all := d.root.list("security")
	if _, own := op["security"]; own {
		all = op.list("security")
	}
	var out []Requirement
	for _, v := range all {
		alternative, _ := v.(map[string]any)
		if len(alternative) == 0 {
			return nil // open to all
		}
		var need Requirement
		for _, name := range slices.Sorted(maps.Keys(alternative)) {
			need = append(need, d.scheme(name))
		}
		out = append(out, need)
	}
	return out
}

func (d *document) tokenURLs() []string {
	var out []string
	schemes := d.root.object("components").object("securitySchemes")
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		if at := d.scheme(name).TokenURL; at != "" {
			out = append(out, at)
		}
	}
	return out
}

// scheme is of no type when the document does not define it.
func (d *document) scheme(name string) Scheme {
	o, _ := d.follow(d.root.object("components").object("securitySchemes")[name], "")
	return Scheme{
		Name: name, Type: o.text("type"), Scheme: strings.ToLower(o.text("scheme")),
		In: o.text("in"), Parameter: o.text("name"),
		TokenURL: o.object("flows").object("password").text("tokenUrl"),
	}
}
