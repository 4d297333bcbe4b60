package program

import (
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

func (p *program) list(n *script.Node, s *scope) any {
	out := make([]any, 0, len(n.Kids))
	for _, k := range n.Kids {
		if k.Kind != script.Spread {
			out = append(out, p.eval(k, s))
			continue
		}
		more, ok := p.eval(k.Kids[0], s).([]any)
		if !ok {
			return unreadable(n)
		}
		out = append(out, more...)
	}
	return out
}

func (p *program) object(n *script.Node, s *scope) any {
	out := example.Pairs{}
	for _, k := range n.Kids {
		if k.Kind == script.Spread {
			more, ok := p.eval(k.Kids[0], s).(example.Pairs)
			if !ok {
				p.note(k.Line, "%s is not known", k.Kids[0].Label())
				continue
			}
			for _, pair := range more {
				out = withPair(out, pair.Key, pair.Value)
			}
			continue
		}
		key, ok := p.key(k.Kids[0], s)
		if !ok {
			p.note(k.Line, "a key that is not known is left out")
			continue
		}
		out = withPair(out, key, p.eval(k.Kids[1], s))
	}
	return out
}

// key is a text, or the name of a function: of tasks.
func (p *program) key(n *script.Node, s *scope) (string, bool) {
	if key, ok := textOf(p.eval(n, s)); ok {
		return key, true
	}
	return n.Text, n.Kind == script.Name
}

// ofChoice is a field, or an element, of what a generator makes.
func (p *program) ofChoice(on example.Generated, key any, n *script.Node) any {
	name, isText := key.(string)
	switch args, _ := on.Args.(example.Pairs); {
	case on.Name == "$uuid":
		return on // .hex
	case on.Name == "$row" && isText && args.Get("column") == nil:
		return example.Generated{Name: "$row", Args: withPair(args, "column", name)}
	}
	list, ok := on.Args.([]any)
	if on.Name != "$choice" && on.Name != "$sequence" || !ok {
		return unreadable(n)
	}
	var out []any
	for _, item := range list {
		object, isObject := item.(example.Pairs)
		elements, isList := item.([]any)
		i, _ := key.(int)
		switch {
		case isObject && isText:
			out = append(out, object.Get(name))
		case isList && !isText && i >= 0 && i < len(elements):
			out = append(out, elements[i])
		default:
			return unreadable(n)
		}
	}
	if on.Name == "$choice" && len(list) > 1 {
		p.note(n.Line, "%s is drawn by itself here, not with the other fields of one choice", n.Label())
	}
	return example.Generated{Name: on.Name, Args: out}
}
