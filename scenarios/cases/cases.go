package cases

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

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
	Wanted []int  // statuses that the scenario expects of an ordinary one; empty: it says nothing
	Guess  bool   // made of guesses that a service may rightly refuse: a login
}

// Kinds of Case. All but Ordinary are edge cases.
const (
	Ordinary      = "scenario" // as the scenario has it
	AtLimit       = "limit"    // least and greatest values that are drawn
	PastLimit     = "past-limit"
	WrongType     = "wrong-type"
	MissingField  = "missing-field"
	ExtraField    = "extra-field"
	DoubleField   = "double-field"
	HugeNumber    = "huge-number"
	OddNumber     = "odd-number"
	OddText       = "odd-text"
	OtherSize     = "size"
	EmptyBody     = "empty-body"
	BrokenJSON    = "broken-json"
	DeepNesting   = "nesting"
	ContentType   = "content-type"
	BadToken      = "token"
	UnknownPath   = "unknown-path"
	UnknownMethod = "method"
)

// Options choose the cases of a scenario.
type Options struct {
	Requests  int // ordinary ones per class
	Seed      uint64
	Edges     bool // edge cases as well
	Headers   []targets.Field
	UserAgent string
}

// tokenMark stands for the token while requests are compiled for no target.
const tokenMark = "mlbench.token.mark"

// Set are the requests of a scenario, for any target.
type Set struct {
	Cases []Case // the ordinary ones first
	// Notes say what was left out: steps that need what an earlier one captures.
	Notes []string
	// Hide takes the secrets of the scenario's variables out of a text. Very short
	// ones stay: they would be found in any number.
	Hide func(string) string
}

// Of makes the requests of a scenario. The same options give the same cases.
func Of(sc *scenarios.Scenario, o Options) (*Set, error) {
	secrets := map[string]bool{}
	nowhere := scenarios.CompileOptions{
		Target:  targets.Target{Name: "any", URL: &url.URL{Scheme: "http", Host: "target.invalid"}},
		Headers: o.Headers, Token: tokenMark, UserAgent: o.UserAgent, Seed: o.Seed, PoolSize: o.Requests,
		Secret: func(text string) { secrets[text] = true },
	}
	plan, err := scenarios.Compile(sc, nowhere)
	if err != nil {
		return nil, err
	}
	nowhere.Redact, nowhere.PoolSize = true, 1
	shown, err := scenarios.Compile(sc, nowhere)
	if err != nil {
		return nil, err
	}
	out := &Set{Hide: hider(secrets)}
	var edges []Case
	for i, of := range sc.Classes() { // as in the plan
		class := plan.Classes[i]
		if class.Payloads[0].Fill != nil {
			out.Notes = append(out.Notes, class.Name+" is left out: it needs what an earlier step captures")
			continue
		}
		var mine []Case
		secret, err := secretHeaders(class.Payloads[0].Wire, shown.Classes[i].Payloads[0].Wire)
		if err != nil {
			return nil, fmt.Errorf("request %s: %w", class.Name, err)
		}
		for n := range o.Requests {
			c, err := caseOf(class.Name, class.Payloads[n%len(class.Payloads)].Wire, secret)
			if err != nil {
				return nil, fmt.Errorf("request %s: %w", class.Name, err)
			}
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

// readWire parses a prepared request.
func readWire(wire []byte) (*http.Request, []byte, error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		return nil, nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return r, body, err
}

// secretHeaders are the names of headers that are not shown.
func secretHeaders(wire, shown []byte) ([]string, error) {
	real, _, err := readWire(wire)
	if err != nil {
		return nil, err
	}
	redacted, _, err := readWire(shown)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range real.Header {
		if redacted.Header.Get(name) == targets.Secret("").String() {
			names = append(names, name)
		}
	}
	return names, nil
}

// caseOf is a prepared request without its target.
func caseOf(class string, wire []byte, secret []string) (Case, error) {
	r, body, err := readWire(wire)
	if err != nil {
		return Case{}, err
	}
	c := Case{Class: class, Kind: Ordinary, Method: r.Method, Path: r.RequestURI, Auth: scenarios.NoAuth}
	if r.ContentLength > 0 || r.Header.Get("Content-Type") != "" {
		c.Body = append([]byte{}, body...)
	}
	var names []string
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := strings.Join(r.Header[name], ", ")
		switch {
		case name == "Content-Length":
		case name == "Authorization" && value == "Bearer "+tokenMark:
			c.Auth = scenarios.Bearer
		default:
			c.Header = append(c.Header, targets.Field{Name: name, Value: value, Secret: slices.Contains(secret, name)})
		}
	}
	if r.Host != "target.invalid" { // a header of the scenario's or a flag's
		c.Header = append(c.Header, targets.Field{Name: "Host", Value: r.Host})
	}
	return c, nil
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
