package draft

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
)

// Options shape a scenario that is made of something else: From….
type Options struct {
	Folder   string              // of the source, whose files may be named in it; empty: none are looked at
	Params   map[string][]string // of OpenAPI: values of parameters, by their names
	Note     func(string)        // told what was read, and what not
	File     string              // where it will be, for the commands in its first lines; default my.yaml
	Source   string              // what it is made of, for the same: openapi.json
	Target   string              // what it is for, if known: http://127.0.0.1:8000
	Features int                 // length of arrays of numbers of which nothing is known; default 10
	Model    string              // of presets: the model's name; default model
}

// WithDefaults fills in what is not said.
func (o Options) WithDefaults() Options {
	o.File = cmp.Or(o.File, "my.yaml")
	o.Target = cmp.Or(o.Target, "http://127.0.0.1:8000")
	o.Model = cmp.Or(o.Model, "model")
	o.Features = cmp.Or(o.Features, 10)
	return o
}

// Scenario is a scenario in the making. Its texts may hold anything: they are
// quoted when it is written.
type Scenario struct {
	About      []string // sentences of the first comment
	Data       []Data
	Cookies    bool
	Loads      []Load // none: newLoad; several stand side by side
	Login      *Login
	Setup      []Request
	Requests   []Request
	Teardown   []Request
	Objectives []string
	Abort      []string
	Left       []string // what was left out, and why
	Vault      Vault

	Listed   int  // values of lists of URLs
	counted  bool // requests were, and those that were read
	Read, Of int
}

// Data is a file whose rows requests take; its keys are YAML.
type Data struct {
	about []string
	Name  string
	Keys  string
}

// Load is a load; its lines are YAML.
type Load struct {
	About   []string
	Name    string   // of several
	Classes []string // of several: the requests that it sends
	Lines   []string
}

// Login is how users get a token, or cookies.
type Login struct {
	About  []string
	Method string
	Path   string
	Body   *Body // nil: the default, JSON of username and password
	Token  string
	Per    string // worker or journey; empty: once in a run
}

// Request is a request, a step, a choice of several, or a call of setup or teardown.
type Request struct {
	About   []string
	Name    string // given by nameRequests
	Weight  float64
	Method  string
	Path    string
	Headers []Header
	Bearer  bool
	Body    *Body
	Status  []int

	Params, Query example.Pairs
	Pool          int // how many are prepared; 0: the default
	Checks        []example.Pairs
	Capture       example.Pairs

	// Journeys, and what stands in them.
	Total  bool          // the time of all of it is a figure
	Think  string        // before a step
	Repeat example.Pairs // of a step
	Steps  []Request     // that follow
	Choose []Request     // instead of a request: one of these, by weight
	None   bool          // of a choice: nothing is sent
	After  []string      // comment behind it
}

// Header is a header with what is to be said of it.
type Header struct {
	Name, Value, Note string
	Empty             bool // sent without a value
	Made              any  // a generator, or a text with some, instead of the value
}

// Body is a body in one of the forms of the language: json, text, …
type Body struct {
	Form  string
	Value any
	About []string // comment after it
}

// Finish writes the draft, and proves that it is a scenario.
func (d *Scenario) Finish(o Options) ([]byte, error) {
	if len(d.Requests) == 0 {
		why := ""
		if len(d.Left) > 0 {
			why = " but what was left out: " + strings.Join(d.Left[:min(len(d.Left), 3)], "; ")
			if n := len(d.Left) - 3; n > 0 {
				why += fmt.Sprintf("; and %d more", n)
			}
		}
		return nil, fmt.Errorf("%s: no requests to make a scenario of%s", o.Source, why)
	}
	if d.counted {
		d.About = append(d.About, "R"+d.summary()[1:]+".")
	}
	all := Flat(d.Setup, d.Requests, d.Teardown)
	if n := len(all); n > MaxRequests {
		return nil, fmt.Errorf("%s: %d requests: want at most %d", o.Source, n, MaxRequests)
	}
	for _, r := range all {
		if n := len(r.Headers); n > MaxHeaders {
			return nil, fmt.Errorf("%s: a request with %d headers: want at most %d", o.Source, n, MaxHeaders)
		}
	}
	bearer := slices.ContainsFunc(all, func(r *Request) bool { return r.Bearer })
	if d.Login != nil && !bearer && !d.Cookies {
		d.Left = append(d.Left, fmt.Sprintf("%s %s: a login, but nothing needs its token", d.Login.Method, d.Login.Path))
		d.Login = nil
	}
	if d.Login == nil && bearer {
		d.About = append(d.About, "Requests with auth: bearer carry the token that MLBENCH_TOKEN holds.")
	}
	d.liftWeights()
	NameRequests(d.Requests, MaxName)
	for i := range d.Requests {
		d.Requests[i].finishJourney()
	}
	NameRequests(d.Setup, MaxName)
	NameRequests(d.Teardown, MaxName)
	d.dropData()
	w := Writer{}
	w.draft(d, o)
	sc, err := scenarios.Parse(w.Buf.Bytes(), o.File, "/") // whoever names files may read them
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", o.Source, ErrNoScenario, err)
	}
	if flags := sc.AllowFlags(); flags != "" {
		d.About = append(d.About, "It reads files of other folders, which it may if you say so: run it with "+flags+".")
		w = Writer{}
		w.draft(d, o)
	}
	if d.counted && o.Note != nil {
		o.Note(d.summary())
	}
	return w.Buf.Bytes(), nil
}

func (d *Scenario) summary() string {
	return fmt.Sprintf("read %d of %s", d.Read, Count(d.Of, "request"))
}

// ErrNoScenario is of what was written and is none.
var ErrNoScenario = errors.New("what was made of it is no scenario")

// What a scenario has at most: none has a smaller share than 1 in 10,000.
const (
	MaxRequests = 10_000
	MaxHeaders  = 1000 // of a request
)

// ByteOrderMark is what some editors begin files with.
const ByteOrderMark = "\xef\xbb\xbf"

// Once is a sentence of the first comment.
func (d *Scenario) Once(text string) {
	for _, s := range d.About {
		if s == text {
			return
		}
	}
	d.About = append(d.About, text)
}
