package program

import (
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

func (p *program) ofText(on any, name string, a arguments, n *script.Node) (any, bool) {
	text, plain := textOf(on)
	switch name {
	case "encode", "toString", "strip", "trim", "valueOf":
		return on, true
	case "join":
		if list, ok := a.get(0, "").([]any); ok && plain {
			return separated(list, text), true
		}
		if g, ok := a.get(0, "").(example.Generated); ok && g.Name == "$id" {
			return g, true
		}
	case "concat":
		return join(append([]any{on}, a.list...)...), true
	case "format":
		if plain {
			return formatted(text, a), true
		}
	case "lower", "toLowerCase":
		if plain {
			return strings.ToLower(text), true
		}
	case "upper", "toUpperCase":
		if plain {
			return strings.ToUpper(text), true
		}
	case "replace":
		from, ok1 := a.get(0, "").(string)
		to, ok2 := a.get(1, "").(string)
		if plain && ok1 && ok2 && from != "" && len(text)*len(to) < 1<<20 {
			return strings.ReplaceAll(text, from, to), true
		}
	case "rstrip", "lstrip":
		cut, ok := a.get(0, "").(string)
		if plain && ok && name == "rstrip" {
			return strings.TrimRight(text, cut), true
		}
		if plain && ok {
			return strings.TrimLeft(text, cut), true
		}
	case "split":
		if sep, ok := a.get(0, "").(string); ok && plain && sep != "" {
			var out []any
			for _, s := range strings.SplitN(text, sep, maxFlow) {
				out = append(out, s)
			}
			return out, true
		}
	case "toFixed":
		if f, ok := numberOf(on); ok {
			if d, ok := numberOf(a.get(0, "")); ok && d >= 0 && d < 16 {
				return strconv.FormatFloat(f, 'f', int(d), 64), true
			}
		}
	}
	return nil, false
}

func separated(list []any, sep string) any {
	var parts []any
	for i, v := range list {
		if i > 0 {
			parts = append(parts, sep)
		}
		parts = append(parts, v)
	}
	return join(parts...)
}

// formatted fills {} and {name} in, as format does.
func formatted(format string, a arguments) any {
	var parts []any
	for next := 0; ; {
		before, rest, found := strings.Cut(format, "{")
		parts = append(parts, before)
		if !found {
			return join(parts...)
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return join(append(parts, rest)...)
		}
		format = after
		if name == "" {
			name = strconv.Itoa(next)
			next++
		}
		i, err := strconv.Atoi(name)
		if err != nil {
			i = -1
		}
		v, ok := a.at(i, name)
		if !ok {
			v = unknown{label: "a formatted value"}
		}
		parts = append(parts, v)
	}
}
