package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

func sortedKeys(m map[string]*openapi.Schema) []string { return slices.Sorted(maps.Keys(m)) }

// fillBody makes a body within the limits of the schema.
func (d *draft) fillBody(r *draftRequest, b *openapi.Body, o NewOptions) (why string) {
	plain, _, _ := strings.Cut(strings.ToLower(b.MediaType), ";")
	g := schemaFiller{features: o.Features}
	switch plain = strings.TrimSpace(plain); {
	case openapi.IsJSON(b.MediaType):
		r.body = &draftBody{form: "json", value: d.vault.value(g.value(b.Schema, exampleOf(b.Example, b.Schema), 0), "")}
		if plain != "application/json" && !strings.Contains(plain, "*") {
			r.setHeader(draftHeader{name: "Content-Type", value: plain})
		}
	case plain == formKind:
		r.body = &draftBody{form: "form", value: d.vault.value(formOf(b), "")}
	case strings.HasPrefix(plain, "text/") && b.Schema.Allows("string"):
		text, _ := constantOf(b.Schema).(string)
		r.body = &draftBody{form: "text", value: d.vault.text(text)}
		r.setHeader(draftHeader{name: "Content-Type", value: plain})
	default:
		return fmt.Sprintf("its body is %s", plain)
	}
	if g.failed != "" {
		return g.failed
	}
	r.body.about = append(r.body.about, g.notes...)
	if _, ok := r.body.value.(pairs); ok {
		if optional := optionalOf(b.Schema); len(optional) > 0 {
			r.body.about = append(r.body.about, "Optional: "+strings.Join(optional, "; ")+".")
		}
	}
	return ""
}

// wantsPassword says whether a body is that of a login: as requests, all of them
// would be refused.
func wantsPassword(b *openapi.Body) bool {
	return b != nil && among(passwordNames, b.Schema.Requires) != ""
}

// formOf are the required fields; generators are for JSON.
func formOf(b *openapi.Body) pairs {
	form := pairs{}
	for _, name := range sortedKeys(b.Schema.Properties) {
		if b.Schema.Requires(name) {
			form = append(form, pair{key: name, value: textOf(constantOf(b.Schema.Properties[name]))})
		}
	}
	return form
}

// optionalOf describes the properties that are left out.
func optionalOf(s *openapi.Schema) []string {
	var out []string
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name]
		if len(s.Required) > 0 && !s.Requires(name) && !p.ReadOnly {
			out = append(out, name+describe(p))
		}
	}
	return out
}

func describe(p *openapi.Schema) string {
	s := ""
	if p.Type != "" {
		s = " (" + p.Type
		if p.Min != nil {
			s += fmt.Sprintf(", from %v", *p.Min)
		}
		if p.Max != nil {
			s += fmt.Sprintf(", to %v", *p.Max)
		}
		if p.MaxLength != nil {
			s += fmt.Sprintf(", at most %d characters", *p.MaxLength)
		}
		s += ")"
	}
	return s
}

// parameterValue is a text for a parameter, and whether the document knows it
// rather than that it is made up.
func parameterValue(p openapi.Parameter) (value string, known bool) {
	v := exampleOf(p.Example, p.Schema)
	if v == nil {
		v = constantOf(p.Schema)
		known = len(p.Schema.Enum) > 0 || p.Schema.Min != nil || p.Schema.Max != nil || p.Schema.Type == "boolean" || p.Schema.Format == "date"
		return textOf(v), known
	}
	return textOf(v), true
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = textOf(item)
		}
		return strings.Join(parts, ",")
	case float64:
		return yamlFlow(v)
	}
	return fmt.Sprint(v)
}

// exampleOf is the one given beside a schema, or the schema's own.
func exampleOf(beside any, s *openapi.Schema) any {
	switch {
	case beside != nil:
		return beside
	case s.Example != nil:
		return s.Example
	}
	return s.Default
}
