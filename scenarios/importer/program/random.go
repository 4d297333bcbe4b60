package program

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// between is a generator from min to max: $int, or $number, which is then uniform.
func between(name string, least, most float64) example.Generated {
	const far = 1e15
	least, most = math.Max(-far, math.Min(least, most)), math.Min(far, math.Max(least, most))
	limits := example.Pairs{{Key: "min", Value: numberFrom(least)}, {Key: "max", Value: numberFrom(most)}}
	if name == "$number" {
		limits = append(example.Pairs{{Key: "dist", Value: "uniform"}}, limits...)
	}
	return example.Generated{Name: name, Args: limits}
}

// limits are those of what between made.
func limits(v any) (g example.Generated, least, most float64, ok bool) {
	g, isMade := v.(example.Generated)
	args, hasArgs := g.Args.(example.Pairs)
	if !isMade || !hasArgs || g.Name != "$int" && (g.Name != "$number" || args.Get("dist") != "uniform") {
		return g, 0, 0, false
	}
	least, ok1 := numberOf(args.Get("min"))
	most, ok2 := numberOf(args.Get("max"))
	return g, least, most, ok1 && ok2
}

// scaled is a random number in another range.
func scaled(v any, op string, by any) (any, bool) {
	g, least, most, ok := limits(v)
	f, isNumber := numberOf(by)
	if !ok || !isNumber {
		return nil, false
	}
	switch {
	case op == "+":
		return between(g.Name, least+f, most+f), true
	case op == "-":
		return between(g.Name, least-f, most-f), true
	case op == "*" && f > 0 && g.Name == "$number":
		return between(g.Name, least*f, most*f), true
	case op == "/" && f > 0 && g.Name == "$number":
		return between(g.Name, least/f, most/f), true
	}
	return nil, false
}

// whole is a random number cut to a whole one, by floor, ceil or round.
func whole(v any, how string) any {
	if f, ok := numberOf(v); ok {
		switch how {
		case "ceil":
			return numberFrom(math.Ceil(f))
		case "round":
			return numberFrom(math.Round(f))
		}
		return numberFrom(math.Floor(f))
	}
	g, least, most, ok := limits(v)
	if !ok || g.Name == "$int" {
		return v
	}
	switch how {
	case "ceil":
		least, most = math.Floor(least)+1, math.Ceil(most)
	case "round":
		least, most = math.Round(least), math.Round(most)
	default:
		least, most = math.Floor(least), math.Ceil(most)-1
	}
	return between("$int", least, math.Max(least, most))
}

// rounded has that many decimals.
func rounded(v, decimals any) any {
	g, ok := v.(example.Generated)
	args, isNumber := g.Args.(example.Pairs)
	n, ok2 := numberOf(decimals)
	if !ok || !isNumber || g.Name != "$number" || !ok2 || n < 0 || n > 15 {
		return v
	}
	return example.Generated{Name: g.Name, Args: withPair(args, "decimals", numberFrom(math.Floor(n)))}
}

// vectorOf is n times a random number: a $vector, and of vectors a $matrix.
func vectorOf(v any, n int) (any, bool) {
	g, ok := v.(example.Generated)
	if !ok || n == 0 {
		return nil, false
	}
	args, _ := g.Args.(example.Pairs)
	size := json.Number(strconv.Itoa(n))
	switch g.Name {
	case "$number":
		return example.Generated{Name: "$vector", Args: append(example.Pairs{{Key: "size", Value: size}}, args...)}, true
	case "$int":
		out := append(example.Pairs{{Key: "size", Value: size}, {Key: "dist", Value: "uniform"}}, args...)
		return example.Generated{Name: "$vector", Args: withPair(out, "decimals", json.Number("0"))}, true
	case "$vector":
		out := example.Pairs{{Key: "rows", Value: size}, {Key: "cols", Value: args.Get("size")}}
		for _, pair := range args {
			if pair.Key != "size" {
				out = append(out, pair)
			}
		}
		return example.Generated{Name: "$matrix", Args: out}, true
	}
	return nil, false
}

// normal is a normally distributed number.
func normal(mean, stddev any) any {
	m, ok1 := numberOf(mean)
	d, ok2 := numberOf(stddev)
	if !ok1 || !ok2 || d <= 0 {
		return unknown{label: "a random number"}
	}
	return example.Generated{Name: "$number", Args: example.Pairs{{Key: "mean", Value: numberFrom(m)}, {Key: "stddev", Value: numberFrom(d)}}}
}

// chance is the share of times in which a condition on a random number holds.
func (p *program) chance(n *script.Node, s *scope) (float64, bool) {
	if n.Kind != script.Binary {
		return 0, false
	}
	a, b, op := p.eval(n.Kids[0], s), p.eval(n.Kids[1], s), n.Text
	if _, _, _, ok := limits(b); ok {
		a, b = b, a
		op = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op]
	}
	g, least, most, ok := limits(a)
	f, isNumber := numberOf(b)
	if !ok || !isNumber || most <= least {
		return 0, false
	}
	below := (f - least) / (most - least)
	if g.Name == "$int" {
		n := most - least + 1
		switch op {
		case "==":
			return share(1 / n)
		case "<", ">=":
			below = (math.Ceil(f) - least) / n
		default:
			below = (math.Floor(f) - least + 1) / n
		}
	}
	switch op {
	case "<", "<=":
		return share(below)
	case ">", ">=":
		return share(1 - below)
	}
	return 0, false
}

// share is one that both branches of a choice have something of.
func share(f float64) (float64, bool) {
	f = math.Round(f*1e4) / 1e4
	return f, f > 0 && f < 1
}
