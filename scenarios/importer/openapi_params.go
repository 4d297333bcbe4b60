package importer

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// fillPath fills in the parameters that are required, and those that have been
// given.
func fillPath(d *draft.Scenario, r *draft.Request, op openapi.Operation, o Options) (why string) {
	path, query := op.Path, ""
	inPath := map[string]string{} // placeholders of what varies
	for _, p := range op.Parameters {
		if p.Authorization() {
			authorization(r, p)
			continue
		}
		given := o.Params[p.Name]
		if !p.Required && given == nil || p.Ignored() {
			continue
		}
		value, known := parameterValue(p, given)
		made, varies := value.(example.Generated)
		if varies && (p.JSON || p.Style == "label" || p.Style == "matrix") {
			value, varies = example.Constant(p.Schema), false
		}
		switch p.In {
		case "path":
			switch {
			case !known && !varies:
				return fmt.Sprintf("the document has no example of its parameter %s: say --param %s=…", p.Name, p.Name)
			case varies:
				name := freshParam(r.Params, draft.Identifier(p.Name))
				r.Params = append(r.Params, example.Pair{Key: name, Value: made})
				inPath["{"+p.Name+"}"] = name
			default:
				path = strings.ReplaceAll(path, "{"+p.Name+"}", example.Segment(p, value))
			}
		case "query":
			switch {
			case draft.SecretName(p.Name):
				query += "&" + url.QueryEscape(p.Name) + "=" + d.Vault.Ref(p.Name)
				continue
			case varies:
				r.AddQuery(p.Name, made)
			default:
				query += "&" + example.Query(p, value)
			}
		case "header":
			if varies && !draft.SecretName(p.Name) && (targets.Field{Name: p.Name}).Validate() == nil {
				r.SetHeader(draft.Header{Name: p.Name, Made: made})
				continue
			}
			fillHeader(r, p, example.Plain(p, constantOf(p, value)))
		default:
			return fmt.Sprintf("it needs the cookie %s", p.Name)
		}
		if !known && p.In != "header" {
			r.About = append(r.About, fmt.Sprintf("The value of %s is a guess: --param %s=… says another.", p.Name, p.Name))
		}
	}
	for at, name := range inPath {
		path = strings.ReplaceAll(path, at, "\x00"+name+"\x01")
	}
	if strings.Contains(path, "{") {
		return "the document does not say what stands in its path"
	}
	path = strings.NewReplacer("\x00", "{", "\x01", "}").Replace(path)
	if query != "" {
		path += "?" + query[1:]
	}
	r.Path = op.Base + path
	if err := targets.ValidPath(r.Path); err != nil {
		return err.Error()
	}
	return ""
}

// constantOf is a value that is no generator.
func constantOf(p openapi.Parameter, v any) any {
	if _, made := v.(example.Generated); made {
		return example.Constant(p.Schema)
	}
	return v
}

// parameterValue is what was given for a parameter, an example, or else a generator
// or constant of its schema; known says that it is no guess.
func parameterValue(p openapi.Parameter, given []string) (value any, known bool) {
	switch len(given) {
	case 0:
	case 1:
		return givenValue(given[0]), true
	default:
		values := make([]any, len(given))
		for i, v := range given {
			values[i] = givenValue(v)
		}
		return example.Generated{Name: "$choice", Args: values}, true
	}
	if v := example.Of(p.Example, p.Schema); v != nil {
		return v, true
	}
	s := p.Schema
	known = len(s.Enum) > 0 || s.Min != nil || s.Max != nil || s.Type == "boolean" || s.Format == "date"
	g := example.Filler{Features: 1}
	switch {
	case s.Type == "integer" && s.Min == nil && s.Max == nil && s.MultipleOf == nil && len(s.Enum) == 0:
		return draft.IntBetween(1, 100), false
	case len(s.Enum) == 1, s.Format == "date":
	case s.Type == "boolean":
		return example.Generated{Name: "$choice", Args: []any{true, false}}, true
	case len(s.Enum) > 0, s.Type == "integer", s.Type == "number", s.Format == "uuid":
		if v, err := g.Fill(s, nil); err == nil {
			if made, ok := v.(example.Generated); ok {
				return made, known
			}
		}
	}
	return example.Constant(s), known
}

// givenValue is a number as one: 007 stays a text.
func givenValue(s string) any {
	if v, ok := draft.ReadJSON([]byte(s)); ok {
		if n, is := v.(json.Number); is && string(n) == s {
			return n
		}
	}
	return s
}

// knownParams refuses values for parameters that no operation has.
func knownParams(ops []openapi.Operation, o Options) error {
	var names []string
	for _, op := range ops {
		for _, p := range op.Parameters {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	for name := range o.Params {
		if slices.Contains(names, name) {
			continue
		}
		hint := ""
		if s := strict.Suggest(name, names); s != "" {
			hint = fmt.Sprintf(", did you mean %q?", s)
		}
		return fmt.Errorf("--param %s: no operation of %s has such a parameter%s (known: %s)", name, o.Source, hint, strings.Join(names, ", "))
	}
	return nil
}

// sampleBytes stand for what nobody knows, as base64.
const sampleBytes = "AAECAwQFBgcICQoLDA0ODw=="

// binaryKind says whether bodies of a media type are bytes.
func binaryKind(plain string) bool {
	for _, begin := range []string{"image/", "audio/", "video/"} {
		if strings.HasPrefix(plain, begin) {
			return true
		}
	}
	return slices.Contains([]string{"application/pdf", "application/zip", "application/gzip", "application/x-npy", "application/x-protobuf", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"}, plain)
}

// partsOf are the fields and files of a form, those that are required or, if none
// is, all of them; nil: it has none.
func partsOf(d *draft.Scenario, b *openapi.Body, g *example.Filler) *draft.Body {
	out := &draft.Body{Form: "multipart"}
	var parts example.Pairs
	for _, name := range slices.Sorted(maps.Keys(b.Schema.Properties)) {
		p := b.Schema.Properties[name]
		if len(b.Schema.Required) > 0 && !b.Schema.Requires(name) || p.ReadOnly || !draft.PartName(name) {
			continue
		}
		file := p
		if p.Type == "array" && p.Items != nil {
			file = p.Items
		}
		var value any
		switch {
		case isFile(file):
			value = example.Pairs{{Key: "base64", Value: sampleBytes}, {Key: "filename", Value: "file.bin"}}
			out.About = append(out.About, fmt.Sprintf("%s: a file is {file: PATH}.", name))
		case draft.SecretName(name):
			value = d.Vault.Ref(name)
		default:
			v, err := g.Fill(p, example.Of(nil, p))
			if err != nil {
				v = ""
			}
			switch v := v.(type) {
			case example.Generated:
				value = v
			case example.Pairs, []any:
				value = example.Pairs{{Key: "json", Value: d.Vault.Value(v, name)}}
			default:
				value = d.Vault.Value(example.Text(v), "")
			}
		}
		parts = append(parts, example.Pair{Key: name, Value: value})
	}
	if out.Value = parts; parts == nil {
		return nil
	}
	return out
}

// isFile says whether a part's content is bytes, by the ways of 3.0 and 3.1.
func isFile(s *openapi.Schema) bool {
	return s.Format == "binary" || s.Format == "byte" || s.Encoding != "" || s.Media != "" && s.Media != draft.JSONMedia && s.Type != "object"
}
