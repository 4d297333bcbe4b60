package draft

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/targets"
)

// Put is a new place for a variable that is like no other.
func (p *shellPlaces) Put(v Variable) string {
	p.Variables = append(p.Variables, v)
	return p.at(len(p.Variables) - 1)
}

// Varied is a text with places as a value: with a generator, where one of them
// makes something, else the text.
func (v *Vault) Varied(s string) any {
	made, whole := v.makes(s)
	switch {
	case !made:
		return v.Text(s)
	case whole != nil:
		return whole
	}
	var parts []any
	from := 0
	for _, at := range v.Form().FindAllStringIndex(s, -1) {
		if one, gen := v.makes(s[at[0]:at[1]]); one && gen != nil {
			if from < at[0] {
				parts = append(parts, v.Text(s[from:at[0]]))
			}
			parts, from = append(parts, gen), at[1]
		}
	}
	if from < len(s) {
		parts = append(parts, v.Text(s[from:]))
	}
	return example.Generated{Name: "$join", Args: parts}
}

// makes says whether a text has places of generators; whole is the one that all of
// it is.
func (v *Vault) makes(s string) (made bool, whole any) {
	if v.Mark == "" || v.Open {
		return false, nil
	}
	for _, m := range v.Form().FindAllStringSubmatch(s, -1) {
		if i, err := strconv.Atoi(m[1]); err == nil && i < len(v.Variables) && v.Variables[i].Made != nil {
			if made = true; m[0] == s {
				return true, v.Variables[i].Made
			}
		}
	}
	return made, nil
}

// SetTarget makes path, params and query of a path and query with places.
func (d *Scenario) SetTarget(r *Request, target string) error {
	path, query, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	varies, _ := d.Vault.makes(path)
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if known, ok := d.Vault.knownText(s); ok && strings.Trim(known, ".") == "" {
			s = known // a variable must not be all of a segment, and nothing
		}
		if varies {
			s = strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s)
		}
		segments[i] = VisibleOnly(strings.NewReplacer("{{", "%7B%7B", "}}", "%7D%7D").Replace(s))
		if made, _ := d.Vault.makes(s); made {
			name := fmt.Sprintf("part%d", len(r.Params)+1)
			plain, err := url.PathUnescape(s)
			if err != nil {
				plain = s
			}
			r.Params = append(r.Params, example.Pair{Key: name, Value: d.Vault.Varied(plain)})
			segments[i] = "{" + name + "}"
		}
	}
	var rest []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if made, _ := d.Vault.makes(value); made {
			r.AddQuery(Unescaped(name), d.Vault.Varied(Unescaped(value)))
		} else if part != "" {
			if len(r.Params) > 0 { // braces of the query's own are no names of them
				part = strings.NewReplacer("{", "%7B", "}", "%7D").Replace(part)
			}
			rest = append(rest, VisibleOnly(strings.NewReplacer("{{", "%7B%7B", "}}", "%7D%7D").Replace(part)))
		}
	}
	r.Path = d.Vault.Text(strings.Join(segments, "/"))
	if len(rest) > 0 {
		r.Path += "?" + d.Vault.query(strings.Join(rest, "&"))
	}
	return targets.ValidPath(r.Path)
}

// knownText is a text of which all variables are known.
func (v *Vault) knownText(s string) (string, bool) {
	all := v.HasPlaces(s)
	out := v.replace(s, func(i int) string {
		value, ok := v.known(i)
		all = all && ok
		return value
	})
	return out, all
}

// Unescaped is a part of a query without its escapes, if they are right.
func Unescaped(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return plain
}

// VariedHeader is a header whose value may have places.
func (v *Vault) VariedHeader(name, value string) Header {
	if made, _ := v.makes(value); made {
		return Header{Name: name, Made: v.Varied(value)}
	}
	return v.Header(name, value)
}

// VariedBody makes a body of a text with places: of JSON, a value that is a place
// keeps its type.
func (v *Vault) VariedBody(raw, contentType string) (b *Body, header string) {
	if !v.HasPlaces(raw) || scenarios.FindReference(raw) != "" {
		return v.ImportBody([]byte(raw), contentType, true)
	}
	plain, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	plain = strings.TrimSpace(plain)
	if plain == "" || strings.HasSuffix(plain, "json") || strings.HasPrefix(strings.TrimSpace(raw), "{") {
		if x, ok := ReadJSON([]byte(v.Quoted(raw))); ok {
			if plain == JSONMedia || plain == "" {
				contentType = ""
			}
			return &Body{Form: "json", Value: v.Value(x, "")}, contentType
		}
	}
	if plain == FormMedia {
		if form := v.variedForm(raw); form != nil {
			if contentType == FormMedia {
				contentType = ""
			}
			return &Body{Form: "form", Value: form}, contentType
		}
	}
	b = v.textBody([]byte(raw), plain)
	if made, _ := v.makes(raw); made {
		b.About = append(b.About, "What varies in the original is one value here: texts take no generators.")
	}
	return b, contentType
}

// variedForm is nil for what is no form.
func (v *Vault) variedForm(s string) example.Pairs {
	var r Request
	for part := range strings.SplitSeq(s, "&") {
		name, value, has := strings.Cut(part, "=")
		if !has || v.HasPlaces(name) || strings.HasPrefix(name, "$") {
			return nil
		}
		r.AddQuery(Unescaped(name), v.Field(Unescaped(name), Unescaped(value)))
	}
	return r.Query
}

// Field is a value of that name: a secret is asked of the environment.
func (v *Vault) Field(name, value string) any {
	if SecretName(name) && value != "" && !v.HasPlaces(value) {
		return v.RefOf(name, value)
	}
	return v.Varied(value)
}

// Quoted puts quotes around places of JSON that have none; of plain variables the
// value instead.
func (v *Vault) Quoted(raw string) string {
	var b strings.Builder
	inside, from := false, 0
	form := v.Form()
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
			if value, known := v.known(i); known && IsJSONValue(value) {
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
	if i >= len(p.Variables) {
		return "", false
	}
	switch v := p.Variables[i]; {
	case v.Plain != nil:
		return *v.Plain, true
	case v.Fallback != nil && !v.Captured && v.Made == nil:
		return *v.Fallback, true
	}
	return "", false
}

// IsJSONValue says whether a text is a number, a truth value or null.
func IsJSONValue(s string) bool {
	_, ok := ReadJSON([]byte(s))
	return ok
}

// VisibleOnly escapes everything that is not visible, as the language wants it.
func VisibleOnly(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c >= 0x7f || c == '#' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
