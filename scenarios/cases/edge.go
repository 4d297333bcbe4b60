package cases

import (
	"net/http"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets/strict"
)

// edgeCases make odd requests of the ordinary ones of a class. Each starts from
// another of them where there is another: had two cases the same numbers, a
// target that caches would answer the second by the first.
func edgeCases(ordinary []Case, limits limits) []Case {
	if len(ordinary) == 0 {
		return nil
	}
	var out []Case
	next := func() Case { return ordinary[len(out)%len(ordinary)] }
	add := func(kind, about string, change func(*Case)) {
		c := next()
		c.Kind, c.About = kind, about
		change(&c)
		out = append(out, c)
	}
	first := ordinary[0]
	if doc, err := answers.Decode(first.Body); err == nil && strings.Contains(first.get("Content-Type"), "json") {
		for _, m := range mutations(doc, limits) {
			body, ok := m.apply(next().Body)
			if !ok { // bodies may differ in shape
				body, ok = m.apply(first.Body)
			}
			if ok {
				add(m.kind, m.about, func(c *Case) { c.Body = body })
			}
		}
	}
	if first.Body != nil {
		add(emptyBody, "no bytes at all", func(c *Case) { c.Body = []byte{} })
		add(emptyBody, "a space and a line end", func(c *Case) { c.Body = []byte(" \n") })
		bodyLabels(add)
	}
	if first.Auth == scenarios.Bearer {
		tokens(add)
	}
	addresses(first, add)
	return out
}

type adder func(kind, about string, change func(*Case))

// bodyLabels send the right body under other content types.
func bodyLabels(add adder) {
	for _, label := range []string{"", "text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded"} {
		about := "Content-Type: " + label
		if label == "" {
			about = "no Content-Type"
		}
		add(contentType, about, func(c *Case) { *c = c.set("Content-Type", label) })
	}
}

// tokens are those of nobody.
func tokens(add adder) {
	with := func(value string) func(*Case) {
		return func(c *Case) {
			c.Auth = scenarios.NoAuth
			*c = c.set("Authorization", value)
		}
	}
	add(BadToken, "no token", with(""))
	add(BadToken, "a token that is none", with("Bearer not-a-token"))
	add(BadToken, "an unsigned token", with("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."))
	add(BadToken, "another scheme", with("Basic bm9ib2R5Om5vdGhpbmc="))
}

// addresses ask for what is not there. Only methods that are safe by definition
// (RFC 9110 §9.2.1), or that no service knows: a wrong DELETE may delete.
func addresses(first Case, add adder) {
	path, query, hasQuery := strings.Cut(first.Path, "?")
	at := func(path string) func(*Case) {
		return func(c *Case) {
			if c.Path = path; hasQuery {
				c.Path += "?" + query
			}
		}
	}
	add(unknownPath, "a path that is not there", at(strings.TrimSuffix(path, "/")+"/mlbench-unknown"))
	if path != "" && !strings.HasSuffix(path, "/") {
		add(unknownPath, "a slash at the end of the path", at(path+"/"))
	}
	methods := []string{http.MethodHead, http.MethodOptions, "MLBENCH"}
	if first.Method != http.MethodGet {
		methods = append(methods, http.MethodGet)
	}
	for _, method := range methods {
		if method == first.Method {
			continue
		}
		add(unknownMethod, "method "+method, func(c *Case) {
			c.Method, c.Body = method, nil
			*c = c.set("Content-Type", "")
		})
	}
}

// generates says whether a key is that of a generator, as in $vector; $$ begins a
// key that begins with $.
func generates(key string) bool { return strings.HasPrefix(key, "$") && !strings.HasPrefix(key, "$$") }

// limits are the bounds of generators or of a schema, by place: $.features[*].
type limits map[string]limit

type limit struct {
	min, max *float64        // of a number
	size     *scenarios.Span // of a list
	length   *scenarios.Span // of a text, in characters
	choice   bool            // one of a few values only
}

// of collects the limits of a body's generators.
func (l limits) of(n *strict.Node, at string) {
	if n.Kind != strict.Map {
		for _, item := range n.Items {
			l.of(item, at+"[*]")
		}
		return
	}
	if len(n.Keys) != 1 || !generates(n.Keys[0].Name) {
		for i, key := range n.Keys {
			name := key.Name
			if strings.HasPrefix(name, "$$") {
				name = name[1:]
			}
			l.of(n.Items[i], at+"."+name)
		}
		return
	}
	g := n.Items[0]
	switch n.Keys[0].Name {
	case "$vector":
		l[at], l[at+"[*]"] = limit{size: span(g, "size")}, bounds(g)
	case "$matrix":
		l[at], l[at+"[*]"], l[at+"[*][*]"] = limit{size: span(g, "rows")}, limit{size: span(g, "cols")}, bounds(g)
	case "$number", "$int":
		l[at] = bounds(g)
	}
}

func bounds(g *strict.Node) limit {
	number := func(key string) *float64 {
		n := g.Get(key)
		if n == nil {
			return nil
		}
		var v float64
		switch x := n.Value.(type) {
		case int64:
			v = float64(x)
		case uint64:
			v = float64(x)
		case float64:
			v = x
		default:
			return nil
		}
		return &v
	}
	return limit{min: number("min"), max: number("max")}
}

func span(g *strict.Node, key string) *scenarios.Span {
	var s scenarios.Span
	if n := g.Get(key); n == nil || s.UnmarshalText([]byte(n.Text)) != nil {
		return nil
	}
	return &s
}
