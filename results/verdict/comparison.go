package verdict

import (
	"math"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
)

// Names of JSON forms: of Comparison and Calibration.
const (
	ComparisonSchema  = "mlbench.comparison/1"
	CalibrationSchema = "mlbench.calibration/1"
)

// Verdict is what a comparison came to.
type Verdict string

const (
	OK           Verdict = "ok"
	Regression   Verdict = "regression"
	Inconclusive Verdict = "inconclusive"
	Invalid      Verdict = "invalid"
)

// Comparison is two arms side by side: A the baseline, B the candidate.
type Comparison struct {
	Schema         string                    `json:"schema"`
	Verdict        Verdict                   `json:"verdict"`
	Improved       bool                      `json:"improved"`
	Findings       []Finding                 `json:"reason_codes"` // its reasons, the weightiest first
	A              results.Target            `json:"a"`
	B              results.Target            `json:"b"`
	Pairs          int                       `json:"pairs"`          // judged; 0 for saved runs
	Runs           *armCounts                `json:"runs,omitempty"` // saved ones that stand for each arm
	Seed           uint64                    `json:"seed"`
	Tags           map[string]string         `json:"tags,omitempty"` // those that both have
	MoreTimeS      float64                   `json:"more_time_s"`    // 0: none would help, or none is needed
	Metrics        []MetricRow               `json:"metrics"`
	Objectives     []summary.ObjectiveResult `json:"objectives"` // of B
	Errors         armErrors                 `json:"errors"`
	Checks         []checkRow                `json:"checks,omitempty"`
	Unfinished     armCounts                 `json:"unfinished"`            // in flight when it was interrupted: in no figure
	SlotEffect     *SlotEffect               `json:"slot_effect,omitempty"` // nil: not to be told
	Looks          []int                     `json:"looks,omitempty"`       // after how many pairs, or launches, it was judged
	ConfidencePct  float64                   `json:"confidence_pct"`        // of the intervals, over all looks
	MeasuredS      float64                   `json:"measured_s"`            // how long measuring took
	Launches       int                       `json:"launches,omitempty"`    // of each target, that are judged
	Trend          *Trend                    `json:"trend,omitempty"`       // nil: not to be told; so the next ones
	CarryOver      *Effect                   `json:"carry_over,omitempty"`
	Control        *Effect                   `json:"control,omitempty"`
	Scenario       string                    `json:"scenario"`
	summary.Origin                           // of saved runs: of A's first
	// Resources is nil when those of neither target are known.
	Resources  *armResources   `json:"resources,omitempty"`
	Parity     *results.Parity `json:"parity,omitempty"`
	ResultFile string          `json:"result_file"`

	// Measured is how many pairs there are with those that are left out.
	Measured int `json:"-"`
	// LateShown says that figures are of late pairs, too, as too few others are left.
	LateShown bool `json:"-"`
	// Interrupted says when the measurement was; nil if it was not.
	Interrupted *summary.Reason `json:"-"`
	// ArmA and ArmB are the summaries behind the rows.
	ArmA *summary.Run `json:"-"`
	ArmB *summary.Run `json:"-"`

	drawn     *drawn // nil of saved runs
	lacksData bool
	why       []stats.Reason
}

// LacksData says that an inconclusive verdict is so for want of data alone: an
// interval is too wide, something is likely and not proven, or there is too
// little to judge at all. It is false where the measurement itself is in doubt:
// one that was cut off, a file that is damaged, requests that were dropped, arms
// that failed too differently, different hosts.
func (c *Comparison) LacksData() bool { return c.lacksData }

// armErrors are the failed requests of each arm.
type armErrors struct {
	A results.Errors `json:"a"`
	B results.Errors `json:"b"`
}

// armCounts is a number of each arm.
type armCounts struct {
	A int64 `json:"a"`
	B int64 `json:"b"`
}

// MetricRow is one metric of one request class in both arms. Pointers are null
// where there is no such number. The change of what is judged is the estimate
// over pairs, or runs, that belongs to its interval; of the rest, the ratio of B
// and A.
type MetricRow struct {
	Metric string   `json:"metric"` // "throughput", "goodput", "errors", "min", "mean", "p50", …, "max", "stalls"
	Class  string   `json:"class"`  // TotalClass for all together
	A      *float64 `json:"a"`
	B      *float64 `json:"b"`
	Unit   string   `json:"unit"` // "ms", "1/s", "%", "pairs"
	// Censored: it is the timeout's value, and at least that. There is no change.
	CensoredA bool        `json:"a_censored,omitempty"`
	CensoredB bool        `json:"b_censored,omitempty"`
	ChangePct *float64    `json:"change_pct"`
	PooledPct *float64    `json:"pooled_change_pct"` // the ratio of b and a, whatever is judged
	CI95Pct   *[2]float64 `json:"ci95_pct"`          // percentage points where Unit is "%"
	LimitPct  *float64    `json:"limit_pct"`         // above 0: of a change for the worse
	PHolm     *float64    `json:"p_holm"`
	Judged    bool        `json:"judged"`
	Outcome   string      `json:"outcome"` // "ok", "regression", "inconclusive", "improved"; "" when not judged
	// Role: a "watched" metric may stay open in a pass, a "guarding" one forbids a
	// pass and proves nothing; "" is for all others.
	Role string `json:"role,omitempty"`
	// LaunchSDPct is by how much launches of one target differ, as a standard
	// deviation, and LaunchP how likely so much is if they do not.
	LaunchSDPct *float64 `json:"launch_sd_pct,omitempty"`
	LaunchP     *float64 `json:"launch_p,omitempty"`
}

// roleWatched is the MetricRow.Role of what a pass does not wait for.
const roleWatched = "watched"

// Trend says whether the difference of the targets changed while it was measured.
type Trend struct {
	Metric   string  `json:"metric"`
	FirstPct float64 `json:"first_pct"` // of the first third of the pairs
	LastPct  float64 `json:"last_pct"`  // of the last third
	P        float64 `json:"p"`         // of no trend
}

// Effect is something that ought not to be there: of what a slice came after, or of
// A against itself.
type Effect struct {
	Metric    string  `json:"metric"`
	ChangePct float64 `json:"change_pct"`
	P         float64 `json:"p"`
}

// measured says how far the measurement went, and what its pairs say of themselves.
func (c *Comparison) measured(f *results.File, j judging) {
	c.why = j.v.Reasons
	last := math.MaxInt
	if j.p != nil && len(j.p.kept) > 0 && (c.Verdict == OK || c.Verdict == Regression) { // what came after it decided nothing
		last = j.p.kept[len(j.p.kept)-1].a.Pair
	}
	c.MeasuredS, c.ConfidencePct = elapsedUntil(f, last), math.Round(100*j.v.Confidence)
	if c.Verdict == Invalid {
		return
	}
	for _, l := range j.v.Looks {
		c.Looks = append(c.Looks, l.Pairs)
	}
	if f.Header.Launches > 0 && j.p != nil {
		c.Launches = len(j.p.launches())
	}
	metric := summary.PercentileName(0.5)
	change := percent
	if j.closed {
		metric, change = "throughput", func(d float64) float64 { return percent(-d) }
	}
	if t := j.v.Trend; t.P > 0 {
		c.Trend = &Trend{metric, change(t.First), change(t.Last), t.P}
	}
	if e := j.v.CarryOver; e.P > 0 {
		c.CarryOver = &Effect{metric, change(e.Effect), e.P}
	}
	if e := j.v.Control; e.P > 0 && e.Metric >= 0 {
		c.Control = &Effect{j.e.Control[e.Metric].Name, change(e.Effect), e.P}
	}
}

// censored says that a value of the row is only known to be more.
func (m *MetricRow) censored() bool { return m.CensoredA || m.CensoredB }

// armResources are those of both arms; nil is not known.
type armResources struct {
	A *summary.Resources `json:"a"`
	B *summary.Resources `json:"b"`
}

func resourcesOf(a, b *summary.Run) *armResources {
	if a.Resources == nil && b.Resources == nil {
		return nil
	}
	return &armResources{a.Resources, b.Resources}
}
