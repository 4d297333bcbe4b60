package program

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// rendered makes a value one of a draft: texts with places for what varies. What is
// missing, because it is unknown, is null.
func (p *program) rendered(v any) (out any, missing []unknown) {
	switch v := v.(type) {
	case nil, bool, json.Number:
		return v, nil
	case string:
		return p.avoided(v), nil
	case joined:
		s, missing := p.text(v)
		if len(missing) > 0 {
			return nil, missing
		}
		return s, nil
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			var more []unknown
			list[i], more = p.rendered(x)
			missing = append(missing, more...)
		}
		return list, missing
	case example.Pairs:
		object := make(example.Pairs, 0, len(v))
		seen := map[string]bool{}
		for _, pair := range v {
			if seen[pair.Key] {
				continue
			}
			seen[pair.Key] = true
			x, more := p.rendered(pair.Value)
			for i := range more {
				more[i].at = cmp.Or(more[i].at, pair.Key)
			}
			missing = append(missing, more...)
			object = append(object, example.Pair{Key: p.avoided(pair.Key), Value: x})
		}
		return object, missing
	case example.Generated:
		if _, isList := v.Args.([]any); v.Name == "$sequence" && !isList {
			return v, nil
		}
		if p.drawn(v); v.Name != "$choice" && v.Name != "$sequence" {
			return v, nil
		}
		args, missing := p.rendered(v.Args)
		return example.Generated{Name: v.Name, Args: args}, missing
	case unknown:
		return nil, []unknown{v}
	case jsonText: // within another text
		return nil, []unknown{{label: "JSON within JSON"}}
	}
	s, missing := p.text(joined{v})
	if len(missing) > 0 {
		return nil, missing
	}
	return s, nil
}

// avoided is a text of the source, which must not look like a place.
func (p *program) avoided(s string) string { return strings.ReplaceAll(s, p.d.Vault.Mark, "") }

// text is a text with places for what varies.
func (p *program) text(v any) (s string, missing []unknown) {
	var b strings.Builder
	parts, ok := v.(joined)
	if !ok {
		parts = joined{v}
	}
	for _, x := range parts {
		switch x := x.(type) {
		case envValue:
			if draft.SecretName(x.name) { // what a script has in its place is one, too
				x.fallback = nil
			}
			b.WriteString(p.d.Vault.Place(draft.Variable{Env: x.name, Fallback: x.fallback}))
		case part:
			if at, ok := p.captured(x); ok {
				b.WriteString(at)
				continue
			}
			missing = append(missing, unknown{label: "what an answer before the load, or of another branch, held"})
		case example.Generated:
			p.drawn(x)
			made, more := p.rendered(x)
			if missing = append(missing, more...); len(more) == 0 {
				g := p.d.Vault.Value(made, "")
				b.WriteString(p.d.Vault.Put(draft.Variable{Name: "made", Made: g, Sample: "1"}))
			}
		case unknown:
			missing = append(missing, x)
		default:
			if s, ok := textOf(x); ok {
				b.WriteString(p.avoided(s))
				continue
			}
			label := "a value"
			if m, ok := x.(module); ok {
				label = strings.Replace(string(m), ".default", "", 1)
			}
			missing = append(missing, unknown{label: label})
		}
	}
	return b.String(), missing
}

// drawn notes that a value which the script draws once is in several requests: here
// each draws its own.
func (p *program) drawn(g example.Generated) {
	var at any
	switch args := g.Args.(type) {
	case example.Pairs:
		if len(args) > 0 {
			at = &args[0]
		}
	case []any:
		if len(args) > 0 {
			at = &args[0]
		}
	}
	root := p.flow
	for root.journey != nil {
		root = root.journey
	}
	if at == nil {
		return
	}
	if root.drawn == nil {
		root.drawn = map[any]*script.Node{}
	}
	if before, ok := root.drawn[at]; ok && before != p.sent && p.sent != nil {
		p.note(p.sent.Line, "a value is that of a request before there, and drawn anew here")
		root.drawn[at] = p.sent
		return
	}
	root.drawn[at] = p.sent
}

var captureWord = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// captured is the place of what a request before gave, which its capture takes.
func (p *program) captured(x part) (string, bool) {
	if x.of.flow == nil || !x.of.flow.before(p.flow) {
		return "", false
	}
	var takes any
	base := "value"
	words := captureWord.FindAllString(x.path, -1)
	if len(words) > 0 {
		base = words[len(words)-1]
	}
	switch x.kind {
	case jsonPart:
		takes = x.path
		if base == "value" && x.path == "$" {
			base = "answer"
		}
	case headerPart:
		if x.path == "" {
			return "", false
		}
		takes = example.Pairs{{Key: "header", Value: x.path}}
		base = draft.Identifier(strings.ToLower(x.path))
	default:
		return "", false
	}
	r := &x.of.request
	for _, c := range r.Capture {
		if example.Flow(c.Value) == example.Flow(takes) {
			return p.d.Vault.Put(draft.Variable{Name: c.Key, Captured: true}), true
		}
	}
	name := base
	for n := 2; p.names[name]; n++ {
		name = base + "_" + strconv.Itoa(n)
	}
	p.names[name] = true
	r.Capture = append(r.Capture, example.Pair{Key: name, Value: takes})
	return p.d.Vault.Put(draft.Variable{Name: name, Captured: true}), true
}
