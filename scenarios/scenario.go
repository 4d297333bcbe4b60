package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets/strict"
)

// Scenario is what clients do. The yaml tags are the language: keys and schema
// file are held to them by a test.
type Scenario struct {
	Name        string                 `yaml:"name"`        // default: the file's name
	Description string                 `yaml:"description"` // one line: what it answers
	Tags        tags                   `yaml:"tags"`        // kept with results
	Variables   variables              `yaml:"variables"`   // what ${NAME} stands for, before the environment
	Data        map[string]*dataSource `yaml:"data"`        // files whose rows go into bodies, by name
	Load        LoadModel              `yaml:"load"`        // the only one, or of Loads the judged one
	Loads       loads                  `yaml:"loads"`       // several at the same time, instead of Load
	Judge       string                 `yaml:"judge"`       // which of Loads is measured and judged; default the first
	Login       *Login                 `yaml:"login"`       // nil: none
	Cookies     cookies                `yaml:"cookies"`     // default none
	Setup       []onceCall             `yaml:"setup"`       // sent once, before the load
	Objectives  []string               `yaml:"objectives"`
	Abort       []string               `yaml:"abort"` // rules that end a run before its time
	Requests    []Request              `yaml:"requests"`
	Teardown    []onceCall             `yaml:"teardown"` // sent once, after the load

	// Env is the environment, for ${NAME}s that are no variable of the scenario; nil:
	// nothing is set.
	Env func(name string) (value string, set bool)

	text  string   // the file, as loaded
	file  string   // its name
	dir   string   // of the file: where other files are looked for
	allow []string // further folders of which files may be read
	far   []string // folders of the files that were, beyond its own
	files [][]byte // contents of the files that bodies are
}

// LoadModel says when requests start and for how long; flags override it.
type LoadModel struct {
	Model       results.Model    `yaml:"model"`       // default: open when there is a rate or shape, else closed
	Connections connections      `yaml:"connections"` // closed: workers, or their number over time, default 1; open: most requests in flight, default 10000
	Think       thinkTime        `yaml:"think"`       // closed model: between answer and next request; default none
	Pacing      pacing           `yaml:"pacing"`      // closed model: least time from a client's request, or journey, to its next; default none
	SpawnRate   Rate             `yaml:"spawn_rate"`  // closed model: workers started per second; default all at once
	Rate        Rate             `yaml:"rate"`        // open model, the whole time
	Shape       rateShape        `yaml:"shape"`       // open model: a rate over time, instead of rate
	Arrivals    loadgen.Arrivals `yaml:"arrivals"`    // open model; default poisson
	Duration    duration         `yaml:"duration"`    // default 30s, unless requests are given
	Requests    Count            `yaml:"requests"`    // end after so many; with a duration: whichever comes first
	Warmup      duration         `yaml:"warmup"`      // default 3s
	Timeout     duration         `yaml:"timeout"`     // per request, default 10s
}

// Login is the request that gets the token of requests with auth: bearer.
type Login struct {
	Method   string `yaml:"method"`   // default POST
	Per      per    `yaml:"per"`      // who logs in; default run
	Path     string `yaml:"path"`     // default /login
	Body     *Body  `yaml:"body"`     // default: JSON with username and password
	Token    string `yaml:"token"`    // field of the answer that is the token, dots go deeper; default token, access_token, … (targets.TokenNames)
	Optional bool   `yaml:"optional"` // a target without the route is sent requests without a token
}

// Request is one weighted kind of request: a class.
type Request struct {
	Name    string      `yaml:"name"`
	Weight  float64     `yaml:"weight"` // default 1
	Method  string      `yaml:"method"` // default POST with a body, else GET
	Path    string      `yaml:"path"`   // empty: the target's own URL
	Params  parameters  `yaml:"params"` // what {name} in the path stands for
	Query   parameters  `yaml:"query"`  // appended to the path's own
	Headers headers     `yaml:"headers"`
	Auth    Auth        `yaml:"auth"` // default none
	Body    *Body       `yaml:"body"`
	Chunked bool        `yaml:"chunked"` // the body goes in chunks instead of with its length
	Expect  expectation `yaml:"expect"`
	Fresh   bool        `yaml:"fresh"` // default true: no two requests of a run have the same generated values
	Pool    Count       `yaml:"pool"`  // requests prepared before the clock starts; default 2000

	Checks  []check            `yaml:"checks"`  // what answers of expected status have to be like
	Capture map[string]capture `yaml:"capture"` // by name: what later steps use of the answer
	Steps   []step             `yaml:"steps"`   // sent one after the other behind it: a journey
	Total   bool               `yaml:"total"`   // the journey's time is a class of its own

	node *strict.Node // nil: of no file
}

// Auth is what a request carries to say who sends it.
type Auth string

// Kinds of Auth.
const (
	NoAuth Auth = "none"
	Bearer Auth = "bearer" // the token of the login
)

// expectation says which answers are not errors.
type expectation struct {
	Status statuses `yaml:"status"` // empty: 200 to 299
}

// statuses are a list of them, or one.
type statuses []int

// String has them in words.
func (s statuses) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(s)), " ", " or "), "[]")
}

// DecodeNode reads both forms.
func (s *statuses) DecodeNode(d *strict.Document, n *strict.Node) {
	if n.Kind == strict.Int {
		*s = statuses{0}
		d.Decode(n, &(*s)[0])
		return
	}
	d.Decode(n, (*[]int)(s))
}

// DecodeNode sets the defaults that are not zero. Methods may be written small.
func (r *Request) DecodeNode(d *strict.Document, n *strict.Node) {
	type plain Request // without this method
	p := plain{Weight: 1, Auth: NoAuth, Fresh: true}
	d.Decode(n, &p)
	*r = Request(p)
	r.node = n
	r.Method = strings.ToUpper(r.Method)
}

// DecodeNode is that of requests.
func (l *Login) DecodeNode(d *strict.Document, n *strict.Node) {
	type plain Login // without this method
	var p plain
	d.Decode(n, &p)
	*l = Login(p)
	l.Method = strings.ToUpper(l.Method)
}

// Text is the scenario's YAML, as loaded.
func (s *Scenario) Text() string { return s.text }

// Digest is the SHA-256 of Text, followed by those of the files that the scenario
// names: other rows are other load.
func (s *Scenario) Digest() string {
	sum := sha256.New()
	sum.Write([]byte(s.text))
	for _, name := range slices.Sorted(maps.Keys(s.Data)) {
		fmt.Fprintf(sum, "\n%s %s", name, s.Data[name].source.Digest)
	}
	for _, f := range s.files {
		fmt.Fprintf(sum, "\n%x", sha256.Sum256(f))
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// Identity is what a result file says about the scenario. It holds no secret:
// these are references to the environment in Text.
func (s *Scenario) Identity() results.Scenario {
	return results.Scenario{Name: s.Name, Digest: s.Digest(), Text: s.text}
}
