package openapi

import (
	"maps"
	"slices"
	"strconv"
)

// maxDepth and maxSchemas bound how far a schema is unfolded: shared parts are
// read once per use, which for hostile documents is exponential.
const (
	maxDepth   = 24
	maxSchemas = 5_000
	maxForms   = 24 // that are tried of what may be one thing or another
)

// schema is never nil: of what is missing nothing is known.
func (d *document) schema(v any, at string) *Schema {
	u := unfolding{doc: d, left: maxSchemas}
	return u.add(nil, v, at)
}

// origin is where a part of a schema stands in the document.
type origin struct {
	v    any
	at   string
	refs []string
}

// unfolding is the way from a schema down to one of its parts.
type unfolding struct {
	doc    *document
	refs   []string // followed on the way: one that is there again is a circle
	deep   int
	left   int
	choice int // which form of the schema at hand is unfolded
	forms  int // that it has, as far as is known
}

// add makes a schema, or adds to one, what v says, which is at a pointer.
func (u *unfolding) add(s *Schema, v any, at string) *Schema {
	if s == nil {
		s = &Schema{doc: u.doc, deep: u.deep, forms: 1}
	}
	choice, forms := u.choice, u.forms
	u.choice, u.forms = 0, s.forms
	s.origins = append(s.origins, origin{v, at, slices.Clone(u.refs)})
	u.into(s, v, at)
	s.forms = u.forms
	u.choice, u.forms = choice, forms
	return s
}

// Forms is how many ways there are to read the schema, at most 24.
func (s *Schema) Forms() int { return min(max(s.forms, 1), maxForms) }

// Form is one of the ways to read the schema; that of 0 is the schema itself.
func (s *Schema) Form(i int) *Schema {
	if i == 0 || s.doc == nil {
		return s
	}
	form := &Schema{doc: s.doc, deep: s.deep, forms: s.forms, origins: s.origins}
	u := unfolding{doc: s.doc, left: maxSchemas, deep: s.deep, choice: i, forms: 1}
	for _, o := range s.origins {
		u.refs = slices.Clone(o.refs)
		u.into(form, o.v, o.at)
	}
	return form
}

// pick chooses among n alternatives.
func (u *unfolding) pick(n int) int {
	i := u.choice % n
	u.choice /= n
	u.forms = min(u.forms*n, maxForms)
	return i
}

// into adds what v says to what s has already.
func (u *unfolding) into(s *Schema, v any, at string) {
	if is, ok := v.(bool); ok {
		s.Never = s.Never || !is
		return
	}
	o, _ := v.(map[string]any)
	if u.left--; u.left < 0 || u.deep >= maxDepth {
		s.Recursive = true
		return
	}
	u.deep++
	defer func() { u.deep-- }()
	if ref := object(o).text("$ref"); ref != "" {
		u.reference(s, ref)
	}
	for i, part := range object(o).list("allOf") {
		u.into(s, part, below(at, "allOf", strconv.Itoa(i)))
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		u.alternative(s, o, key, at)
	}
	u.condition(s, o, at)
	u.types(s, o)
	limits(s, o)
	u.array(s, o, at)
	u.object(s, o, at)
	annotations(s, o)
	for _, key := range []string{"not", "contains", "unevaluatedItems", "unevaluatedProperties", "propertyNames", "patternProperties", "dependentRequired", "dependentSchemas", "uniqueItems"} {
		s.Hard = s.Hard || o[key] != nil
	}
	for _, key := range []string{"not", "if", "contains"} {
		s.Risky = s.Risky || o[key] != nil
	}
	slices.Sort(s.Required)
	s.Required = slices.Compact(s.Required)
}

func (u *unfolding) reference(s *Schema, ref string) {
	if slices.Contains(u.refs, ref) {
		s.Recursive = true
		return
	}
	if s.name == "" {
		s.name = ref
	}
	o, at := u.doc.lookup(ref)
	u.refs = append(u.refs, ref)
	u.into(s, map[string]any(o), at)
	u.refs = u.refs[:len(u.refs)-1]
}

// isNull says whether the schema allows nothing but null.
func isNull(v any) bool {
	o, _ := v.(map[string]any)
	constant, is := o["const"]
	enum := object(o).list("enum")
	return o["type"] == "null" || is && constant == nil || len(enum) == 1 && enum[0] == nil
}

// alternative takes one that is not null; of the others it notes the types.
func (u *unfolding) alternative(s *Schema, o object, key, at string) {
	all := o.list(key)
	var real []int
	for i, v := range all {
		if isNull(v) {
			s.Nullable = true
		} else {
			real = append(real, i)
		}
	}
	if len(real) == 0 {
		u.discriminate(s, o, s.name)
		return
	}
	s.Hard = s.Hard || len(real) > 1
	taken := real[u.pick(len(real))]
	u.into(s, all[taken], below(at, key, strconv.Itoa(taken)))
	ref, _ := all[taken].(map[string]any)
	u.discriminate(s, o, object(ref).text("$ref"))
	choice, forms := u.choice, u.forms
	for _, i := range real {
		if i == taken {
			continue
		}
		other := &Schema{}
		u.choice = 0
		u.into(other, all[i], below(at, key, strconv.Itoa(i)))
		s.Nullable = s.Nullable || other.Nullable
		scalar := s.Type != "object" && s.Type != "array"
		s.Risky = s.Risky || key == "oneOf" && scalar && (other.Allows(s.Type) || s.Type == "number" && other.Allows("integer"))
		for _, t := range append(other.Others, other.Type) {
			addType(s, t)
		}
	}
	u.choice, u.forms = choice, forms
}

// discriminate gives the property that tells alternatives apart the name of the
// one that was taken, unless its own schema says what it is.
func (u *unfolding) discriminate(s *Schema, o object, ref string) {
	d := o.object("discriminator")
	property := d.text("propertyName")
	if property == "" || ref == "" {
		return
	}
	name := lastKey(ref)
	mapping := d.object("mapping")
	for _, key := range slices.Sorted(maps.Keys(mapping)) {
		if to, _ := mapping[key].(string); to == ref || lastKey(to) == name {
			name = key
			break
		}
	}
	if s.Properties == nil {
		s.Properties = map[string]*Schema{}
	}
	p := s.Properties[property]
	if p == nil {
		p = &Schema{Type: "string", doc: u.doc, forms: 1}
		s.Properties[property] = p
	}
	if len(p.Enum) == 0 && p.Allows("string") {
		p.Enum = []any{name}
	}
	if !s.Requires(property) {
		s.Required = append(s.Required, property)
	}
}

// condition takes the branch of if: with then, or that of else.
func (u *unfolding) condition(s *Schema, o object, at string) {
	if o["if"] == nil || o["then"] == nil && o["else"] == nil {
		return
	}
	s.Hard = true
	if u.pick(2) == 0 {
		u.into(s, o["if"], below(at, "if"))
		if then := o["then"]; then != nil {
			u.into(s, then, below(at, "then"))
		}
	} else if other := o["else"]; other != nil {
		u.into(s, other, below(at, "else"))
	}
}

func addType(s *Schema, t string) {
	if t != "" && t != s.Type && !slices.Contains(s.Others, t) {
		s.Others = append(s.Others, t)
	}
}
