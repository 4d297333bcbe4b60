package loadgen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// Plan is everything the engine needs to load one target: compiled from
// scenario, target and flags, and free of all three.
type Plan struct {
	URL     *url.URL    // the target's base: scheme, host, port
	TLS     *tls.Config // for https; nil: defaults
	Connect Connect
	Classes []Class
	Load    Load
	// Login, where not nil, is what each user sends before its other requests, of its
	// pool the one of the user's number: see user. Its Check captures the value that
	// requests of classes with Token carry in the header Authorization, under that
	// name. It needs no weight.
	Login *Class
	// PerJourney makes a user of each journey, also in a closed model, where else the
	// workers are the users.
	PerJourney bool
	Cookies    bool          // users keep those that answers set
	Timeout    time.Duration // per request, from its planned instant's send to the answer's last byte
	Seed       uint64
	// Redact hides secrets, and those of the user who got the answer, in what targets
	// answered, where that is written down; nil: there are none. An ellipsis in it
	// stands for what was cut off.
	Redact func(text string, more ...string) string
	// Credentials are what the body of a login holds that Redact is to hide; nil: none.
	Credentials func(body []byte) []string

	beside []Plan // other loads that run meanwhile: see RunBeside
	lane   lane   // zero: not known yet
}

// Connect says how connections to the target are made.
type Connect struct {
	Transport Transport
	// Address replaces the host and port of the URL, as curl's --resolve does,
	// or is the path of a Unix socket if Network is "unix".
	Address string
	Network string // "tcp" (default) or "unix"
	// MaxRequests closes a connection after so many; 0: never, 1: no keep-alive.
	MaxRequests int
	// Follow makes redirects be followed; only net/http's transports do. A
	// request then ends with the last answer.
	Follow bool
}

// Transport is the HTTP client that carries the requests.
type Transport string

const (
	// Lean is the engine's own HTTP/1.1 client, the default: a fifth of the
	// cost of net/http's per request.
	Lean Transport = "lean"
	// NetHTTP is net/http's client with HTTP/1.1.
	NetHTTP Transport = "net/http"
	// HTTP2 is net/http's client with HTTP/2: over TLS for https, and without
	// negotiation (prior knowledge) for http.
	HTTP2 Transport = "h2"
)

// Load says when requests start and when they end.
type Load struct {
	Name  string        // "": the only one
	Start time.Duration // of a load beside another: after the measurement's beginning
	Model results.Model
	// Connections is the number of workers of a closed model; in an open model
	// the most requests in flight at once, beyond which planned requests are
	// dropped and counted.
	Connections int
	Think       Think         // closed model
	Pacing      time.Duration // closed model: least time from a worker's request, or journey, to its next
	SpawnRate   float64       // closed model: workers started per second; 0: all at once
	Clients     Shape         // closed model: how many of the workers there are over time, in stages; nil: all
	Rate        Shape         // open model: requests per second over time
	Arrivals    Arrivals      // open model
	Duration    time.Duration // zero: until Requests
	Requests    int64         // zero: until Duration
}

// Arrivals is the law of the gaps between planned instants.
type Arrivals string

const (
	Poisson  Arrivals = "poisson"  // independent, exponential gaps: many independent clients
	Constant Arrivals = "constant" // equal gaps
)

// Class is one weighted kind of request.
type Class struct {
	Name string
	// Weight is > 0, relative to the other classes that are no steps. A step's is
	// that of its journey's first class, and a branch's its share of that, so that
	// weights as shares of the sum of all are what each class gets of all requests,
	// if no journey ends early and no step is repeated.
	Weight float64
	// Pool is prepared requests, used in turn.
	Pool []send.Request
	// Once is for a pool of which no request may be sent twice: a phase ends when they
	// are used up. Again is for one that then begins again, and not before.
	Once, Again bool
	// Expect lists the statuses that are not errors; empty: 200 to 299.
	Expect []int
	// Check judges answers of expected status, and takes from them what later
	// steps send; nil: all are good. It must be safe for concurrent use.
	Check func(*Answer) error
	// Checks are the names of what Check looks at, each counted by itself: see
	// Answer.Fail.
	Checks []string
	// Step makes it a step of the journey that the class before it is part of.
	Step *Step
	// Total makes a span of the time of the journey that it begins.
	Total bool
	// Token makes its requests carry what the user's login captured.
	Token bool

	login bool // Plan.Login
}

// Shares are those of the classes in all requests, if each step is sent once, and
// behind them the spans.
func (p *Plan) Shares() (out []results.Class) {
	var sum float64
	for _, c := range p.Classes {
		sum += c.Weight
	}
	for _, c := range p.Classes {
		out = append(out, results.Class{Name: c.Name, Share: c.Weight / sum, Checks: c.Checks, Repeats: c.Step.repeats()})
	}
	_, spans := spansOf(p.withLogin())
	for _, name := range spans {
		out = append(out, results.Class{Name: name, Span: true})
	}
	return out
}

// Safe is a request whose method has no effects (RFC 9110 §9.2.1) and that needs
// nothing captured; nil: there is none.
func (p *Plan) Safe() *send.Request {
	for _, c := range p.Classes {
		switch c.Pool[0].Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			if c.Step == nil && !c.Once {
				return &c.Pool[0]
			}
		}
	}
	return nil
}

// HasJourneys says whether a request may follow another's answer.
func (p *Plan) HasJourneys() bool {
	return slices.ContainsFunc(p.Classes, func(c Class) bool { return c.Step != nil })
}

// Validate reports every mistake of the plan at once.
func (p *Plan) Validate() error {
	return errors.Join(append(p.validateBeside(), p.validate(false))...)
}

// validate is Validate for one load, which may be without an end.
func (p *Plan) validate(endless bool) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.URL == nil || p.URL.Host == "" || (p.URL.Scheme != "http" && p.URL.Scheme != "https") {
		bad("target: want an http:// or https:// URL with a host, have %q", p.URL)
	}
	if len(p.Classes) == 0 {
		bad("plan has no requests")
	}
	var sum float64
	for _, c := range p.Classes {
		if c.Step == nil {
			sum += c.Weight
		}
	}
	if err := p.validateLogin(); err != nil {
		errs = append(errs, err)
	}
	for i, c := range p.Classes {
		if err := p.validateStep(i); err != nil {
			errs = append(errs, err)
		}
		if c.Step == nil && c.Weight > 0 && c.Weight/sum < LeastShare {
			bad("class %q: a share of %.2g, want at least 1 in %d", c.Name, c.Weight/sum, maxDeck)
		}
		if len(c.Checks) > maxChecks {
			bad("class %q: %d checks, want at most %d", c.Name, len(c.Checks), maxChecks)
		}
		if len(c.Pool) == 0 {
			bad("class %q has no requests", c.Name)
		}
		if !(c.Weight > 0) {
			bad("class %q: weight %v, want more than 0", c.Name, c.Weight)
		}
		for _, r := range c.Pool {
			within := func(what string, size int, places []int) {
				for _, at := range places {
					if at < 0 || at+send.FreshDigits > size {
						bad("class %q: fresh digits at %d outside a %s of %d bytes", c.Name, at, what, size)
					}
				}
			}
			within("body", len(r.Body), r.Fresh)
			within("path and query", len(r.Target), r.FreshTarget)
			for _, f := range r.Header {
				within("header", len(f.Value), f.Fresh)
			}
		}
	}
	if p.Timeout <= 0 || p.Timeout > maxTimeout {
		bad("timeout %s, want more than 0 and at most %s", p.Timeout, maxTimeout)
	}
	switch p.Connect.Transport {
	case "", Lean, NetHTTP, HTTP2:
	default:
		bad("transport %q, want %s, %s or %s", p.Connect.Transport, Lean, NetHTTP, HTTP2)
	}
	switch {
	case p.Connect.Follow && p.Connect.Transport != NetHTTP && p.Connect.Transport != HTTP2:
		bad("redirects are followed by the transports %s and %s only", NetHTTP, HTTP2)
	case p.Connect.MaxRequests > 1 && p.Connect.Transport != Lean && p.Connect.Transport != "":
		bad("a limit of requests per connection other than 1 needs the transport %s", Lean)
	case p.Connect.MaxRequests < 0:
		bad("requests per connection: %d, want 0 (no limit) or more", p.Connect.MaxRequests)
	case p.Connect.Network == "unix" && p.Connect.Address == "":
		bad("a Unix socket needs a path")
	}
	return errors.Join(append(errs, p.Load.validate(endless))...)
}

// maxTimeout keeps a timed-out request within the histograms' range.
const maxTimeout = time.Hour

func (l *Load) validate(endless bool) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if l.Connections < 1 {
		bad("connections: %d, want at least 1", l.Connections)
	}
	if l.Duration < 0 || l.Requests < 0 {
		bad("duration %s and requests %d: want no negative ones", l.Duration, l.Requests)
	}
	if l.Duration == 0 && l.Requests == 0 && !endless {
		bad("load without an end: give a duration or a number of requests")
	}
	switch l.Model {
	case results.Closed:
		if err := l.Think.validate(); err != nil {
			errs = append(errs, err)
		}
		if err := l.validateClients(); err != nil {
			errs = append(errs, err)
		}
		if l.Pacing < 0 {
			bad("pacing %s, want 0 or more", l.Pacing)
		}
		if !(l.SpawnRate >= 0) {
			bad("spawn rate %v workers per second, want 0 or more", l.SpawnRate)
		}
	case results.Open:
		if l.Rate == nil {
			bad("open model without a rate")
		}
		if l.Arrivals != Poisson && l.Arrivals != Constant {
			bad("arrivals %q, want poisson or constant", l.Arrivals)
		}
	default:
		bad("load model %q, want closed or open", l.Model)
	}
	return errors.Join(errs...)
}
