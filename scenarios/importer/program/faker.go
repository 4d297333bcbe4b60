package program

import (
	"math"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

var pythonTypes = map[string]string{"list": "array", "dict": "object", "str": "string", "int": "integer", "float": "number", "bool": "boolean"}

func isInstance(a arguments, n *script.Node) any {
	if len(a.nodes) == 2 {
		if kind := pythonTypes[a.nodes[1].Path()]; kind != "" {
			return ofType(a, kind, n)
		}
	}
	return unreadable(n)
}

func ofType(a arguments, kind string, n *script.Node) any {
	if x, ok := a.get(0, "").(part); ok && x.kind == jsonPart {
		if c, ok := x.demands("type", kind); ok {
			return demand{c}
		}
	}
	return unreadable(n)
}

// fake is what a library makes up: names and the like.
func fake(path string, a arguments, n *script.Node) any {
	words := func(tokens string) any {
		return example.Generated{Name: "$text", Args: example.Pairs{{Key: "tokens", Value: tokens}}}
	}
	method := path[strings.LastIndexByte(path, '.')+1:]
	switch strings.ToLower(method) {
	case "faker":
		return module("faker.fake")
	case "uuid4", "uuid":
		return example.Generated{Name: "$uuid"}
	case "email", "safe_email", "company_email", "free_email":
		return join(example.Generated{Name: "$id", Args: example.Pairs{{Key: "prefix", Value: "user-"}}}, "@example.com")
	case "user_name", "username", "password", "pystr", "md5", "sha256", "slug":
		return example.Generated{Name: "$id"}
	case "word", "first_name", "last_name", "firstname", "lastname", "city", "country", "color_name", "job":
		return words("1")
	case "name", "company", "catch_phrase", "fullname":
		return words("2")
	case "sentence", "text", "address", "street_address", "bs":
		return words("5..15")
	case "paragraph", "paragraphs":
		return words("30..60")
	case "boolean", "pybool":
		return example.Generated{Name: "$choice", Args: []any{true, false}}
	case "random_int", "pyint", "random_digit":
		least, most := 0.0, 9999.0
		if f, ok := numberOf(a.get(0, "min")); ok {
			least = f
		}
		if f, ok := numberOf(a.get(1, "max")); ok {
			most = f
		}
		if method == "random_digit" {
			most = 9
		}
		return between("$int", least, math.Max(least, most))
	case "random_element":
		if list, ok := a.get(0, "elements").([]any); ok && len(list) > 0 {
			return example.Generated{Name: "$choice", Args: list}
		}
	}
	return unreadable(n)
}
