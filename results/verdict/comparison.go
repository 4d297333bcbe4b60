package verdict

import "github.com/mlbench/mlbench/results"

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
	A              results.TargetName        `json:"a"`
	B              results.TargetName        `json:"b"`
	Pairs          int                       `json:"pairs"`          // judged; 0 for saved runs
	Runs           *armCounts                `json:"runs,omitempty"` // saved ones that stand for each arm
	Seed           uint64                    `json:"seed"`
	Tags           map[string]string         `json:"tags,omitempty"` // those that both have
	MoreTimeS      float64                   `json:"more_time_s"`    // 0: none would help, or none is needed
	Metrics        []MetricRow               `json:"metrics"`
	Objectives     []results.ObjectiveResult `json:"objectives"` // of B
	Errors         armErrors                 `json:"errors"`
	Unfinished     armCounts                 `json:"unfinished"`            // in flight when it was interrupted: in no figure
	SlotEffect     *SlotEffect               `json:"slot_effect,omitempty"` // nil: not to be told
	Scenario       string                    `json:"scenario"`
	results.Origin                           // of saved runs: of A's first
	// Resources is nil when those of neither target are known.
	Resources  *armResources   `json:"resources,omitempty"`
	Parity     *results.Parity `json:"parity,omitempty"`
	ResultFile string          `json:"result_file"`

	// Measured is how many pairs there are with those that are left out.
	Measured int `json:"-"`
	// LateShown says that figures are of late pairs, too, as too few others are left.
	LateShown bool `json:"-"`
	// Interrupted says when the measurement was; nil if it was not.
	Interrupted *results.Reason `json:"-"`
	// ArmA and ArmB are the summaries behind the rows.
	ArmA *results.Summary `json:"-"`
	ArmB *results.Summary `json:"-"`

	lacksData bool
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
	CI95Pct   *[2]float64 `json:"ci95_pct"`  // percentage points where Unit is "%"
	LimitPct  *float64    `json:"limit_pct"` // above 0: of a change for the worse
	PHolm     *float64    `json:"p_holm"`
	Judged    bool        `json:"judged"`
	Outcome   string      `json:"outcome"` // "ok", "regression", "inconclusive", "improved"; "" when not judged
}

// censored says that a value of the row is only known to be more.
func (m *MetricRow) censored() bool { return m.CensoredA || m.CensoredB }

// armResources are those of both arms; nil is not known.
type armResources struct {
	A *results.Resources `json:"a"`
	B *results.Resources `json:"b"`
}

func resourcesOf(a, b *results.Summary) *armResources {
	if a.Resources == nil && b.Resources == nil {
		return nil
	}
	return &armResources{a.Resources, b.Resources}
}
