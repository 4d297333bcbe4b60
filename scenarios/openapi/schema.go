package openapi

import (
	"maps"
	"math"
	"slices"
)

// maxDepth and maxSchemas bound how far a schema is unfolded: shared parts are
// read once per use, which for hostile documents is exponential.
const (
	maxDepth   = 24
	maxSchemas = 5_000
)

// schema is never nil: of what is missing nothing is known.
func (d *document) schema(v any) *Schema {
	u := unfolding{doc: d, left: maxSchemas}
	return u.schema(v)
}

// unfolding is the way from a schema down to one of its parts.
type unfolding struct {
	doc  *document
	refs []string // followed on the way: one that is there again is a circle
	deep int
	left int
}

func (u *unfolding) schema(v any) *Schema {
	s := &Schema{}
	u.into(s, v)
	slices.Sort(s.Required)
	s.Required = slices.Compact(s.Required)
	return s
}

// into adds what v says to what s has already.
func (u *unfolding) into(s *Schema, v any) {
	o, _ := v.(map[string]any)
	if u.left--; u.left < 0 || u.deep >= maxDepth {
		s.Recursive = true
		return
	}
	u.deep++
	defer func() { u.deep-- }()
	if ref := object(o).text("$ref"); ref != "" {
		if slices.Contains(u.refs, ref) {
			s.Recursive = true
			return
		}
		u.refs = append(u.refs, ref)
		u.into(s, map[string]any(u.doc.lookup(ref)))
		u.refs = u.refs[:len(u.refs)-1]
	}
	for _, part := range object(o).list("allOf") {
		u.into(s, part)
	}
	u.alternative(s, object(o).list("oneOf"))
	u.alternative(s, object(o).list("anyOf"))
	types(s, o)
	limits(s, o)
	u.array(s, o)
	u.object(s, o)
	annotations(s, o)
}

// alternative takes the first one that is not null.
func (u *unfolding) alternative(s *Schema, all []any) {
	taken := false
	for _, v := range all {
		other := &Schema{}
		u.into(other, v)
		switch {
		case other.Nullable && other.Type == "" && other.Properties == nil && other.Enum == nil:
			s.Nullable = true
		case !taken:
			taken = true
			u.into(s, v)
		default:
			s.Nullable = s.Nullable || other.Nullable
			for _, t := range append(other.Others, other.Type) {
				addType(s, t)
			}
		}
	}
}

func addType(s *Schema, t string) {
	if t != "" && t != s.Type && !slices.Contains(s.Others, t) {
		s.Others = append(s.Others, t)
	}
}

// types are one, or several since 3.1.
func types(s *Schema, o object) {
	s.Nullable = s.Nullable || o.flag("nullable")
	all := o.list("type")
	if t := o.text("type"); t != "" {
		all = []any{t}
	}
	for _, v := range all {
		t, _ := v.(string)
		switch {
		case t == "null":
			s.Nullable = true
		case s.Type == "":
			s.Type = t
		default:
			addType(s, t)
		}
	}
}

// limits become the tightest of all parts. Exclusive bounds are a flag in 3.0,
// and bounds of their own since 3.1.
func limits(s *Schema, o object) {
	lower := func(limit *float64, exclusive bool) {
		if limit != nil && (s.Min == nil || *limit > *s.Min || *limit == *s.Min && exclusive) {
			s.Min, s.ExclusiveMin = limit, exclusive
		}
	}
	upper := func(limit *float64, exclusive bool) {
		if limit != nil && (s.Max == nil || *limit < *s.Max || *limit == *s.Max && exclusive) {
			s.Max, s.ExclusiveMax = limit, exclusive
		}
	}
	lower(o.number("minimum"), o.flag("exclusiveMinimum"))
	upper(o.number("maximum"), o.flag("exclusiveMaximum"))
	lower(o.number("exclusiveMinimum"), true)
	upper(o.number("exclusiveMaximum"), true)
	if m := o.number("multipleOf"); m != nil && *m > 0 {
		s.MultipleOf = *m
	}
	s.MinLength = max(s.MinLength, o.count("minLength"))
	s.MaxLength = o.least(s.MaxLength, "maxLength")
	s.Pattern = o.or("pattern", s.Pattern)
	s.Format = o.or("format", s.Format)
}

// count is a limit as an int, 0 without one.
func (o object) count(key string) int {
	if f := o.number(key); f != nil && *f > 0 {
		return int(min(*f, math.MaxInt32))
	}
	return 0
}

func (o object) least(have *int, key string) *int {
	if o.number(key) == nil || have != nil && *have <= o.count(key) {
		return have
	}
	n := o.count(key)
	return &n
}

func (o object) or(key, have string) string {
	if s := o.text(key); s != "" {
		return s
	}
	return have
}

func (u *unfolding) array(s *Schema, o object) {
	s.MinItems = max(s.MinItems, o.count("minItems"))
	s.MaxItems = o.least(s.MaxItems, "maxItems")
	s.UniqueItems = s.UniqueItems || o.flag("uniqueItems")
	if items := o.object("items"); items != nil {
		s.Items = u.schema(map[string]any(items))
	}
	prefix := o.list("prefixItems")
	if prefix == nil {
		prefix = o.list("items") // as tuples were written before, and FastAPI of old does
	}
	if prefix != nil {
		s.Prefix = nil
		for _, item := range prefix {
			s.Prefix = append(s.Prefix, u.schema(item))
		}
	}
	if s.Type == "" && (s.Items != nil || s.Prefix != nil) {
		s.Type = "array"
	}
}

func (u *unfolding) object(s *Schema, o object) {
	properties := o.object("properties")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if s.Properties == nil {
			s.Properties = map[string]*Schema{}
		}
		s.Properties[name] = u.schema(properties[name])
	}
	for _, v := range o.list("required") {
		if name, ok := v.(string); ok {
			s.Required = append(s.Required, name)
		}
	}
	s.MinProperties = max(s.MinProperties, o.count("minProperties"))
	if more := o.object("additionalProperties"); len(more) > 0 {
		s.Additional = u.schema(map[string]any(more))
	} else if more, is := o["additionalProperties"].(bool); is && !more {
		s.Closed = true
	}
	if s.Type == "" && s.Properties != nil {
		s.Type = "object"
	}
}

func annotations(s *Schema, o object) {
	if enum := o.list("enum"); len(enum) > 0 {
		s.Enum = enum
	}
	if value, is := o["const"]; is {
		s.Enum = []any{value}
	}
	for _, value := range s.Enum {
		s.Nullable = s.Nullable || value == nil
	}
	if value := o["default"]; value != nil {
		s.Default = value
	}
	if value := o["example"]; value != nil {
		s.Example = value
	} else if several := o.list("examples"); len(several) > 0 && several[0] != nil {
		s.Example = several[0]
	}
	s.Description = o.or("description", s.Description)
	s.ReadOnly = s.ReadOnly || o.flag("readOnly")
}
