package answers

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// ParitySchema names the form of Parity as JSON.
const ParitySchema = "mlbench.parity/1"

// Parity says in what two targets answer the same requests differently.
type Parity struct {
	Schema      string          `json:"schema"`
	Same        bool            `json:"same"`     // no unexpected difference was found, and no class is unshown
	Unshown     []string        `json:"unshown"`  // classes of which A did no ordinary request: how they differ is not known
	Complete    bool            `json:"complete"` // all requests were asked
	Ended       string          `json:"ended,omitempty"`
	A           Party           `json:"a"`
	B           Party           `json:"b"`
	Scenario    string          `json:"scenario"`
	Seed        uint64          `json:"seed"`
	Rules       RuleNames       `json:"rules"`
	Requests    int             `json:"requests"`  // each was asked of A, of B, and of A again
	Differing   int             `json:"differing"` // requests with an unexpected difference
	Classes     []ClassCount    `json:"classes"`
	Cases       []CaseCount     `json:"cases"`
	Differences []Group         `json:"differences"`
	Expected    []ExpectedCount `json:"expected"`
	Noise       []Noise         `json:"noise"`
	Warnings    []string        `json:"warnings"`
}

// Party is one of the two targets.
type Party struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Command started it for this, without secrets: its URL is no more.
	Command string `json:"command,omitempty"`
}

// RuleNames are Rules for readers.
type RuleNames struct {
	Absolute float64  `json:"tolerance"`
	Relative float64  `json:"relative"`
	Ignored  []string `json:"ignored"`
	Headers  []string `json:"headers"` // compared by value; of others, whether they are there
}

// ClassCount is what was asked of a request class.
type ClassCount struct {
	Class     string `json:"class"`
	Requests  int    `json:"requests"`
	Accepted  int    `json:"accepted"`  // A answered 200 to 299
	Differing int    `json:"differing"` // with an unexpected difference

	first             int
	ordinary, granted int // ordinary requests, and those that A did
}

// CaseCount is how often a kind of request was asked.
type CaseCount struct {
	Case     string `json:"case"`
	Requests int    `json:"requests"`
}

// Group is a difference with one cause, as far as can be told from outside.
type Group struct {
	Difference Kind    `json:"difference"`
	Where      string  `json:"where"`
	StatusA    int     `json:"a_status"` // 0: several, or no answer
	StatusB    int     `json:"b_status"`
	Requests   int     `json:"requests"`
	Seen       []Seen  `json:"seen"`
	Example    Example `json:"example"`

	key     groupKey
	example sample
}

// Seen is where a difference was found.
type Seen struct {
	Class    string `json:"class"`
	Case     string `json:"case"`
	Requests int    `json:"requests"`
}

// Example is a request that shows a difference: an ordinary one if there is, and
// a short one.
type Example struct {
	Number int    `json:"-"` // of Exchange
	Class  string `json:"class"`
	Case   string `json:"case"`
	About  string `json:"about"` // what is unusual about the request
	A      string `json:"a"`     // empty: absent
	B      string `json:"b"`
	Curl   string `json:"curl"`
}

// Expected is a difference that is meant to be. What is left empty matches all.
type Expected struct {
	Reason     string `yaml:"reason" json:"reason"`
	Difference Kind   `yaml:"difference" json:"difference,omitempty"`
	Where      string `yaml:"where" json:"where,omitempty"` // also what is below it
	Class      string `yaml:"class" json:"class,omitempty"`
	Case       string `yaml:"case" json:"case,omitempty"`
	StatusA    int    `yaml:"a_status" json:"a_status,omitempty"`
	StatusB    int    `yaml:"b_status" json:"b_status,omitempty"`
}

// ExpectedCount is how often an expected difference was found.
type ExpectedCount struct {
	Expected
	Requests int `json:"requests"`
}

// Noise is where A answers differently when it is asked again.
type Noise struct {
	Class      string `json:"class"`
	Difference Kind   `json:"difference"`
	Where      string `json:"where"`
	Requests   int    `json:"requests"` // in which A differed from itself, at once or later
}

func (e *Expected) matches(f *cause) bool {
	return (e.Difference == "" || e.Difference == f.Kind) &&
		(e.Where == "" || covers(e.Where, f.Where, f.Kind)) &&
		(e.Class == "" || e.Class == f.Class) &&
		(e.Case == "" || e.Case == f.Case) &&
		(e.StatusA == 0 || e.StatusA == f.StatusA) &&
		(e.StatusB == 0 || e.StatusB == f.StatusB)
}

func covers(expected, where string, kind Kind) bool {
	if kind == Header {
		return strings.EqualFold(expected, where)
	}
	rest, ok := strings.CutPrefix(where, expected)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Parity sums up; the caller fills in what was compared and how.
func (c *Collector) Parity(expected []Expected) *Parity {
	p := &Parity{
		Schema: ParitySchema, Classes: []ClassCount{}, Cases: []CaseCount{},
		Differences: []Group{}, Expected: []ExpectedCount{}, Noise: []Noise{}, Warnings: []string{}, Unshown: []string{},
	}
	meant := map[*finding]bool{}
	for _, f := range c.findings {
		for i := range expected {
			meant[f] = meant[f] || expected[i].matches(&f.cause)
		}
	}
	noise := func(f *finding) bool {
		return c.spot(spotOf(f.Class, Difference{Kind: f.Kind, Where: f.Where})).noisy()
	}
	for i := range expected {
		p.Expected = append(p.Expected, ExpectedCount{expected[i], c.requests(func(f *finding) bool {
			return !noise(f) && expected[i].matches(&f.cause)
		}, nil)})
	}
	differing := map[string]int{}
	p.Differing = c.requests(func(f *finding) bool { return !noise(f) && !meant[f] }, differing)
	for _, k := range c.classes {
		k.Differing = differing[k.Class]
		p.Requests += k.Requests
		p.Classes = append(p.Classes, *k)
	}
	for _, k := range c.classes {
		if k.ordinary > 0 && k.granted == 0 {
			p.Unshown = append(p.Unshown, k.Class)
		}
	}
	slices.SortFunc(p.Classes, func(a, b ClassCount) int { return cmp.Compare(a.first, b.first) })
	for _, name := range slices.Sorted(maps.Keys(c.cases)) {
		p.Cases = append(p.Cases, CaseCount{name, c.cases[name]})
	}
	for _, f := range c.findings {
		if !noise(f) && !meant[f] {
			p.group(f)
		}
	}
	c.noise(p)
	p.sort()
	p.Same = len(p.Differences) == 0 && len(p.Unshown) == 0
	return p
}

// requests counts those that have a finding of some kind, also by class.
func (c *Collector) requests(of func(*finding) bool, byClass map[string]int) (n int) {
	for _, found := range c.differing {
		if i := slices.IndexFunc(found, of); i >= 0 {
			n++
			if byClass != nil {
				byClass[found[i].Class]++
			}
		}
	}
	return n
}
