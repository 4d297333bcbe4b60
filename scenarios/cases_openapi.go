package scenarios

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// OpenAPICases are requests of a document's operations, the ordinary ones first.
// The notes say which operations were left out: those that may do harm, and
// those whose bodies cannot be made.
func OpenAPICases(ops []openapi.Operation, o CaseOptions) (cases []Case, notes []string) {
	var edges []Case
	taken := map[string]bool{}
	for i := range ops {
		op := &ops[i]
		name := op.Method + " " + op.Path
		switch {
		case op.Method != http.MethodGet && op.Method != http.MethodHead && op.Method != http.MethodPost:
			notes = append(notes, name+" is left out: it may do harm")
			continue
		case op.Body != nil && op.Body.Required && !openapi.IsJSON(op.Body.MediaType):
			notes = append(notes, fmt.Sprintf("%s is left out: its body is %s, not JSON", name, op.Body.MediaType))
			continue
		}
		class := className(op)
		for n := 2; taken[class]; n++ {
			class = fmt.Sprintf("%s-%d", className(op), n)
		}
		taken[class] = true
		mine := operationCases(op, class, o)
		cases = append(cases, mine...)
		if o.Edges {
			bounds := limits{}
			if mine[0].Body != nil {
				bounds.ofSchema(op.Body.Schema, "$", 0)
			}
			edges = append(edges, edgeCases(mine, bounds)...)
			edges = append(edges, queryCases(op, mine[0])...)
		}
	}
	return append(cases, edges...), notes
}

// className is a name as requests of scenarios have them.
func className(op *openapi.Operation) string {
	name := op.ID
	if name == "" {
		name = strings.ToLower(op.Method) + op.Path
	}
	name = strings.Trim(strings.Map(func(r rune) rune {
		if r < 0x80 && (nameForm.MatchString(string(r)) || strings.ContainsRune("._-", r)) {
			return r
		}
		return '-'
	}, name), "-._")
	if len(name) > 60 {
		name = name[:60]
	}
	if name == "" {
		name = "operation"
	}
	return name
}

// operationCases are ordinary requests of one operation, from a stream of its
// own.
func operationCases(op *openapi.Operation, class string, o CaseOptions) []Case {
	seed := fnv.New64a()
	seed.Write([]byte(op.Method + " " + op.Path))
	s := sampler{rand.New(rand.NewPCG(o.Seed, seed.Sum64()))}
	auth := NoAuth
	for _, need := range op.Security {
		if slices.ContainsFunc(need, openapi.Scheme.Bearer) {
			auth = Bearer
		}
	}
	var out []Case
	for range o.Requests {
		c := Case{Class: class, Kind: Ordinary, Method: op.Method, Auth: auth, Path: op.Base + op.Path}
		c.Header = []targets.Field{{Name: "User-Agent", Value: o.UserAgent}, {Name: "Accept", Value: "*/*"}}
		query := url.Values{}
		for _, p := range op.Parameters {
			value := s.parameter(&p)
			switch {
			case p.In == "path":
				c.Path = strings.ReplaceAll(c.Path, "{"+p.Name+"}", url.PathEscape(value))
			case p.In == "query" && p.Required:
				query.Set(p.Name, value)
			case p.In == "header" && p.Required:
				c = c.set(p.Name, value)
			}
		}
		if len(query) > 0 {
			c.Path += "?" + query.Encode()
		}
		if op.Body != nil && openapi.IsJSON(op.Body.MediaType) {
			body, err := marshal(s.value(op.Body.Schema, 0))
			if err == nil {
				c.Body = body
				c = c.set("Content-Type", "application/json")
			}
		}
		for _, h := range o.Headers {
			c = c.set(h.Name, h.Value)
			c.Header[len(c.Header)-1].Secret = h.Secret
		}
		out = append(out, c)
	}
	return out
}

// queryCases are odd parameters.
func queryCases(op *openapi.Operation, first Case) (out []Case) {
	path, raw, _ := strings.Cut(first.Path, "?")
	add := func(kind, about string, change func(url.Values)) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		change(query)
		c := first
		c.Kind, c.About, c.Path = kind, about, path
		if len(query) > 0 {
			c.Path += "?" + query.Encode()
		}
		out = append(out, c)
	}
	for _, p := range op.Parameters {
		if p.In != "query" {
			continue
		}
		if p.Required {
			add(MissingField, "no parameter "+p.Name, func(q url.Values) { q.Del(p.Name) })
		}
		put := func(kind, value string) {
			add(kind, fmt.Sprintf("parameter %s = %s", p.Name, value), func(q url.Values) { q.Set(p.Name, value) })
		}
		put(OddText, "")
		switch p.Schema.Type {
		case "number", "integer":
			put(WrongType, "text")
			put(HugeNumber, "1e400")
			put(HugeNumber, "123456789012345678901234567890")
			if p.Schema.Min != nil {
				put(PastLimit, string(appendNumber(nil, *p.Schema.Min-1)))
			}
			if p.Schema.Max != nil {
				put(PastLimit, string(appendNumber(nil, *p.Schema.Max+1)))
			}
		case "boolean":
			put(WrongType, "perhaps")
		default:
			put(OddText, "Grüße, 世界 🚀")
		}
	}
	if op.Method == http.MethodGet {
		add(ExtraField, "a parameter that is not there", func(q url.Values) { q.Set("mlbench_extra", "1") })
	}
	return out
}
