package importer

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
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

func (o Options) withDefaults() Options {
	o.File = cmp.Or(o.File, "my.yaml")
	o.Target = cmp.Or(o.Target, "http://127.0.0.1:8000")
	o.Model = cmp.Or(o.Model, "model")
	o.Features = cmp.Or(o.Features, 10)
	return o
}

// draft is a scenario in the making. Its texts may hold anything: they are
// quoted when it is written.
type draft struct {
	about      []string // sentences of the first comment
	data       []draftData
	cookies    bool
	loads      []draftLoad // none: newLoad; several stand side by side
	login      *draftLogin
	setup      []draftRequest
	requests   []draftRequest
	teardown   []draftRequest
	objectives []string
	abort      []string
	left       []string // what was left out, and why
	vault      vault

	listed   int  // values of lists of URLs
	counted  bool // requests were, and those that were read
	read, of int
}

// draftData is a file whose rows requests take; its keys are YAML.
type draftData struct {
	about []string
	name  string
	keys  string
}

// draftLoad is a load; its lines are YAML.
type draftLoad struct {
	about   []string
	name    string   // of several
	classes []string // of several: the requests that it sends
	lines   []string
}

type draftLogin struct {
	about  []string
	method string
	path   string
	body   *draftBody // nil: the default, JSON of username and password
	token  string
	per    string // worker or journey; empty: once in a run
}

type draftRequest struct {
	about   []string
	name    string // given by nameRequests
	weight  float64
	method  string
	path    string
	headers []draftHeader
	bearer  bool
	body    *draftBody
	status  []int

	params, query example.Pairs
	pool          int // how many are prepared; 0: the default
	checks        []example.Pairs
	capture       example.Pairs

	// Journeys, and what stands in them.
	total  bool           // the time of all of it is a figure
	think  string         // before a step
	repeat example.Pairs  // of a step
	steps  []draftRequest // that follow
	choose []draftRequest // instead of a request: one of these, by weight
	none   bool           // of a choice: nothing is sent
	after  []string       // comment behind it
}

type draftHeader struct {
	name, value, note string
	empty             bool // sent without a value
	made              any  // a generator, or a text with some, instead of the value
}

// draftBody is a body in one of the forms of the language: json, text, …
type draftBody struct {
	form  string
	value any
	about []string // comment after it
}

// finish writes the draft, and proves that it is a scenario.
func (d *draft) finish(o Options) ([]byte, error) {
	if len(d.requests) == 0 {
		why := ""
		if len(d.left) > 0 {
			why = " but what was left out: " + strings.Join(d.left[:min(len(d.left), 3)], "; ")
			if n := len(d.left) - 3; n > 0 {
				why += fmt.Sprintf("; and %d more", n)
			}
		}
		return nil, fmt.Errorf("%s: no requests to make a scenario of%s", o.Source, why)
	}
	if d.counted {
		d.about = append(d.about, "R"+d.summary()[1:]+".")
	}
	all := flat(d.setup, d.requests, d.teardown)
	if n := len(all); n > maxRequests {
		return nil, fmt.Errorf("%s: %d requests: want at most %d", o.Source, n, maxRequests)
	}
	for _, r := range all {
		if n := len(r.headers); n > maxHeaders {
			return nil, fmt.Errorf("%s: a request with %d headers: want at most %d", o.Source, n, maxHeaders)
		}
	}
	bearer := slices.ContainsFunc(all, func(r *draftRequest) bool { return r.bearer })
	if d.login != nil && !bearer && !d.cookies {
		d.left = append(d.left, fmt.Sprintf("%s %s: a login, but nothing needs its token", d.login.method, d.login.path))
		d.login = nil
	}
	if d.login == nil && bearer {
		d.about = append(d.about, "Requests with auth: bearer carry the token that MLBENCH_TOKEN holds.")
	}
	d.liftWeights()
	nameRequests(d.requests, maxName)
	for i := range d.requests {
		d.requests[i].finishJourney()
	}
	nameRequests(d.setup, maxName)
	nameRequests(d.teardown, maxName)
	d.dropData()
	w := yamlWriter{}
	w.draft(d, o)
	sc, err := scenarios.Parse(w.buf.Bytes(), o.File, "/") // whoever names files may read them
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", o.Source, errNoScenario, err)
	}
	if flags := sc.AllowFlags(); flags != "" {
		d.about = append(d.about, "It reads files of other folders, which it may if you say so: run it with "+flags+".")
		w = yamlWriter{}
		w.draft(d, o)
	}
	if d.counted && o.Note != nil {
		o.Note(d.summary())
	}
	return w.buf.Bytes(), nil
}

func (d *draft) summary() string {
	return fmt.Sprintf("read %d of %s", d.read, countOf(d.of, "request"))
}

// errNoScenario is of what was written and is none.
var errNoScenario = errors.New("what was made of it is no scenario")

// withFiles makes a scenario with the files that a source names, or else, if one of
// them is not as it should be, without.
func withFiles(o Options, make func(Options) ([]byte, error)) ([]byte, error) {
	text, err := make(o)
	if o.Folder != "" && errors.Is(err, errNoScenario) {
		o.Folder = ""
		return make(o)
	}
	return text, err
}

// liftWeights raises shares that are too small to be sent: a scenario's are at
// least 1 in 10000, and those of many may have to be lifted.
func (d *draft) liftWeights() {
	const least = 5_000
	sum := 0.0
	for _, r := range d.requests {
		sum += r.weight
	}
	for i := range d.requests {
		if r := &d.requests[i]; r.weight*10_000 <= sum {
			r.about = append(r.about, fmt.Sprintf("The weight was %v, less than a scenario can have.", r.weight))
			r.weight = math.Ceil(sum/least*1e6) / 1e6
		}
	}
}

var (
	notOfNames  = regexp.MustCompile(`[^A-Za-z0-9_]+`)
	versionForm = regexp.MustCompile(`^v[0-9]+$`)
)

// nameRequests calls requests by their paths: /v1/models/{name} is models-name.
// Where that is not enough to tell them apart, the method and a number help.
func nameRequests(all []draftRequest, most int) { nameAmong(all, most, map[string]bool{"total": true}) }

func nameAmong(all []draftRequest, most int, taken map[string]bool) {
	numbered := map[string]int{} // how far the numbers of each name are taken
	for i := range all {
		r, most := &all[i], most
		switch {
		case r.none:
			continue
		case r.choose != nil:
			nameAmong(r.choose, most, taken)
			continue
		case len(r.steps) > 0:
			most = min(most, maxJourneyName)
		}
		base := clipped(cmp.Or(r.name, pathName(r.path)), most)
		name := base
		if taken[name] {
			name = clipped(strings.ToLower(notOfNames.ReplaceAllString(r.method, ""))+"-"+base, most)
			name = strings.Trim(name, "-")
		}
		for n := max(2, numbered[base]); taken[name]; n++ {
			numbered[base] = n
			suffix := fmt.Sprintf("-%d", n)
			name = base[:min(len(base), most-len(suffix))] + suffix
		}
		taken[name] = true
		r.name = name
	}
}

// What a scenario has at most: none has a smaller share than 1 in 10,000.
const (
	maxRequests = 10_000
	maxHeaders  = 1000 // of a request
)

const (
	maxName        = 48 // of 64 that are allowed: tables want to be read
	maxJourneyName = 24 // steps have the name of their journey before theirs
	maxStepName    = 32 // total may come behind it
)

func pathName(path string) string {
	path, _, _ = strings.Cut(path, "?")
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part = strings.Trim(notOfNames.ReplaceAllString(part, "-"), "-_"); part != "" {
			parts = append(parts, part)
		}
	}
	for len(parts) > 1 && (versionForm.MatchString(parts[0]) || parts[0] == "api") {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return "root"
	}
	return clipName(strings.Join(parts, "-"))
}

func clipName(name string) string { return clipped(name, maxName) }

func clipped(name string, most int) string {
	return strings.TrimRight(name[:min(len(name), most)], "-_")
}

// byteOrderMark is what some editors begin files with.
const byteOrderMark = "\xef\xbb\xbf"
