package cases

import (
	"fmt"
	"hash/fnv"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// OfDocument are requests of a document's operations, the ordinary ones first.
// The notes say which operations were left out: those that may do harm, and
// those whose bodies cannot be made.
func OfDocument(ops []openapi.Operation, o Options) (cases []Case, notes []string) {
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
		mine, more, err := operationCases(op, class, o)
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s is left out: %v", name, err))
			continue
		}
		for _, text := range more {
			notes = append(notes, name+": "+text)
		}
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
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
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
// own; or why there are none.
func operationCases(op *openapi.Operation, class string, o Options) (out []Case, notes []string, err error) {
	seed := fnv.New64a()
	seed.Write([]byte(op.Method + " " + op.Path))
	rng := rand.New(rand.NewPCG(o.Seed, seed.Sum64()))
	m, err := makerOf(op)
	if err != nil {
		return nil, nil, err
	}
	for range o.Requests {
		c := Case{Class: class, Kind: Ordinary, Method: op.Method, Auth: authOf(op), Path: op.Base + op.Path, Guess: op.Body.WantsPassword()}
		c.Header = []targets.Field{{Name: "User-Agent", Value: o.UserAgent}, {Name: "Accept", Value: "*/*"}}
		if err := m.make(&c, rng); err != nil {
			return nil, nil, err
		}
		for _, h := range o.Headers {
			c = c.set(h.Name, h.Value)
			c.Header[len(c.Header)-1].Secret = h.Secret
		}
		out = append(out, c)
	}
	return out, m.notes, nil
}

// authOf is bearer if the operation asks for a token, by its security or, as
// handlers that read the header themselves are documented, by a parameter.
func authOf(op *openapi.Operation) scenarios.Auth {
	for _, need := range op.Security {
		if slices.ContainsFunc(need, openapi.Scheme.Bearer) {
			return scenarios.Bearer
		}
	}
	if slices.ContainsFunc(op.Parameters, openapi.Parameter.Authorization) {
		return scenarios.Bearer
	}
	return scenarios.NoAuth
}

// unknownFeatures is the length of arrays of numbers of which nothing is known.
const unknownFeatures = 10

// caseMaker makes the ordinary requests of an operation.
type caseMaker struct {
	op         *openapi.Operation
	parameters []*scenarios.Drawn // of each parameter; nil: it is left out
	body       *scenarios.Drawn   // nil: none
	notes      []string
}

func makerOf(op *openapi.Operation) (*caseMaker, error) {
	m := &caseMaker{op: op, parameters: make([]*scenarios.Drawn, len(op.Parameters))}
	for i, p := range op.Parameters {
		if !p.Required || p.Ignored() || p.Authorization() {
			continue
		}
		t, err := m.template(p.Schema, p.Example, true)
		if err != nil {
			return nil, fmt.Errorf("its parameter %s: %w", p.Name, err)
		}
		m.parameters[i] = t
	}
	if op.Body != nil && openapi.IsJSON(op.Body.MediaType) {
		var err error
		if m.body, err = m.template(op.Body.Schema, op.Body.Example, false); err != nil && op.Body.Required {
			return nil, err
		}
	}
	return m, nil
}

// template is what values are drawn of. Examples of parameters are names of what
// is there: those are sent as they are.
func (m *caseMaker) template(s *openapi.Schema, given any, parameter bool) (*scenarios.Drawn, error) {
	g := example.Filler{Features: unknownFeatures, All: true}
	hint := example.Of(given, s)
	if parameter && hint != nil {
		return example.Drawn(example.Ordered(hint))
	}
	v, err := g.Fill(s, hint)
	if err != nil {
		return nil, err
	}
	m.notes = append(m.notes, g.Notes...)
	return example.Drawn(v)
}

func (m *caseMaker) make(c *Case, rng *rand.Rand) error {
	var query, cookies []string
	for i, p := range m.op.Parameters {
		if m.parameters[i] == nil {
			continue
		}
		raw, err := m.parameters[i].Draw(rng)
		if err != nil {
			return err
		}
		v, err := answers.Decode(raw)
		if err != nil {
			return err
		}
		switch p.In {
		case "path":
			c.Path = strings.ReplaceAll(c.Path, "{"+p.Name+"}", example.Segment(p, v))
		case "query":
			query = append(query, example.Query(p, v))
		case "header":
			*c = c.set(p.Name, example.Plain(p, v))
		case "cookie":
			cookies = append(cookies, p.Name+"="+example.Plain(p, v))
		}
	}
	if len(query) > 0 {
		slices.Sort(query)
		c.Path += "?" + strings.Join(query, "&")
	}
	*c = c.set("Cookie", strings.Join(cookies, "; "))
	if m.body != nil {
		const tries = 20 // generators meet what a schema forbids now and then
		for range tries {
			raw, err := m.body.Draw(rng)
			if err != nil {
				return err
			}
			c.Body = raw
			if v, err := answers.Decode(raw); err == nil && m.op.Body.Schema.Check(v) == nil {
				break
			}
		}
		*c = c.set("Content-Type", "application/json")
	}
	return nil
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
			add(missingField, "no parameter "+p.Name, func(q url.Values) { q.Del(p.Name) })
		}
		put := func(kind, value string) {
			add(kind, fmt.Sprintf("parameter %s = %s", p.Name, value), func(q url.Values) { q.Set(p.Name, value) })
		}
		put(oddText, "")
		switch p.Schema.Type {
		case "number", "integer":
			put(wrongType, "text")
			put(hugeNumber, "1e400")
			put(hugeNumber, "123456789012345678901234567890")
			if p.Schema.Min != nil {
				put(pastLimit, example.NumberText(new(big.Rat).Sub(p.Schema.Min, big.NewRat(1, 1))))
			}
			if p.Schema.Max != nil {
				put(pastLimit, example.NumberText(new(big.Rat).Add(p.Schema.Max, big.NewRat(1, 1))))
			}
		case "boolean":
			put(wrongType, "perhaps")
		default:
			put(oddText, "Grüße, 世界 🚀")
		}
	}
	if op.Method == http.MethodGet {
		add(extraField, "a parameter that is not there", func(q url.Values) { q.Set("mlbench_extra", "1") })
	}
	return out
}
