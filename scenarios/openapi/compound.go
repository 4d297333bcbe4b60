package openapi

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
)

func (u *unfolding) array(s *Schema, o object, at string) {
	s.MinItems = max(s.MinItems, o.count("minItems"))
	s.MaxItems = o.least(s.MaxItems, "maxItems")
	s.UniqueItems = s.UniqueItems || o.flag("uniqueItems")
	key, prefix := "prefixItems", o.list("prefixItems")
	if prefix == nil { // as tuples were written before, and FastAPI of old does
		key, prefix = "items", o.list("items")
	}
	for i, item := range prefix {
		if i == len(s.Prefix) {
			s.Prefix = append(s.Prefix, nil)
		}
		s.Prefix[i] = u.add(s.Prefix[i], item, below(at, key, strconv.Itoa(i)))
	}
	for _, key := range []string{"items", "unevaluatedItems"} {
		switch items := o[key].(type) {
		case map[string]any:
			if key == "items" || s.Items == nil {
				s.Items = u.add(s.Items, items, below(at, key))
			}
		case bool:
			if n := len(s.Prefix); !items && (s.MaxItems == nil || n < *s.MaxItems) {
				s.MaxItems = &n
			}
		}
	}
	if contains := o["contains"]; contains != nil {
		s.Contains = u.add(nil, contains, below(at, "contains"))
		if items := o.object("items"); items != nil {
			u.add(s.Contains, map[string]any(items), below(at, "items"))
		}
		s.MinContains = 1
		if o.number("minContains") != nil {
			s.MinContains = o.count("minContains")
		}
	}
	if s.Type == "" && (s.Items != nil || s.Prefix != nil || s.Contains != nil) {
		s.Type = "array"
	}
}

func (u *unfolding) object(s *Schema, o object, at string) {
	properties := o.object("properties")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if s.Properties == nil {
			s.Properties = map[string]*Schema{}
		}
		s.Properties[name] = u.add(s.Properties[name], properties[name], below(at, "properties", name))
	}
	for _, v := range o.list("required") {
		if name, ok := v.(string); ok {
			s.Required = append(s.Required, name)
		}
	}
	s.MinProperties = max(s.MinProperties, o.count("minProperties"))
	s.MaxProperties = o.least(s.MaxProperties, "maxProperties")
	u.patterns(s, o.object("patternProperties"), below(at, "patternProperties"))
	for _, key := range []string{"additionalProperties", "unevaluatedProperties"} {
		if more := o.object(key); len(more) > 0 {
			s.Additional = u.add(s.Additional, map[string]any(more), below(at, key))
		} else if more, is := o[key].(bool); is && !more {
			s.Closed = true
		}
	}
	if names := o.object("propertyNames"); names != nil {
		s.Names = u.add(s.Names, map[string]any(names), below(at, "propertyNames"))
	}
	u.dependent(s, o, at)
	if s.Type == "" && (s.Properties != nil || s.Patterns != nil) {
		s.Type = "object"
	}
}

func (u *unfolding) patterns(s *Schema, patterns object, at string) {
	for _, pattern := range slices.Sorted(maps.Keys(patterns)) {
		if s.Patterns == nil {
			s.Patterns = map[string]*Schema{}
		}
		s.Patterns[pattern] = u.add(s.Patterns[pattern], patterns[pattern], below(at, pattern))
		re, err := regexp.Compile(goPattern(pattern))
		for name, p := range s.Properties {
			if err == nil && re.MatchString(name) {
				u.add(p, patterns[pattern], below(at, pattern))
			}
		}
	}
}

// dependent rules hold where a property is there. Those of properties that need
// not be there are avoided with them.
func (u *unfolding) dependent(s *Schema, o object, at string) {
	rules := o.object("dependentRequired")
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if s.Dependent == nil {
			s.Dependent = map[string][]string{}
		}
		for _, v := range rules.list(name) {
			if other, ok := v.(string); ok {
				s.Dependent[name] = append(s.Dependent[name], other)
			}
		}
	}
	schemas := o.object("dependentSchemas")
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if s.Requires(name) {
			u.into(s, schemas[name], below(at, "dependentSchemas", name))
		} else {
			s.Avoid = append(s.Avoid, name)
		}
	}
}
