package program

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

func dictionary(_ *program, a arguments, _ *script.Node) any {
	out, _ := a.get(0, "").(example.Pairs)
	for _, name := range sortedKeys(a.named) {
		out = withPair(out, name, a.named[name])
	}
	if out == nil {
		return example.Pairs{}
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// rowOf is the next of a table.
func rowOf(p *program, a arguments, n *script.Node) any {
	switch v := a.get(0, "").(type) {
	case table:
		p.inOrder(v)
		return v.row()
	case []any:
		if len(v) > 0 && len(v) <= maxFlow {
			return example.Generated{Name: "$sequence", Args: v}
		}
	}
	return unreadable(n)
}

func length(_ *program, a arguments, n *script.Node) any {
	switch v := a.get(0, "").(type) {
	case table:
		return json.Number("1000000") // which only scales a random place
	case []any:
		return json.Number(strconv.Itoa(len(v)))
	case string:
		return json.Number(strconv.Itoa(len([]rune(v))))
	case part:
		if v.kind == jsonPart || v.kind == textPart {
			if v.kind == textPart {
				v.path = ""
			}
			v.kind = lengthPart
			return v
		}
	}
	return unreadable(n)
}

// span is a range: so many numbers, of those that are bounded.
func span(_ *program, a arguments, n *script.Node) any {
	least, most, ok := bounds(a, 0, 1)
	if !ok || len(a.list) > 2 || most-least > 10_000 || most < least {
		return unreadable(n)
	}
	out := counted(int(most - least))
	for i := range out {
		out[i] = numberFrom(least + float64(i))
	}
	return out
}

// several is a list of random values, drawn each by itself. Characters of an
// alphabet are a text that no other request has.
func several(one func(*program, arguments, *script.Node) any) func(*program, arguments, *script.Node) any {
	return func(p *program, a arguments, n *script.Node) any {
		k, ok := numberOf(a.get(1, "k"))
		if !ok {
			k, ok = numberOf(a.named["k"])
		}
		if isAlphabet(a.get(0, "")) {
			return example.Generated{Name: "$id"}
		}
		if !ok || k < 1 || k > maxFlow {
			return unreadable(n)
		}
		return repeated([]any{one(p, a, n)}, int(k))
	}
}

// isAlphabet says whether characters are drawn from it.
func isAlphabet(v any) bool {
	switch v := v.(type) {
	case module:
		return strings.HasPrefix(string(v), "string.")
	case string:
		return len(v) > 5
	case unknown:
		return strings.HasPrefix(v.label, "string.")
	}
	return false
}

// array is numpy's: of as many dimensions as there are sizes behind the numbers that
// the values are drawn by.
func array(of func(arguments) (any, int)) func(*program, arguments, *script.Node) any {
	return func(_ *program, a arguments, n *script.Node) any {
		v, skip := of(a)
		var sizes []any
		if at, ok := a.named["size"]; ok {
			sizes = []any{at}
		} else {
			sizes = a.list[min(skip, len(a.list)):]
		}
		if len(sizes) == 1 {
			if list, ok := sizes[0].([]any); ok {
				sizes = list
			}
		}
		for i := len(sizes) - 1; i >= 0; i-- {
			f, ok := numberOf(sizes[i])
			if ok {
				v, ok = vectorOf(v, int(f))
			}
			if !ok || f < 1 || f > 10_000 {
				return unreadable(n)
			}
		}
		return v
	}
}

// times is what a function gives so many times: a vector, or a list.
func (p *program) times(f *closure, size int, n *script.Node) any {
	if v, ok := vectorOf(p.enter(f, []any{nil, json.Number("0")}, n), size); ok {
		return v
	}
	if size > maxFlow {
		return unreadable(n)
	}
	var out []any
	for i := range size {
		out = append(out, p.enter(f, []any{nil, json.Number(strconv.Itoa(i))}, n))
	}
	return out
}
