package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// fillBody makes a body within the limits of the schema.
func fillBody(d *draft.Scenario, r *draft.Request, b *openapi.Body, o Options) (why string) {
	plain, _, _ := strings.Cut(strings.ToLower(b.MediaType), ";")
	g := example.Filler{Features: o.Features}
	switch plain = strings.TrimSpace(plain); {
	case openapi.IsJSON(b.MediaType):
		v, err := g.Fill(b.Schema, example.Of(b.Example, b.Schema))
		if err != nil {
			return err.Error()
		}
		r.Body = &draft.Body{Form: "json", Value: d.Vault.Value(v, "")}
		if plain != "application/json" && !strings.Contains(plain, "*") {
			r.SetHeader(draft.Header{Name: "Content-Type", Value: plain})
		}
	case plain == draft.FormMedia:
		r.Body = &draft.Body{Form: "form", Value: d.Vault.Value(formOf(b), "")}
	case strings.HasPrefix(plain, "text/") && b.Schema.Allows("string"):
		text, _ := example.Constant(b.Schema).(string)
		r.Body = &draft.Body{Form: "text", Value: d.Vault.Text(text)}
		r.SetHeader(draft.Header{Name: "Content-Type", Value: plain})
	case plain == "multipart/form-data":
		if r.Body = partsOf(d, b, &g); r.Body == nil {
			return "its body is multipart/form-data, and the document does not say of what parts"
		}
	case plain == draft.BytesMedia, plain == "*/*", binaryKind(plain):
		r.Body = &draft.Body{Form: "base64", Value: sampleBytes, About: []string{"Some bytes: send what the service expects, by file: PATH instead of base64:."}}
		if plain != draft.BytesMedia && plain != "*/*" && !strings.Contains(plain, "*") {
			r.SetHeader(draft.Header{Name: "Content-Type", Value: plain})
		}
	default:
		return fmt.Sprintf("its body is %s", plain)
	}
	r.Body.About = append(r.Body.About, g.Notes...)
	if made, ok := r.Body.Value.(example.Pairs); ok {
		if optional := optionalOf(b.Schema, made); len(optional) > 0 {
			r.Body.About = append(r.Body.About, "Optional: "+strings.Join(optional, "; ")+".")
		}
	}
	return ""
}

// formOf are the required fields; generators are for JSON.
func formOf(b *openapi.Body) example.Pairs {
	form := example.Pairs{}
	for _, name := range slices.Sorted(maps.Keys(b.Schema.Properties)) {
		if b.Schema.Requires(name) {
			form = append(form, example.Pair{Key: name, Value: fieldOfForm(example.Constant(b.Schema.Properties[name]))})
		}
	}
	return form
}

// fieldOfForm is a text, or of a list one for each item: the name several times.
func fieldOfForm(v any) any {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return example.Text(v)
	}
	texts := make([]any, len(list))
	for i, item := range list {
		texts[i] = example.Text(item)
	}
	return texts
}

// optionalOf describes the properties that are left out.
func optionalOf(s *openapi.Schema, made example.Pairs) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		there := slices.ContainsFunc(made, func(field example.Pair) bool { return field.Key == name })
		if len(s.Required) > 0 && !there && !p.ReadOnly {
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
			s += ", from " + example.NumberText(p.Min)
		}
		if p.Max != nil {
			s += ", to " + example.NumberText(p.Max)
		}
		if p.MaxLength != nil {
			s += fmt.Sprintf(", at most %d characters", *p.MaxLength)
		}
		s += ")"
	}
	return s
}
