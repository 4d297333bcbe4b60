package openapi

import "slices"

// What keywords of schemas hold. One that holds something else counts as missing,
// here as everywhere in this package.
var (
	holdNumber  = []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
	holdCount   = []string{"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"}
	holdText    = []string{"pattern", "format", "$ref", "contentEncoding", "contentMediaType"}
	holdSchema  = []string{"items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"}
	holdSchemas = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	holdNames   = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas"}
	annotated   = []string{"$schema", "$id", "id", "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$vocabulary", "nullable"}
	// restricting keywords hold for null as for any other value.
	restricting = []string{"$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"}
	typeNames   = []string{"object", "array", "string", "number", "integer", "boolean", "null"}
)

// current is a document whose schemas are written as JSON Schema 2020-12 has
// them: those of OpenAPI 3.0 have nullable, and flags for exclusive bounds. Keys
// of a map of names are no keywords.
func current(v any, names bool) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = current(item, false)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			switch {
			case names:
				out[key] = current(item, false)
			case key == "enum" || key == "const":
				out[key] = item
			case slices.Contains(annotated, key):
			default:
				out[key] = current(item, slices.Contains(holdNames, key))
			}
		}
		if !names {
			plainKeywords(object(out))
			exclusive(out, "minimum", "exclusiveMinimum")
			exclusive(out, "maximum", "exclusiveMaximum")
			kinds(out)
			onlyAnswered(out, v)
			if v["nullable"] == true {
				nullable(out)
			}
		}
		return out
	}
	return v
}

// plainKeywords takes away what holds nothing that it may.
func plainKeywords(o object) {
	keep := func(keys []string, fits func(any) bool) {
		for _, key := range keys {
			if v, is := o[key]; is && !fits(v) {
				delete(o, key)
			}
		}
	}
	isSchema := func(v any) bool {
		_, object := v.(map[string]any)
		_, flag := v.(bool)
		return object || flag
	}
	if list, is := o["items"].([]any); is { // tuples before 2020-12
		o["prefixItems"] = list
		delete(o, "items")
		if more := o["additionalItems"]; isSchema(more) {
			o["items"] = more
		}
	}
	keep(holdNumber, func(v any) bool { _, flag := v.(bool); return flag || (object{"x": v}).number("x") != nil })
	keep([]string{"multipleOf"}, func(v any) bool { r := (object{"x": v}).number("x"); return r != nil && r.Sign() > 0 })
	keep(holdCount, func(v any) bool { r := (object{"x": v}).number("x"); return r != nil && r.IsInt() && r.Sign() >= 0 })
	keep(holdText, func(v any) bool { _, is := v.(string); return is })
	keep(holdSchema, isSchema)
	keep([]string{"uniqueItems"}, func(v any) bool { _, is := v.(bool); return is })
	keep([]string{"enum"}, func(v any) bool { list, is := v.([]any); return is && len(list) > 0 })
	for _, key := range holdSchemas {
		list := o.list(key)
		if len(list) == 0 {
			delete(o, key)
		}
		for i, v := range list {
			if !isSchema(v) {
				list[i] = true
			}
		}
	}
	for _, key := range holdNames {
		if _, is := o[key].(map[string]any); !is {
			delete(o, key)
		}
		for name, v := range o.object(key) {
			if !isSchema(v) {
				o.object(key)[name] = true
			}
		}
	}
	keep([]string{"required"}, func(v any) bool { _, is := v.([]any); return is })
	if required := o.list("required"); required != nil {
		o["required"] = texts(required)
	}
	keep([]string{"dependentRequired"}, func(v any) bool { _, is := v.(map[string]any); return is })
	for name := range o.object("dependentRequired") {
		o.object("dependentRequired")[name] = texts(o.object("dependentRequired").list(name))
	}
}

// texts are the texts of a list, each once.
func texts(list []any) []any {
	out := []any{}
	for _, v := range list {
		if _, is := v.(string); is && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func exclusive(o object, bound, flag string) {
	if is, old := o[flag].(bool); old {
		delete(o, flag)
		if is && o[bound] != nil {
			o[flag] = o[bound]
			delete(o, bound)
		}
	}
}

// kinds keeps the types that there are.
func kinds(o object) {
	all := o.list("type")
	if t := o.text("type"); t != "" {
		all = []any{t}
	}
	known := slices.DeleteFunc(texts(all), func(v any) bool { return !slices.Contains(typeNames, v.(string)) })
	if delete(o, "type"); len(known) > 0 {
		o["type"] = known
	}
}

// onlyAnswered properties need not be in requests, whatever is required.
func onlyAnswered(o, written object) {
	properties := written.object("properties")
	if required := o.list("required"); required != nil {
		o["required"] = slices.DeleteFunc(required, func(v any) bool {
			name, _ := v.(string)
			return properties.object(name).flag("readOnly")
		})
	}
}

// nullable lets null pass.
func nullable(o object) {
	if all := o.list("type"); all != nil && !slices.Contains(all, any("null")) {
		o["type"] = append(slices.Clone(all), "null")
	}
	moved := map[string]any{}
	for _, key := range restricting {
		if v, is := o[key]; is {
			moved[key] = v
			delete(o, key)
		}
	}
	if len(moved) > 0 {
		o["anyOf"] = []any{map[string]any{"type": "null"}, moved}
	}
}
