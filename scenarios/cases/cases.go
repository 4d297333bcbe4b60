package cases

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// Case is one request that several targets are asked alike.
type Case struct {
	Class  string
	Kind   string // what kind of request: see the constants
	About  string // of an edge case: what is unusual, as $.features[0] = null
	Method string
	Path   string // with its query; below the target's URL; empty: that URL
	Header []targets.Field
	Auth   scenarios.Auth
	Body   []byte // nil: none
	// Chunked sends it in chunks instead of with its length.
	Chunked bool
	Wanted  []int // statuses that the scenario expects of an ordinary one; empty: it says nothing
	Guess   bool  // made of guesses that a service may rightly refuse: a login
}

// Kinds of Case. All but Ordinary are edge cases.
const (
	Ordinary      = "scenario" // as the scenario has it
	atLimit       = "limit"    // least and greatest values that are drawn
	pastLimit     = "past-limit"
	wrongType     = "wrong-type"
	missingField  = "missing-field"
	extraField    = "extra-field"
	doubleField   = "double-field"
	hugeNumber    = "huge-number"
	oddNumber     = "odd-number"
	oddText       = "odd-text"
	otherSize     = "size"
	emptyBody     = "empty-body"
	brokenJSON    = "broken-json"
	deepNesting   = "nesting"
	contentType   = "content-type"
	BadToken      = "token"
	unknownPath   = "unknown-path"
	unknownMethod = "method"
)

// Options choose the cases of a scenario.
type Options struct {
	Requests  int // ordinary ones per class
	Seed      uint64
	Edges     bool // edge cases as well
	OnceRows  bool // also those with rows of files that are to be sent once
	Headers   []targets.Field
	UserAgent string
}

// tokenMark stands for the token while requests are compiled for no target.
const tokenMark = "mlbench.token.mark"

// nowhere is the host of that target.
const nowhere = "target.invalid"

// Set are the requests of a scenario, for any target.
type Set struct {
	Cases []Case // the ordinary ones first
	// Notes say what was left out: steps that need what an earlier one captures, and rows
	// that are to be sent once.
	Notes []string
	Once  bool // some have such rows
	// Hide takes the secrets of the scenario's variables out of a text. Very short
	// ones stay: they would be found in any number.
	Hide func(string) string
}

// Of makes the requests of a scenario. The same options give the same cases.
func Of(sc *scenarios.Scenario, o Options) (*Set, error) {
	secrets := map[string]bool{}
	options := scenarios.CompileOptions{
		Target:  targets.Target{Name: "any", URL: &url.URL{Scheme: "http", Host: nowhere}},
		Headers: o.Headers, Token: tokenMark, UserAgent: o.UserAgent, Seed: o.Seed, PoolSize: o.Requests,
		Secret: func(text string) { secrets[text] = true },
	}
	plan, err := scenarios.Compile(sc, options)
	if err != nil {
		return nil, err
	}
	out := &Set{Hide: hider(secrets)}
	var edges []Case
	classes := plan.AllClasses()
	for i, of := range sc.Classes() { // as in the plan
		class := classes[i]
		if class.Pool[0].Fill != nil {
			out.Notes = append(out.Notes, class.Name+" is left out: it needs what an earlier step captures")
			continue
		}
		if class.Once && !o.OnceRows {
			out.Notes = append(out.Notes, class.Name+" is left out: its rows are to be sent once (once: true), and this sends each request several times; verify --once-rows does so all the same")
			continue
		}
		out.Once = out.Once || class.Once
		var mine []Case
		for n := range o.Requests {
			c := caseOf(class.Name, &class.Pool[n%len(class.Pool)])
			if of.Path == "" {
				c.Path = ""
			}
			c.Wanted = of.Expect.Status
			mine = append(mine, c)
		}
		bounds := limits{}
		if of.Body != nil && of.Body.JSON != nil {
			bounds.of(of.Body.JSON, "$")
		}
		out.Cases = append(out.Cases, mine...)
		if o.Edges {
			edges = append(edges, edgeCases(mine, bounds)...)
		}
	}
	out.Cases = append(out.Cases, edges...)
	return out, nil
}

// hider hides the secrets that are long enough to be one.
func hider(secrets map[string]bool) func(string) string {
	const least = 4
	var long []string
	for secret := range secrets {
		if len(secret) >= least && secret != tokenMark {
			long = append(long, secret)
		}
	}
	return scenarios.Redactor(long...)
}

// caseOf is a prepared request without its target.
func caseOf(class string, r *send.Request) Case {
	c := Case{Class: class, Kind: Ordinary, Method: r.Method, Path: r.Target, Auth: scenarios.NoAuth, Chunked: r.Chunked}
	for _, f := range r.Header {
		switch name := http.CanonicalHeaderKey(f.Name); {
		case name == "Authorization" && f.Value == "Bearer "+tokenMark:
			c.Auth = scenarios.Bearer
		case name == "Host" && f.Value == nowhere: // else a header of the scenario's or a flag's
		default:
			c.Header = append(c.Header, targets.Field{Name: f.Name, Value: f.Value, Secret: f.Hidden, Empty: f.Value == ""})
		}
	}
	if len(r.Body) > 0 || c.get("Content-Type") != "" {
		c.Body = append([]byte{}, r.Body...)
	}
	return c
}

// set is the case with another header; an empty value takes it away.
func (c Case) set(name, value string) Case {
	c.Header = slices.DeleteFunc(slices.Clone(c.Header), func(f targets.Field) bool { return strings.EqualFold(f.Name, name) })
	if value != "" {
		c.Header = append(c.Header, targets.Field{Name: name, Value: value})
	}
	return c
}

func (c Case) get(name string) string {
	for _, f := range c.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}
