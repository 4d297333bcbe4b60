package example

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// Query is a parameter of the query with its value, percent-encoded, in the
// style that the document asks for: "tags=a&tags=b", "deep%5Bx%5D=1".
func Query(p openapi.Parameter, v any) string {
	name := url.QueryEscape(p.Name)
	one := func(value string) string { return name + "=" + url.QueryEscape(value) }
	if p.JSON {
		return one(jsonOf(v))
	}
	if list, ok := v.([]any); ok {
		if p.Explode {
			return each(list, func(item string) string { return one(item) }, "&")
		}
		return one(each(list, itself, listSign(p.Style)))
	}
	fields, ok := fieldsOf(v)
	switch {
	case !ok:
		return one(Text(v))
	case p.Style == "deepObject":
		return joined(fields, func(f field) string {
			return url.QueryEscape(p.Name+"["+f.key+"]") + "=" + url.QueryEscape(f.value)
		}, "&")
	case p.Explode:
		return joined(fields, func(f field) string { return url.QueryEscape(f.key) + "=" + url.QueryEscape(f.value) }, "&")
	}
	return one(joined(fields, func(f field) string { return f.key + listSign(p.Style) + f.value }, listSign(p.Style)))
}

// Segment is a parameter's value for its place in the path, percent-encoded, in
// the style that the document asks for: "a,b", ".a.b", ";name=a".
func Segment(p openapi.Parameter, v any) string {
	if p.JSON {
		return url.PathEscape(jsonOf(v))
	}
	begin, name, sign := "", "", ","
	switch p.Style {
	case "label":
		begin = "."
	case "matrix":
		begin, name = ";", url.PathEscape(p.Name)+"="
	}
	if p.Explode && begin != "" {
		sign = begin + name
	}
	if list, ok := v.([]any); ok {
		return begin + name + each(list, url.PathEscape, sign)
	}
	fields, ok := fieldsOf(v)
	switch {
	case !ok:
		return begin + name + url.PathEscape(Text(v))
	case !p.Explode:
		return begin + name + joined(fields, func(f field) string { return url.PathEscape(f.key) + "," + url.PathEscape(f.value) }, ",")
	case begin != "":
		sign = begin
	}
	return begin + joined(fields, func(f field) string { return url.PathEscape(f.key) + "=" + url.PathEscape(f.value) }, sign)
}

// Plain is the value of a header or cookie: items of lists with commas between
// them, and keys before the values of objects.
func Plain(p openapi.Parameter, v any) string {
	if p.JSON {
		return jsonOf(v)
	}
	fields, ok := fieldsOf(v)
	if !ok {
		return Text(v)
	}
	sign := ","
	if p.Explode {
		sign = "="
	}
	return joined(fields, func(f field) string { return f.key + sign + f.value }, ",")
}

func listSign(style string) string {
	switch style {
	case "spaceDelimited":
		return " "
	case "pipeDelimited":
		return "|"
	}
	return ","
}

// field is one of an object, with its value as text.
type field struct{ key, value string }

// fieldsOf are those of an object.
func fieldsOf(v any) (fields []field, ok bool) {
	switch v := v.(type) {
	case Pairs:
		for _, p := range v {
			fields = append(fields, field{p.Key, Text(p.Value)})
		}
		return fields, true
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, field{key, Text(v[key])})
		}
		return fields, true
	}
	return nil, false
}

// jsonOf is a value as JSON.
func jsonOf(v any) string {
	raw, err := scenarios.Marshal(unordered(v))
	if err != nil {
		return ""
	}
	return string(raw)
}

func unordered(v any) any {
	switch v := v.(type) {
	case Pairs:
		out := make(map[string]any, len(v))
		for _, p := range v {
			out[p.Key] = unordered(p.Value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = unordered(item)
		}
		return out
	}
	return v
}

func itself(s string) string { return s }

func each(list []any, write func(string) string, sign string) string {
	return joined(list, func(v any) string { return write(Text(v)) }, sign)
}

func joined[T any](list []T, write func(T) string, sign string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = write(v)
	}
	return strings.Join(parts, sign)
}
