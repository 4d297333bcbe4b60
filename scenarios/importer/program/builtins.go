package program

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
	"github.com/mlbench/mlbench/targets"
)

// moduleName is what a module is called in the tables here.
func moduleName(path string) string {
	switch {
	case strings.Contains(path, "k6-utils"):
		return "k6-utils"
	case strings.Contains(path, "faker"):
		return "faker"
	case strings.Contains(path, "uuid"):
		return "uuid"
	case strings.Contains(path, "papaparse"):
		return "papaparse"
	}
	return path
}

// builtins are functions of both languages and their usual modules.
var builtins map[string]func(p *program, a arguments, n *script.Node) any

func init() { // they call functions that look them up
	same := func(_ *program, a arguments, _ *script.Node) any { return a.get(0, "") }
	text := func(_ *program, a arguments, _ *script.Node) any { return join(a.get(0, "")) }
	uuid := func(*program, arguments, *script.Node) any { return example.Generated{Name: "$uuid"} }
	id := func(*program, arguments, *script.Node) any { return example.Generated{Name: "$id"} }
	zeroToOne := func(*program, arguments, *script.Node) any { return between("$number", 0, 1) }
	cut := func(how string) func(*program, arguments, *script.Node) any {
		return func(_ *program, a arguments, _ *script.Node) any { return whole(a.get(0, ""), how) }
	}
	parsed := func(p *program, a arguments, n *script.Node) any {
		switch v := a.get(0, "").(type) {
		case fileText:
			return p.rowsOf(v, n)
		case part:
			if v.kind == textPart {
				return part{of: v.of, kind: jsonPart, path: "$"}
			}
		case jsonText:
			return v.value
		case string:
			if x, ok := draft.ReadJSON([]byte(v)); ok {
				return x
			}
		}
		return unreadable(n)
	}
	stringify := func(_ *program, a arguments, _ *script.Node) any { return jsonText{a.get(0, "obj")} }
	environment := func(_ *program, a arguments, n *script.Node) any {
		name, ok := a.get(0, "key").(string)
		if !ok {
			return unreadable(n)
		}
		v := envValue{name: name}
		if s, ok := textOf(a.get(1, "default")); ok {
			v.fallback = &s
		}
		return v
	}
	choose := func(_ *program, a arguments, n *script.Node) any {
		list, ok := a.get(0, "").([]any)
		if rows, isTable := a.get(0, "").(table); isTable {
			return rows.row()
		}
		switch {
		case !ok || len(list) == 0:
			if v, ok := a.get(0, "").(example.Generated); ok && v.Name == "$row" {
				return v
			}
			return unreadable(n)
		case len(list) == 1:
			return list[0]
		}
		return example.Generated{Name: "$choice", Args: slices.Clone(list[:min(len(list), maxFlow)])}
	}
	whiles := func(low, high int, exclusive float64) func(*program, arguments, *script.Node) any {
		return func(_ *program, a arguments, n *script.Node) any {
			least, most, ok := bounds(a, low, high)
			if !ok || most-exclusive < least {
				return unreadable(n)
			}
			return between("$int", least, most-exclusive)
		}
	}
	builtins = map[string]func(*program, arguments, *script.Node) any{
		"str": text, "String": text, "float": same, "bool": same, "dict": dictionary, "list": same, "tuple": same, "Number": same, "parseFloat": same,
		"int": cut("floor"), "parseInt": cut("floor"), "Math.floor": cut("floor"), "math.floor": cut("floor"), "Math.trunc": cut("floor"),
		"Math.ceil": cut("ceil"), "math.ceil": cut("ceil"), "Math.round": cut("round"),
		"round": func(_ *program, a arguments, _ *script.Node) any {
			if len(a.list) > 1 {
				return rounded(a.list[0], a.list[1])
			}
			return whole(a.get(0, ""), "round")
		},
		"len": length, "next": rowOf, "itertools.cycle": same, "iter": same, "collections.deque": same, "range": span, "isinstance": func(_ *program, a arguments, n *script.Node) any { return isInstance(a, n) },
		"Array.isArray": func(_ *program, a arguments, n *script.Node) any { return ofType(a, "array", n) },
		"enumerate": func(_ *program, a arguments, n *script.Node) any {
			list, ok := a.get(0, "").([]any)
			if !ok {
				return unreadable(n)
			}
			out := make([]any, len(list))
			for i, v := range list {
				out[i] = []any{json.Number(strconv.Itoa(i)), v}
			}
			return out
		},
		"json.dumps": stringify, "JSON.stringify": stringify, "json.loads": parsed, "JSON.parse": parsed,
		"Array": func(_ *program, a arguments, n *script.Node) any {
			if size, ok := numberOf(a.get(0, "")); ok && len(a.list) == 1 && size >= 0 && size <= 10_000 {
				return make([]any, int(size))
			}
			return a.list
		},
		"Array.from": func(p *program, a arguments, n *script.Node) any {
			object, _ := a.get(0, "").(example.Pairs)
			size, ok := numberOf(object.Get("length"))
			f, isFunction := a.get(1, "").(*closure)
			if !ok || !isFunction || size < 1 || size > 10_000 {
				return unreadable(n)
			}
			return p.times(f, int(size), n)
		},
		"Object.assign": func(_ *program, a arguments, n *script.Node) any {
			out := example.Pairs{}
			for _, v := range a.list {
				object, ok := v.(example.Pairs)
				if !ok {
					return unreadable(n)
				}
				for _, pair := range object {
					out = withPair(out, pair.Key, pair.Value)
				}
			}
			return out
		},
		"urllib.parse.urljoin": urlJoined,
		"encodeURIComponent":   same, "encodeURI": same, "urllib.parse.quote": same,
		"os.getenv": environment, "os.environ.get": environment,

		"random.random": zeroToOne, "Math.random": zeroToOne, "random.randint": whiles(0, 1, 0), "random.randrange": whiles(0, 1, 1), "random.choice": choose,
		"random.uniform": func(_ *program, a arguments, n *script.Node) any {
			if least, most, ok := bounds(a, 0, 1); ok {
				return between("$number", least, most)
			}
			return unreadable(n)
		},
		"random.gauss": func(_ *program, a arguments, _ *script.Node) any { return normal(a.get(0, "mu"), a.get(1, "sigma")) },
		"random.normalvariate": func(_ *program, a arguments, _ *script.Node) any {
			return normal(a.get(0, "mu"), a.get(1, "sigma"))
		},
		"random.choices": several(choose), "random.sample": several(choose), "random.seed": same,
		"uuid.uuid4": uuid, "uuid.uuid1": uuid, "uuid.v4": uuid, "k6-utils.uuidv4": uuid, "secrets.token_hex": id, "k6-utils.randomString": id,
		"k6-utils.randomIntBetween": whiles(0, 1, 0), "k6-utils.randomItem": choose,

		"numpy.random.rand": array(func(arguments) (any, int) { return between("$number", 0, 1), 0 }),
		"numpy.random.randn": array(func(arguments) (any, int) {
			return normal(json.Number("0"), json.Number("1")), 0
		}),
		"numpy.random.random": array(func(arguments) (any, int) { return between("$number", 0, 1), 0 }),
		"numpy.random.uniform": array(func(a arguments) (any, int) {
			least, most, ok := bounds(a, 0, 1)
			if !ok {
				least, most = 0, 1
			}
			return between("$number", least, most), 2
		}),
		"numpy.random.normal": array(func(a arguments) (any, int) {
			if len(a.list) < 2 {
				return normal(json.Number("0"), json.Number("1")), len(a.list)
			}
			return normal(a.list[0], a.list[1]), 2
		}),
		"numpy.random.randint": array(func(a arguments) (any, int) {
			least, most, _ := bounds(a, 0, 1)
			return between("$int", least, math.Max(least, most-1)), 2
		}),
	}
}

// urlJoined is the URL of a path from the root of an address.
func urlJoined(_ *program, a arguments, n *script.Node) any {
	base, path := a.get(0, "base"), a.get(1, "url")
	first := path
	if parts, ok := path.(joined); ok {
		first = parts[0]
	}
	s, ok := first.(string)
	if !ok || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return unreadable(n)
	}
	switch base := base.(type) {
	case envValue:
		return join(base, path)
	case string:
		if scheme, rest, ok := targets.CutScheme(base); ok {
			host, _, _ := strings.Cut(rest, "/")
			return join(scheme+"://"+host, path)
		}
	case unknown:
		if strings.HasSuffix(base.label, ".host") { // of the user: the target
			return path
		}
	case nil:
		return path
	}
	return unreadable(n)
}

// bounds are two numbers; of one it is the second, from 0.
func bounds(a arguments, low, high int) (least, most float64, ok bool) {
	least, ok1 := numberOf(a.get(low, "a"))
	most, ok2 := numberOf(a.get(high, "b"))
	if ok1 && len(a.list)+len(a.named) == 1 {
		return math.Min(0, least), math.Max(0, least), math.Abs(least) < 1e15
	}
	return math.Min(least, most), math.Max(least, most), ok1 && ok2 && math.Abs(least) < 1e15 && math.Abs(most) < 1e15
}
