package results

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// ownSchema names the format of result files: major and minor version. A reader
// refuses majors it does not know; a minor one, 0 where none is written, only
// adds what may be ignored.
const ownSchema = "mlbench.result/1.1"

// Model is the load model: what decides when the next request starts.
type Model string

const (
	// Closed: N workers, each sends when its last answer came.
	Closed Model = "closed"
	// Open: requests start at planned instants, whatever the answers do.
	Open Model = "open"
)

// Arms of a comparison; a single run has arm A only.
const (
	ArmA = "A" // the baseline
	ArmB = "B" // the candidate
	// ArmControl is slices of a comparison on A's target that are not A's: what they
	// differ from A by is chance. It has no target of its own in the header.
	ArmControl = "A2"
)

// looks are the numbers of pairs (of launch pairs, where there are Launches) that
// are kept when a comparison is judged, and ends if that decides it. The last is as
// many as its budget holds at best; one that ends before is judged with what there
// is then. None: judged at the end only. What was measured has no part in them.
//
// Files of earlier versions have how many looks there were: 2, of a comparison that
// could be extended. That is read as a list of as many zeros, and written so.
type looks []int

// UnmarshalJSON reads both forms.
func (l *looks) UnmarshalJSON(b []byte) error {
	var n int
	if json.Unmarshal(b, &n) == nil {
		if n < 0 || n > 100 {
			return fmt.Errorf("looks: %d, want 0 to 100", n)
		}
		*l = make(looks, n)
		return nil
	}
	var list []int
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("looks: %w", err)
	}
	for i, at := range list {
		if at < 1 || i > 0 && at <= list[i-1] {
			return fmt.Errorf("looks: %d, want numbers of pairs that grow", list)
		}
	}
	*l = list
	return nil
}

// MarshalJSON writes the form that was read.
func (l looks) MarshalJSON() ([]byte, error) {
	if len(l) > 0 && l[0] == 0 {
		return json.Marshal(len(l))
	}
	return json.Marshal([]int(l))
}

// TotalClass stands for all request classes together.
const TotalClass = "total"

// Phase says what a slice's load was for. Only Measure enters figures.
type Phase string

const (
	Warmup  Phase = "warmup"
	Settle  Phase = "settle"
	Measure Phase = "measure"
)

// Header is the first line of a result file: everything needed to say what was
// measured, and to measure it again.
type Header struct {
	Type        string            `json:"type"` // "header"
	Schema      string            `json:"schema"`
	Tool        string            `json:"tool"`           // version of mlbench
	Command     string            `json:"command"`        // "run", "compare"
	Argv        []string          `json:"argv,omitempty"` // secrets redacted
	Scenario    Scenario          `json:"scenario"`
	Tags        map[string]string `json:"tags,omitempty"` // labels: the user's words for it
	Targets     []Target          `json:"targets"`
	Model       Model             `json:"model"`
	Arrivals    string            `json:"arrivals,omitempty"`    // open model: "poisson", "constant"
	Shape       string            `json:"shape,omitempty"`       // open model: a rate over time, as written
	RateRPS     float64           `json:"rate_rps,omitempty"`    // open model: planned mean rate
	Connections int               `json:"connections,omitempty"` // closed model: workers
	Think       string            `json:"think,omitempty"`       // closed model: as written
	Clients     string            `json:"clients,omitempty"`     // closed model: workers over time, as written; "": always as many
	Pacing      string            `json:"pacing,omitempty"`      // closed model: as written
	SpawnRPS    float64           `json:"spawn_rps,omitempty"`   // closed model: workers started per second; 0: all at once
	Transport   string            `json:"transport,omitempty"`   // "": the engine's own
	TimeoutS    float64           `json:"timeout_s"`
	WarmupS     float64           `json:"warmup_s,omitempty"`   // per target
	BudgetS     float64           `json:"budget_s,omitempty"`   // of a comparison
	Limits      string            `json:"limits,omitempty"`     // comparison: see verdict.ParseLimits
	Objectives  []string          `json:"objectives,omitempty"` // comparison: of arm B; see summary.Objective
	// ObjectiveConfidence is summary.Objective.Confidence of all of them.
	ObjectiveConfidence float64 `json:"objective_confidence,omitempty"`

	Strict   bool         `json:"strict,omitempty"`   // comparison: see verdict.Options
	Looks    looks        `json:"looks,omitempty"`    // comparison: when it may be judged as it grows
	Control  bool         `json:"control,omitempty"`  // comparison: each pair has a slice of ArmControl, too
	Launches int          `json:"launches,omitempty"` // comparison: most starts of each target; 0: one, for all pairs
	Classes  []Class      `json:"classes"`            // in the scenario's order
	Beside   []besideLoad `json:"beside,omitempty"`   // other loads that run meanwhile
	Seed     uint64       `json:"seed"`
	Start    time.Time    `json:"start"`
	Source   *Source      `json:"source,omitempty"` // nil: not known
	Host     Host         `json:"host"`
	Warnings []string     `json:"warnings,omitempty"` // known before the start
}

// Scenario identifies what clients did.
type Scenario struct {
	Name   string `json:"name"`
	Title  string `json:"title,omitempty"`  // for people, where that is not its name
	Digest string `json:"digest,omitempty"` // "sha256:…" of Text, and of the files that it names
	Text   string `json:"text,omitempty"`   // the YAML, as loaded
}

// Target names one arm's service under test.
type Target struct {
	Arm     string `json:"arm,omitempty"` // "" in reports, where it has a place of its own
	Name    string `json:"name"`
	URL     string `json:"url"`
	Command string `json:"command,omitempty"` // that started it, without secrets; "": it ran already
}

// Class is one weighted kind of request of the scenario.
type Class struct {
	Name    string  `json:"name"`
	Share   float64 `json:"share"`             // declared, 0…1; of a step that repeats: if it were sent once
	Repeats bool    `json:"repeats,omitempty"` // a step that is sent until its answer is as wanted
	Span    bool    `json:"span,omitempty"`    // no requests, but the time of several: see Slice.Spans
	// Checks are the names of its checks, in the scenario's order.
	Checks []string `json:"checks,omitempty"`
}

// Host is the machine the generator ran on.
type Host struct {
	OS         string  `json:"os"`
	Arch       string  `json:"arch"`
	Kernel     string  `json:"kernel,omitempty"`
	CPU        string  `json:"cpu,omitempty"`
	Cores      int     `json:"cores"`
	CPULimit   float64 `json:"cpu_limit,omitempty"` // cores allowed by the container, 0: none known
	MemoryMB   int64   `json:"memory_mb,omitempty"`
	Boot       string  `json:"boot,omitempty"` // tells machines apart, and one before and after a restart; "": not known
	Go         string  `json:"go"`
	GOMAXPROCS int     `json:"gomaxprocs"`
}

// Slice is a contiguous span of load on one target. A long run is written as
// several slices, one per interval.
type Slice struct {
	Type       string  `json:"type"` // "slice"
	Arm        string  `json:"arm"`
	Pair       int     `json:"pair,omitempty"`     // comparison: from 1
	Position   int     `json:"position,omitempty"` // comparison: 1 to 3, the slot within the pair
	Launch     int     `json:"launch,omitempty"`   // comparison by launches: from 1, of both targets together
	Phase      Phase   `json:"phase"`
	StartS     float64 `json:"start_s"`              // seconds after Header.Start
	DurationS  float64 `json:"duration_s"`           // as planned; until the last answer if planned by number
	DrainS     float64 `json:"drain_s,omitempty"`    // from then to the last answer
	Unfinished int64   `json:"unfinished,omitempty"` // in flight when interrupted, or when the budget ended: in no figure
	// RateRPS is what the load of an open model asked for, in the mean of the
	// slice's time, and Stage the part of a load in stages that it is of, from 1;
	// absent in the files of earlier versions.
	RateRPS      float64               `json:"rate_rps,omitempty"`
	Stage        int                   `json:"stage,omitempty"`
	InFlightMax  int64                 `json:"in_flight_max"`
	Discarded    int64                 `json:"discarded,omitempty"`     // settle requests, in no figure but that of errors
	SettleErrors int64                 `json:"settle_errors,omitempty"` // of the discarded: failed, or not sent
	Connections  Connections           `json:"connections"`
	Classes      map[string]*ClassData `json:"classes"`
	// Spans are times of several requests, of journeys and of steps that repeat. Each
	// is counted like a request, by its end, and is in no figure of requests.
	Spans map[string]*ClassData `json:"spans,omitempty"`
	// Beside are the classes, and spans, of the loads beside the one that is measured:
	// see Header.Beside. They are in no figure of the others.
	Beside    map[string]*ClassData `json:"beside,omitempty"`
	Examples  []Example             `json:"examples,omitempty"`      // the first failure of each kind
	Samples   map[string]string     `json:"error_samples,omitempty"` // of earlier versions: texts by class of error
	Telemetry *Telemetry            `json:"telemetry,omitempty"`
	TargetUse *TargetUse            `json:"target_use,omitempty"` // nil: not known
	Excluded  string                `json:"excluded,omitempty"`   // why it is left out of figures
}

// Example is the first failure of its kind, which is a class of error, of ErrStatus
// the status, and whether it is of a span.
type Example struct {
	Error  string    `json:"error"`            // class of error
	Status StatusKey `json:"status,omitempty"` // of ErrStatus
	Class  string    `json:"class,omitempty"`  // request class
	Span   bool      `json:"span,omitempty"`   // the failure of a span, its class, and of no request
	AtS    float64   `json:"at_s"`             // seconds after Header.Start
	// Text says what went wrong; of ErrStatus it is how the answer begins. Secrets
	// are redacted, control characters left out.
	Text string `json:"text"`
}

// StatusKey is what the transport calls the status of an answer: "404" of HTTP. In
// JSON a number where it is one, as the first version wrote it.
type StatusKey string

// MarshalJSON writes a number or a text.
func (k StatusKey) MarshalJSON() ([]byte, error) {
	if n, err := strconv.Atoi(string(k)); err == nil && strconv.Itoa(n) == string(k) {
		return []byte(k), nil
	}
	return json.Marshal(string(k))
}

// UnmarshalJSON reads both.
func (k *StatusKey) UnmarshalJSON(b []byte) error {
	if n := 0; json.Unmarshal(b, &n) == nil {
		*k = StatusKey(strconv.Itoa(n))
		return nil
	}
	return json.Unmarshal(b, (*string)(k))
}

// Connections counts what happened to connections during a slice.
type Connections struct {
	Opened int64 `json:"opened"`
	Closed int64 `json:"closed,omitempty"` // after an answer, or while idle
	Failed int64 `json:"failed,omitempty"` // could not be opened, or broke
	// Stale counts kept connections that were of no use for the next request: the
	// target closed one just as the request went out, unanswered, or sent bytes
	// there that nobody asked for. It went out on a new one, its clocks running on.
	Stale  int64      `json:"stale,omitempty"`
	Clocks histograms `json:"-"` // what opening them took: see Clock
}

// ClassData is what one request class did in one slice.
// Planned = Sent + Dropped; Sent = Done + errors without an answer.
type ClassData struct {
	Planned int64 `json:"planned"`
	Sent    int64 `json:"sent"`
	Done    int64 `json:"done"` // answered in full, whatever the status
	Dropped int64 `json:"dropped,omitempty"`
	// Throughput counts the answers that came within the slice's time: not the
	// Late ones, but those Carried over from requests of the settle traffic.
	Late    int64            `json:"late,omitempty"`
	Carried int64            `json:"carried,omitempty"`
	Errors  map[string]int64 `json:"errors,omitempty"` // by class of error; see ErrorClasses
	Status  map[string]int64 `json:"status,omitempty"` // a status is a key that the transport names: "200"
	// Checks are what each check of the scenario said to the answers of expected
	// status; by name. Absent in the files of earlier versions.
	Checks   map[string]checkCounts `json:"checks,omitempty"`
	BytesOut int64                  `json:"bytes_out"`
	BytesIn  int64                  `json:"bytes_in"`
	// Clocks are what each Clock recorded. In the closed model there is no lag, and
	// no response time, as it would equal the service time.
	Clocks histograms `json:"-"`
}

// Classes of error, in the order in which reports list them. The first group
// had no complete answer; status and check had one, but not the expected one.
const (
	ErrRefused   = "refused"   // connection refused or unreachable
	ErrDNS       = "dns"       // host name did not resolve
	ErrTLS       = "tls"       // handshake or certificate
	ErrReset     = "reset"     // connection closed or broken before the answer's end
	ErrTimeout   = "timeout"   // no complete answer in time; counted at the timeout's value
	ErrMalformed = "malformed" // the answer is not HTTP/1.1
	ErrLocal     = "local"     // this machine ran out of ports, files or memory
	ErrStatus    = "status"    // an unexpected HTTP status
	ErrCheck     = "check"     // the answer failed a check
)

// ErrorClasses lists all classes of error.
var ErrorClasses = []string{ErrRefused, ErrDNS, ErrTLS, ErrReset, ErrTimeout, ErrMalformed, ErrLocal, ErrStatus, ErrCheck}

// Telemetry is the generator's view of itself and its host during a slice.
type Telemetry struct {
	// SpanS is of how many seconds this is: settling and waiting for the last
	// answers are in it. 0 in the files of earlier versions.
	SpanS        float64 `json:"span_s,omitempty"`
	CPUSeconds   float64 `json:"cpu_s"`                   // generator's own user + system time
	GCPauseMaxMS float64 `json:"gc_pause_max_ms"`         // longest stop-the-world pause
	StealPct     float64 `json:"steal_pct,omitempty"`     // CPU time taken by other guests
	PressurePct  float64 `json:"pressure_pct,omitempty"`  // time during which something waited for a core
	HostCPUPct   float64 `json:"host_cpu_pct"`            // busy share of all cores
	ThrottledMS  float64 `json:"throttled_ms,omitempty"`  // by the container's CPU limit, all cores together
	ThrottledPct float64 `json:"throttled_pct,omitempty"` // share of the limit's periods (0.1 s) in which it did
	RunDelayS    float64 `json:"run_delay_s,omitempty"`   // generator's threads, ready to run, waited for a core
	// By how much ticks came late that the generator gives itself every 10 ms and
	// that wait for nothing: it stood still. The longest, and all beyond 10 ms.
	StandstillMaxMS float64 `json:"standstill_max_ms,omitempty"`
	StandstillMS    float64 `json:"standstill_ms,omitempty"`
}

// TargetUse is what the processes of a managed target used during a slice, from
// the end of its settle traffic to its last answer.
type TargetUse struct {
	CPUSeconds float64 `json:"cpu_s"`       // user + system time
	Requests   int64   `json:"requests"`    // sent meanwhile
	PeakRSSMB  float64 `json:"peak_rss_mb"` // resident memory, 10^6 bytes
}

// Footer is the last line: a file without one was interrupted hard.
type Footer struct {
	Type     string    `json:"type"` // "footer"
	End      time.Time `json:"end"`
	Ended    ending    `json:"ended"`
	Reason   string    `json:"reason,omitempty"`        // why it failed
	Planned  int       `json:"planned_pairs,omitempty"` // of a comparison that was interrupted
	Warnings []string  `json:"warnings,omitempty"`
	Aborted  *aborted  `json:"aborted,omitempty"`      // why it was interrupted, if by a rule
	UsedUp   bool      `json:"rows_used_up,omitempty"` // it ended as all rows had been sent that are sent once
	// Figures and Verdict are what it came to, as the version that measured it said: so
	// that lists and trends need not read all of thousands of files. Reports compute
	// them anew. Absent in the files of earlier versions.
	Figures []Figure `json:"figures,omitempty"`
	Verdict string   `json:"verdict,omitempty"` // of a comparison
}

// Figure is what an arm came to, all of its requests (TotalClass) or one class. A
// percentile of too few requests, or of none, is 0.
type Figure struct {
	Arm           string  `json:"arm"`
	Class         string  `json:"class"`
	Invalid       bool    `json:"invalid,omitempty"` // the generator or its host decided the numbers
	Requests      int64   `json:"requests"`          // sent
	Failed        int64   `json:"failed,omitempty"`
	DurationS     float64 `json:"duration_s"`
	ThroughputRPS float64 `json:"throughput_rps"` // completed answers per second
	P50MS         float64 `json:"p50_ms,omitempty"`
	P90MS         float64 `json:"p90_ms,omitempty"`
	P99MS         float64 `json:"p99_ms,omitempty"`
}

// aborted is a rule that ended a run.
type aborted struct {
	Rule   string  `json:"rule"`
	Value  float64 `json:"value"`   // of its metric, in its limit's unit, at last
	AfterS float64 `json:"after_s"` // the measurement's beginning, without the warm-up
}

// ending says how a measurement came to its end; Interrupted is the Slice.Excluded of what
// was cut off, too.
type ending string

const (
	Completed   ending = "completed"
	Interrupted ending = "interrupted"
	Failed      ending = "failed"
)

// Parity says whether both targets answered the same when asked between the
// slices. It is a line of its own in the result file.
type Parity struct {
	Requests    int      `json:"requests"`    // asked of both
	Differing   int      `json:"differing"`   // with a difference that nothing explains
	Differences []string `json:"differences"` // one for each cause
	Ended       string   `json:"ended,omitempty"`
}
