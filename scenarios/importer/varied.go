package importer

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/targets"
)

// put is a new place for a variable that is like no other.
func (p *shellPlaces) put(v shellVariable) string {
	p.variables = append(p.variables, v)
	return p.at(len(p.variables) - 1)
}

// varied is a text with places as a value: with a generator, where one of them
// makes something, else the text.
func (v *vault) varied(s string) any {
	made, whole := v.makes(s)
	switch {
	case !made:
		return v.text(s)
	case whole != nil:
		return whole
	}
	var parts []any
	from := 0
	for _, at := range v.form().FindAllStringIndex(s, -1) {
		if one, gen := v.makes(s[at[0]:at[1]]); one && gen != nil {
			if from < at[0] {
				parts = append(parts, v.text(s[from:at[0]]))
			}
			parts, from = append(parts, gen), at[1]
		}
	}
	if from < len(s) {
		parts = append(parts, v.text(s[from:]))
	}
	return example.Generated{Name: "$join", Args: parts}
}

// makes says whether a text has places of generators; whole is the one that all of
// it is.
func (v *vault) makes(s string) (made bool, whole any) {
	if v.mark == "" || v.open {
		return false, nil
	}
	for _, m := range v.form().FindAllStringSubmatch(s, -1) {
		if i, err := strconv.Atoi(m[1]); err == nil && i < len(v.variables) && v.variables[i].made != nil {
			if made = true; m[0] == s {
				return true, v.variables[i].made
			}
		}
	}
	return made, nil
}

// setTarget makes path, params and query of a path and query with places.
func (d *draft) setTarget(r *draftRequest, target string) error {
	path, query, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	varies, _ := d.vault.makes(path)
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if known, ok := d.vault.knownText(s); ok && strings.Trim(known, ".") == "" {
			s = known // a variable must not be all of a segment, and nothing
		}
		if varies {
			s = strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s)
		}
		segments[i] = visibleOnly(strings.NewReplacer("{{", "%7B%7B", "}}", "%7D%7D").Replace(s))
		if made, _ := d.vault.makes(s); made {
			name := fmt.Sprintf("part%d", len(r.params)+1)
			plain, err := url.PathUnescape(s)
			if err != nil {
				plain = s
			}
			r.params = append(r.params, example.Pair{Key: name, Value: d.vault.varied(plain)})
			segments[i] = "{" + name + "}"
		}
	}
	var rest []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if made, _ := d.vault.makes(value); made {
			r.addQuery(unescaped(name), d.vault.varied(unescaped(value)))
		} else if part != "" {
			rest = append(rest, visibleOnly(strings.NewReplacer("{{", "%7B%7B", "}}", "%7D%7D").Replace(part)))
		}
	}
	r.path = d.vault.text(strings.Join(segments, "/"))
	if len(rest) > 0 {
		r.path += "?" + d.vault.query(strings.Join(rest, "&"))
	}
	return targets.ValidPath(r.path)
}

// knownText is a text of which all variables are known.
func (v *vault) knownText(s string) (string, bool) {
	all := v.hasPlaces(s)
	out := v.replace(s, func(i int) string {
		value, ok := v.known(i)
		all = all && ok
		return value
	})
	return out, all
}

func unescaped(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return plain
}

// addQuery makes a list of what has one name.
func (r *draftRequest) addQuery(name string, value any) {
	if scenarios.FindReference(name) != "" { // no capture of ours
		name = strings.ReplaceAll(name, "{{", "{ {")
	}
	for i := range r.query {
		if r.query[i].Key != name {
			continue
		}
		list, several := r.query[i].Value.([]any)
		if !several {
			list = []any{r.query[i].Value}
		}
		r.query[i].Value = append(list, value)
		return
	}
	r.query = append(r.query, example.Pair{Key: name, Value: value})
}

// variedHeader is a header whose value may have places.
func (v *vault) variedHeader(name, value string) draftHeader {
	if made, _ := v.makes(value); made {
		return draftHeader{name: name, made: v.varied(value)}
	}
	return v.header(name, value)
}

// variedBody makes a body of a text with places: of JSON, a value that is a place
// keeps its type.
func (v *vault) variedBody(raw, contentType string) (b *draftBody, header string) {
	if !v.hasPlaces(raw) || scenarios.FindReference(raw) != "" {
		return v.importBody([]byte(raw), contentType, true)
	}
	plain, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	plain = strings.TrimSpace(plain)
	if plain == "" || strings.HasSuffix(plain, "json") || strings.HasPrefix(strings.TrimSpace(raw), "{") {
		if x, ok := readJSON([]byte(v.quoted(raw))); ok {
			if plain == jsonMedia || plain == "" {
				contentType = ""
			}
			return &draftBody{form: "json", value: v.value(x, "")}, contentType
		}
	}
	if plain == formMedia {
		if form := v.variedForm(raw); form != nil {
			if contentType == formMedia {
				contentType = ""
			}
			return &draftBody{form: "form", value: form}, contentType
		}
	}
	b = v.textBody([]byte(raw), plain)
	if made, _ := v.makes(raw); made {
		b.about = append(b.about, "What varies in the original is one value here: texts take no generators.")
	}
	return b, contentType
}

// variedForm is nil for what is no form.
func (v *vault) variedForm(s string) example.Pairs {
	var r draftRequest
	for part := range strings.SplitSeq(s, "&") {
		name, value, has := strings.Cut(part, "=")
		if !has || v.hasPlaces(name) || strings.HasPrefix(name, "$") {
			return nil
		}
		r.addQuery(unescaped(name), v.field(unescaped(name), unescaped(value)))
	}
	return r.query
}

// field is a value of that name: a secret is asked of the environment.
func (v *vault) field(name, value string) any {
	if secretName(name) && value != "" && !v.hasPlaces(value) {
		return v.ref(name)
	}
	return v.varied(value)
}

// quoted puts quotes around places of JSON that have none; of plain variables the
// value instead.
func (v *vault) quoted(raw string) string {
	var b strings.Builder
	inside, from := false, 0
	form := v.form()
	for _, at := range append(form.FindAllStringSubmatchIndex(raw, -1), []int{len(raw), len(raw)}) {
		for i := from; i < at[0]; i++ {
			switch {
			case raw[i] == '"':
				inside = !inside
			case raw[i] == '\\' && inside && i+1 < at[0]:
				b.WriteByte(raw[i])
				i++
			}
			b.WriteByte(raw[i])
		}
		from = at[1]
		place := raw[at[0]:at[1]]
		switch {
		case place == "" || inside:
			b.WriteString(place)
		default:
			i, _ := strconv.Atoi(raw[at[2]:at[3]])
			if value, known := v.known(i); known && isJSONValue(value) {
				b.WriteString(value)
			} else {
				b.WriteString(`"` + place + `"`)
			}
		}
	}
	return b.String()
}

// known is the value that a variable has as far as the source says.
func (p *shellPlaces) known(i int) (string, bool) {
	if i >= len(p.variables) {
		return "", false
	}
	switch v := p.variables[i]; {
	case v.plain != nil:
		return *v.plain, true
	case v.fallback != nil && !v.captured && v.made == nil:
		return *v.fallback, true
	}
	return "", false
}

func isJSONValue(s string) bool {
	_, ok := readJSON([]byte(s))
	return ok
}
