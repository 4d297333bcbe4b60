package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

var postmanForm = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

// fill puts places for the {{…}} of a text.
func (p *postman) fill(s string) string { return p.filled(s, 0) }

func (p *postman) filled(s string, depth int) string {
	p.Spent += len(s)
	if depth > maxReferences || p.Spent > maxSpent || !strings.Contains(s, "{{") {
		return s
	}
	return postmanForm.ReplaceAllStringFunc(s, func(place string) string {
		return p.variable(strings.TrimSpace(place[2:len(place)-2]), depth+1)
	})
}

// variable is the place of a variable, by whatever sets it.
func (p *postman) variable(name string, depth int) string {
	if kind, ok := strings.CutPrefix(name, "$"); ok {
		return p.dynamic(kind)
	}
	if p.captured[name] {
		return p.Known("capture "+name, draft.Variable{Name: draft.Identifier(name), Captured: true})
	}
	value, ok := p.defined[name]
	switch {
	case !ok:
		p.Note("unset "+name, fmt.Sprintf("{{%s}} is set elsewhere: it is asked of the environment.", draft.Shortened(name)))
		return p.Known("unset "+name, draft.Variable{Name: draft.Identifier(name), Env: p.Scenario.Vault.Fresh(draft.Identifier(name))})
	case strings.Contains(value, "{{"):
		return p.filled(value, depth)
	case draft.SecretName(name) && value != "":
		return p.Known("user "+name, draft.Variable{Name: draft.VariableName(name), Env: draft.VariableName(name)})
	}
	return p.Known("user "+name, draft.Variable{Name: draft.Identifier(name), Plain: &value})
}

// dynamic is the place of one of Postman's own variables.
func (p *postman) dynamic(kind string) string {
	made := func(gen any, sample string) string {
		return p.Scenario.Vault.Put(draft.Variable{Made: gen, Sample: sample})
	}
	choice := func(values ...any) string {
		return made(example.Generated{Name: "$choice", Args: values}, fmt.Sprint(values[0]))
	}
	switch kind {
	case "guid", "randomUUID":
		return made(example.Generated{Name: "$uuid"}, "3fa85f64-5717-4562-b3fc-2c963f66afa6")
	case "randomInt":
		return made(draft.IntBetween(0, 1000), "1")
	case "randomPrice":
		return made(example.Generated{Name: "$number", Args: example.Pairs{
			{Key: "dist", Value: "uniform"}, {Key: "min", Value: int64(0)}, {Key: "max", Value: int64(1000)}, {Key: "decimals", Value: int64(2)},
		}}, "1.00")
	case "randomBoolean":
		return choice(true, false)
	case "randomFirstName":
		return choice("Ada", "Alan", "Edsger", "Grace")
	case "randomLastName":
		return choice("Lovelace", "Turing", "Dijkstra", "Hopper")
	case "randomFullName":
		return choice("Ada Lovelace", "Alan Turing", "Edsger Dijkstra", "Grace Hopper")
	case "randomCity":
		return choice("Athens", "Berlin", "Cairo", "Delhi")
	case "randomCountry":
		return choice("Chile", "India", "Kenya", "Norway")
	case "randomEmail", "randomExampleEmail":
		return made(example.Generated{Name: "$join", Args: []any{example.Generated{Name: "$id"}, "@example.com"}}, "a@example.com")
	case "randomUserName", "randomPassword", "randomAlphaNumeric":
		return made(example.Generated{Name: "$id"}, "a")
	case "timestamp", "isoTimestamp":
		p.Note(kind, "{{$"+kind+"}}, the time of the request, cannot be said: here it is another value in every request.")
		start := json13(false)
		return made(example.Generated{Name: "$sequence", Args: example.Pairs{{Key: "start", Value: start}}}, fmt.Sprint(start))
	}
	p.Note(kind, "{{$"+draft.Shortened(kind)+"}} is a text of words here.")
	return made(example.Generated{Name: "$text", Args: example.Pairs{{Key: "tokens", Value: int64(2)}}}, "a")
}

// eachRequest visits all requests and what they inherit.
func eachRequest(items []postmanItem, outer postmanScope, depth int, visit func(*postmanItem, postmanScope)) {
	for i := range items {
		item := &items[i]
		scope := outer
		if item.Auth != nil {
			scope.auth = item.Auth
		}
		if item.Request != nil {
			visit(item, scope)
		} else if depth < maxFolders {
			eachRequest(item.Item, scope, depth+1, visit)
		}
	}
}

// findOrigin finds the server that most requests go to.
func (p *postman) findOrigin(items []postmanItem) {
	variables, places := slices.Clone(p.Scenario.Vault.Variables), maps.Clone(p.Places)
	count := map[string]int{}
	eachRequest(items, postmanScope{}, 0, func(item *postmanItem, _ postmanScope) {
		if q, err := readRequest(item.Request); err == nil {
			origin, _ := p.address(q.URL)
			count[origin]++
		}
	})
	for _, origin := range slices.Sorted(maps.Keys(count)) {
		if count[origin] > count[p.origin] || p.origin == "" {
			p.origin = origin
		}
	}
	if u, err := url.Parse(p.origin); err == nil && u.Host != "" && p.o.Target == "" {
		p.o.Target = p.origin
	}
	p.Scenario.Vault.Variables, p.Places, p.Pending, p.Said = variables, places, nil, map[string]bool{}
}

// findLogin finds the request that gets the token which others carry.
func (p *postman) findLogin(items []postmanItem, outer postmanScope) {
	carried := map[string]bool{}
	eachRequest(items, outer, 0, func(item *postmanItem, scope postmanScope) {
		q, err := readRequest(item.Request)
		if err != nil {
			return
		}
		auth := scope.auth
		if q.Auth != nil {
			auth = q.Auth
		}
		if m := postmanForm.FindStringSubmatch(auth.token()); m != nil {
			carried[m[1]] = true
		}
		for _, h := range pairsOf(q.Header) {
			if token, ok := strings.CutPrefix(h.text(), "Bearer {{"); ok {
				carried[strings.TrimSuffix(token, "}}")] = true
			}
		}
	})
	eachRequest(items, outer, 0, func(item *postmanItem, scope postmanScope) {
		if p.login != nil || len(carried) == 0 {
			return
		}
		probe := &postman{
			Filler: draft.NewFiller(nil, ""), o: &draft.Options{}, defined: p.defined, captured: map[string]bool{},
			origin: p.origin, originalOf: map[string]string{},
		}
		probe.Scenario.Vault.Avoid(string(p.raw))
		scope.events = item.Event
		scope.auth = nil
		r, why := probe.request(item, scope)
		if why != "" || r.Method != "POST" || r.Params != nil || r.Query != nil || !loginForms(r.Body) || strings.Contains(r.Path, "${") {
			return
		}
		for _, c := range r.Capture {
			path, ok := c.Value.(string)
			if !ok || !carried[probe.originalOf[c.Key]] || !dottedPath.MatchString(path) {
				continue
			}
			p.login, p.token = item, probe.originalOf[c.Key]
			real, _ := p.request(item, scope)
			p.captured = map[string]bool{}
			p.Scenario.Of++
			p.Scenario.Read++
			p.Scenario.Login = &draft.Login{
				About:  append(p.TakeNotes(), "The request "+quotedName(item.Name)+" of the original."),
				Method: r.Method, Path: real.Path, Body: real.Body, Token: strings.TrimPrefix(path, "$."),
			}
			return
		}
	})
}

// postmanAuth is how requests say who asks: its parts are a list (v2.1) or an
// object (v2.0).
type postmanAuth struct {
	Type   string          `json:"type"`
	Bearer json.RawMessage `json:"bearer"`
	Basic  json.RawMessage `json:"basic"`
	APIKey json.RawMessage `json:"apikey"`
}

func partsOf(raw json.RawMessage) map[string]string {
	out := map[string]string{}
	var list []postmanPair
	if json.Unmarshal(raw, &list) == nil {
		for _, p := range list {
			out[p.Key] = p.text()
		}
		return out
	}
	var object map[string]json.RawMessage
	_ = json.Unmarshal(raw, &object)
	for key, value := range object {
		out[key] = rawText(value)
	}
	return out
}

// token is what a bearer auth carries.
func (a *postmanAuth) token() string {
	if a == nil || a.Type != "bearer" {
		return ""
	}
	return partsOf(a.Bearer)["token"]
}

// authorize says who asks, and returns the target, which may have a key.
func (p *postman) authorize(r *draft.Request, a *postmanAuth, target string) string {
	if a == nil {
		return target
	}
	switch a.Type {
	case "noauth", "":
	case "bearer":
		token := strings.TrimSpace(a.token())
		m := postmanForm.FindStringSubmatch(token)
		switch {
		case m != nil && m[0] == token && m[1] != p.token && p.captured[m[1]]:
			r.SetHeader(draft.Header{Name: "Authorization", Value: p.Scenario.Vault.Text("Bearer " + p.fill(token))})
		default: // the login's, or MLBENCH_TOKEN
			r.Bearer = true
		}
	case "basic":
		r.SetHeader(draft.SecretHeader("Authorization", "Basic …"))
	case "apikey":
		parts := partsOf(a.APIKey)
		name, value := p.Flat(p.fill(parts["key"])), p.fill(parts["value"])
		if name == "" {
			break
		}
		if parts["in"] == "query" {
			joint := "?"
			if strings.Contains(target, "?") {
				joint = "&"
			}
			return target + joint + url.QueryEscape(name) + "=" + url.QueryEscape(value)
		}
		switch f := p.Scenario.Vault.VariedHeader(name, value); {
		case !draft.Sendable(name, p.Flat(value)):
		case p.Scenario.Vault.HasPlaces(value):
			r.SetHeader(f)
		default:
			r.SetHeader(draft.EnvironmentHeader(name))
		}
	default:
		p.Note("auth "+a.Type, fmt.Sprintf("Its authorization by %s is not read: scenarios have tokens and headers.", draft.Shortened(a.Type)))
	}
	return target
}

func linesOf(raw json.RawMessage) []string {
	var lines []string
	if json.Unmarshal(raw, &lines) == nil {
		return strings.Split(strings.Join(lines, "\n"), "\n")
	}
	return strings.Split(rawText(raw), "\n")
}

func (p *postman) lineOfScript(line string) string {
	encoded := quotedJSON(line)
	if i := bytes.Index(p.raw, encoded[1:len(encoded)-1]); i >= 0 && strings.TrimSpace(line) != "" {
		return fmt.Sprintf("Line %d: ", 1+bytes.Count(p.raw[:i], []byte("\n")))
	}
	return ""
}
