package session

import (
	"slices"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/abort"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// Spec is what is to be measured, and how: plain data, made of flags, a file, a web
// page, or by another machine.
type Spec struct {
	Reach
	Command string          // that measures: run, compare
	Argv    []string        // command line for the result file, without secrets
	Tool    string          // version of mlbench
	Source  *results.Source // revision that is measured; nil: not known

	Credentials targets.CredentialSettings `json:"-"` // secrets do not travel with the rest

	Scenario   string   // shipped, or a file; "" and ping: the ad-hoc request
	Request    *Request // that one's; nil: GET
	AllowFiles []string // folders of which scenarios may read files
	Load       scenarios.Overrides
	Warmup     *time.Duration    // nil: the scenario's
	Seed       uint64            // of arrivals, classes and payloads
	Tags       map[string]string // added to the scenario's
	Objectives []string          // added to the scenario's
	Abort      []string          // rules that end a run, added to the scenario's

	ObjectiveConfidence float64 // see summary.Objective

	Once   bool // the load is not looked at before: each request is sent once, and shown
	Output results.Output
	Raw    string // file of single requests; "-": Session.Stdout

	Comparison // of two targets
}

// Request is the ad-hoc request, as far as flags shape it.
type Request struct {
	Method string // "": GET, or POST with a body
	Body   []byte
	File   string // that the body was read from, whose name tells its kind
}

// Comparison is what is asked of two targets.
type Comparison struct {
	Budget  time.Duration // the most that all of it takes
	Slice   time.Duration // measured, of each; 0: by rate and latency
	Settle  time.Duration // load before each slice, in no figure; 0: by latency
	Control bool          // a third slice of each pair, on the baseline again
	// Launches is how often both targets are started, each time for a few pairs: a
	// number, AutoLaunches, or "" for one start of each.
	Launches string
	Limits   string // see verdict.ParseLimits
	Strict   bool
}

// MaxBody bounds the ad-hoc request's body, which result files hold; in bytes.
const MaxBody = 8 << 20

// adHocName is the scenario of one request that flags shape.
const adHocName = "ping"

// Validate reports all mistakes at once, by the names of flags, before anything is
// contacted; it changes nothing.
func (s *Spec) Validate() error {
	var m mistakes
	s.Reach.check(&m)
	switch {
	case s.Load.Connections.Most < 0:
		m.addf("--connections %d: want at least 1", s.Load.Connections.Most)
	case s.Load.Duration < 0:
		m.addf("--duration %s: want more than 0", s.Load.Duration)
	}
	if s.Timeout < 0 {
		m.addf("--timeout %s: want more than 0", s.Timeout)
	}
	if s.Warmup != nil && *s.Warmup < 0 {
		m.addf("--warmup %s: want 0 or more", *s.Warmup)
	}
	if s.Load.Rate != 0 && s.Load.Shape.String() != "" {
		m.addf("--rate and a rate over time (--stage, --shape) exclude each other: leave one out")
	}
	if !slices.Contains([]loadgen.Arrivals{"", loadgen.Poisson, loadgen.Constant}, s.Load.Arrivals) {
		m.addf("--arrivals %q: want poisson or constant", s.Load.Arrivals)
	}
	if s.Request != nil && len(s.Request.Body) > MaxBody {
		m.addf("--body: more than %d MB", MaxBody>>20)
	}
	switch {
	case s.Output.None && s.Output.File != "":
		m.addf("--output and --no-output exclude each other: leave one out")
	case s.Output.File == "-":
		m.addf("--output -: the result is a file; --format json prints the summary, --raw - every request")
	case s.Raw != "" && s.Raw == s.Output.File:
		m.addf("--raw and --output both write %s: name two files", s.Raw)
	}
	if s.Launches != "" {
		if _, err := s.launches(); err != nil {
			m = append(m, err)
		}
	}
	if s.Slice < 0 {
		m.addf("--slice %s: want more than 0", s.Slice)
	}
	if s.Settle < 0 {
		m.addf("--settle %s: want more than 0", s.Settle)
	}
	if _, err := verdict.ParseLimits(s.Limits); err != nil {
		m.addf("--max-regression: %w", err)
	}
	for _, text := range s.Objectives {
		if _, err := summary.ParseObjective(text); err != nil {
			m.addf("--%w", err)
		}
	}
	for _, text := range s.Abort {
		if _, err := abort.ParseRule(text); err != nil {
			m.addf("--%w", err)
		}
	}
	return m.err()
}

// overrides of the scenario's load.
func (s *Spec) overrides() scenarios.Overrides {
	ov := s.Load
	ov.Timeout = s.Timeout
	if s.Scenario == "" && ov.Connections.Most > 0 && ov.Rate == 0 && ov.Shape.String() == "" {
		// As hey, oha and wrk have it: -c alone is a closed model.
		ov.Model = results.Closed
	}
	return ov
}
