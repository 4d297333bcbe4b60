package program

import (
	"math"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

func (p *program) binary(n *script.Node, s *scope) any {
	a := p.eval(n.Kids[0], s)
	switch n.Text {
	case "||", "??":
		if at, ok := a.(envValue); ok && at.fallback == nil {
			if b, ok := textOf(p.eval(n.Kids[1], s)); ok {
				at.fallback = &b
			}
			return at
		}
		if known, truth := truthOf(a); known && !truth {
			return p.eval(n.Kids[1], s)
		}
		return a
	case "&&":
		if known, truth := truthOf(a); known && !truth {
			return a
		}
		return p.eval(n.Kids[1], s)
	}
	b := p.eval(n.Kids[1], s)
	if n.Text == "+" {
		if g, ok := scaled(a, "+", b); ok {
			return g
		}
		if g, ok := scaled(b, "+", a); ok {
			return g
		}
		return plus(a, b, n)
	}
	g, isMade := a.(example.Generated)
	if _, _, _, drawn := limits(a); n.Text == "%" && (drawn || isMade && g.Name == "$sequence") { // __VU % users.length
		return a
	}
	x, ok1 := numberOf(a)
	y, ok2 := numberOf(b)
	if ok1 && ok2 {
		return arithmetic(x, n.Text, y, n)
	}
	if n.Text == "*" && ok2 && y >= 1 && y < 10_000 {
		switch a := a.(type) {
		case string:
			if len(a)*int(y) < 1<<20 {
				return strings.Repeat(a, int(y))
			}
		case []any:
			return repeated(a, int(y))
		}
	}
	if format, ok := a.(string); ok && n.Text == "%" {
		return percent(format, b)
	}
	if g, ok := scaled(a, n.Text, b); ok {
		return g
	}
	if g, ok := scaled(b, n.Text, a); ok && n.Text == "*" {
		return g
	}
	t1, ok1 := textOf(a)
	t2, ok2 := textOf(b)
	switch {
	case ok1 && ok2 && n.Text == "==":
		return t1 == t2
	case ok1 && ok2 && n.Text == "!=":
		return t1 != t2
	}
	return unreadable(n)
}

func repeated(list []any, times int) any {
	var out []any
	for range times {
		if out = append(out, list...); len(out) > 10_000 {
			break
		}
	}
	return out
}

func arithmetic(x float64, op string, y float64, n *script.Node) any {
	f := math.NaN()
	switch op {
	case "-":
		f = x - y
	case "*":
		f = x * y
	case "/":
		f = x / y
	case "//":
		f = math.Floor(x / y)
	case "%":
		f = math.Mod(x, y)
	case "**":
		f = math.Pow(x, y)
	case "<":
		return x < y
	case ">":
		return x > y
	case "<=":
		return x <= y
	case ">=":
		return x >= y
	case "==":
		return x == y
	case "!=":
		return x != y
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return unreadable(n)
	}
	return numberFrom(f)
}

// percent fills %s and %d in.
func percent(format string, with any) any {
	values, ok := with.([]any)
	if !ok {
		values = []any{with}
	}
	var parts []any
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 || i+1 == len(format) {
			return join(append(parts, format)...)
		}
		parts = append(parts, format[:i])
		switch verb := format[i+1]; {
		case verb == '%':
			parts = append(parts, "%")
		case (verb == 's' || verb == 'd') && len(values) > 0:
			parts, values = append(parts, values[0]), values[1:]
		default:
			parts = append(parts, unknown{label: "a formatted value"})
		}
		format = format[i+2:]
	}
}

func (p *program) unary(n *script.Node, s *scope) any {
	v := p.eval(n.Kids[0], s)
	if f, ok := numberOf(v); ok && n.Text == "-" {
		return numberFrom(-f)
	}
	if known, truth := truthOf(v); known && n.Text == "!" {
		return !truth
	}
	if n.Text == "+" {
		return v
	}
	return unreadable(n)
}

// weighted is one of two values, the first with that share.
func weighted(share float64, a, b any) any {
	return example.Generated{Name: "$choice", Args: example.Pairs{
		{Key: "values", Value: []any{a, b}},
		{Key: "weights", Value: []any{numberFrom(share), numberFrom(1 - share)}},
	}}
}

// either is one of two values: by a condition that is known, or by chance.
func (p *program) either(n *script.Node, s *scope) any {
	if share, ok := p.chance(n.Kids[0], s); ok {
		return weighted(share, p.eval(n.Kids[1], s), p.eval(n.Kids[2], s))
	}
	known, truth := truthOf(p.eval(n.Kids[0], s))
	switch {
	case known && truth:
		return p.eval(n.Kids[1], s)
	case known:
		return p.eval(n.Kids[2], s)
	}
	return unreadable(n)
}

// each is a comprehension: a vector of random numbers, or a list of values.
func (p *program) each(n *script.Node, s *scope) any {
	inner := newScope(s)
	over, ok := p.eval(n.Kids[1], s).([]any)
	if !ok {
		return unreadable(n)
	}
	bind := func(item any) {
		for _, name := range n.Names {
			inner.names[name] = item
		}
	}
	if len(over) > 0 {
		bind(over[0])
		if v, ok := vectorOf(p.eval(n.Kids[0], inner), len(over)); ok {
			return v
		}
	}
	out := []any{}
	for i, item := range over {
		if i == maxFlow {
			return unreadable(n)
		}
		bind(item)
		out = append(out, p.eval(n.Kids[0], inner))
	}
	return out
}
