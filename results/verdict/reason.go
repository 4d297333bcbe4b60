package verdict

import "github.com/mlbench/mlbench/results/summary"

// Codes of what is said of a comparison; summary.Reason has those of its arms.
// Args are named behind each: arm is "A" or "B", why a reason within this one,
// basis the pairs, or runs_a and runs_b.
const (
	// Why numbers are none of the targets'; and interrupted: when the measurement was.
	LimitsUnreadable  summary.Code = "limits_unreadable" // error
	Impossible        summary.Code = "impossible"        // error
	NoBaseline        summary.Code = "no_baseline"       // why
	NoneEnded         summary.Code = "none_ended"        // arm, requests
	NoneSent          summary.Code = "none_sent"         // arm
	NoneButWarmUp     summary.Code = "none_but_warm_up"  // arm
	MachineExhausted  summary.Code = "machine_exhausted"
	UnequalRequests   summary.Code = "unequal_requests"   // classes
	PairsExcluded     summary.Code = "pairs_excluded"     // pairs, of, text
	PairsLost         summary.Code = "pairs_lost"         // pairs, of, late, excluded, text
	LatePairs         summary.Code = "late_pairs"         // pairs, of, lag_ms
	InvalidRun        summary.Code = "invalid_run"        // file
	MostlyFailing     summary.Code = "mostly_failing"     // both, errors
	TargetEnded       summary.Code = "target_ended"       // end
	NeverAnswered     summary.Code = "never_answered"     // arm, requests, error, of_error, warm_up
	ClassesUnanswered summary.Code = "classes_unanswered" // arm, classes

	// What is found of metrics: of its metrics, basis, p, tests.
	Worse          summary.Code = "worse" // failing: over 5% of B's requests
	Better         summary.Code = "better"
	WithinLimits   summary.Code = "within_limits"    // in_classes, so_far
	WorseInLimits  summary.Code = "worse_in_limits"  // noun
	PossiblyWorse  summary.Code = "possibly_worse"   //
	PossibleStalls summary.Code = "possible_stalls"  // chance_pct
	Undecided      summary.Code = "undecided"        // near: longer hardly helps
	NoInterval     summary.Code = "no_interval"      //
	LimitUnjudged  summary.Code = "limit_unjudged"   // a limit of the user's
	LimitUnknown   summary.Code = "limit_unknown"    // a limit of the user's that the calibration lacks
	Survivors      summary.Code = "survivors_only"   // of its metrics
	FailingClasses summary.Code = "failing_classes"  // of its metrics
	TooFewData     summary.Code = "unjudged"         // of its metrics
	NotTrusted     summary.Code = "not_trusted"      // of its metrics, for what forbids a verdict
	WatchedOpen    summary.Code = "watched_open"     // of its metrics
	Uncalibrated   summary.Code = "uncalibrated"     // of its metrics
	ObjectiveMiss  summary.Code = "objective_missed" // objective, value, unit, text

	ObjectiveOpen summary.Code = "objective_undecided" // objective, value, unit, text

	// Why nothing passes, or can be judged.
	PartOnly         summary.Code = "part_only"         // why
	UnevenLoad       summary.Code = "uneven_load"       //
	DroppedMost      summary.Code = "requests_dropped"  // arms
	BusyPairs        summary.Code = "busy_pairs"        // pct, pairs, of
	Unsteady         summary.Code = "unsteady"          // metric, first_pct, last_pct, p
	CarryOver        summary.Code = "carry_over"        // metric, pct, p
	Contaminated     summary.Code = "contaminated"      // metric, pct, p
	Lopsided         summary.Code = "lopsided"          // arm, pairs, other, of
	HostsDiffer      summary.Code = "hosts_differ"      // host, other
	MachinesDiffer   summary.Code = "machines_differ"   // host
	SidesApart       summary.Code = "sides_apart"       // basis, changes: of the side, over time
	UnfitForApart    summary.Code = "sides_apart_unfit" // basis, changes, why: of the calibration
	FewRuns          summary.Code = "few_runs"          // basis, least
	UnfitForFewRuns  summary.Code = "few_runs_unfit"    // basis, least, why: of the calibration
	NoLimits         summary.Code = "no_limits"         //
	NoneCalibrated   summary.Code = "none_calibrated"   //
	FewPairs         summary.Code = "few_pairs"         // basis, least
	FewStarts        summary.Code = "few_starts"        // launches, least
	FewRequests      summary.Code = "few_requests"      // basis
	NoUpperBound     summary.Code = "no_upper_bound"    //
	FailsUnproven    summary.Code = "fails_unproven"    // errors, saved_runs
	OtherTarget      summary.Code = "other_target"      // target
	OtherHost        summary.Code = "other_host"        // host, other
	OtherMachine     summary.Code = "other_machine"     // host
	OtherDay         summary.Code = "other_day"         // h: from the calibration to the run; file
	OtherLoad        summary.Code = "other_load"        // text
	ShorterRuns      summary.Code = "shorter_runs"      // s, file, of_s
	LateLeftOut      summary.Code = "late_left_out"     // pairs, of, late_a and late_b: in slices of that arm alone; errors_count: errors of those do
	ExcludedPairs    summary.Code = "excluded_left_out" // pairs, of, text
	OnlyErrors       summary.Code = "only_errors"       // why
	NoWarmUp         summary.Code = "no_warm_up"        //
	NeitherKeptUp    summary.Code = "neither_kept_up"   //
	LimitsUnused     summary.Code = "limits_unused"     // percentiles
	SavedRuns        summary.Code = "saved_runs"        //
	MachineUnknown   summary.Code = "machine_unknown"   // host
	RanksDisagree    summary.Code = "ranks_disagree"    // metric, class, p
	CalibrationUnfit summary.Code = "calibration_unfit" // why
	TightLimits      summary.Code = "tight_limits"      // launches, target, limits, advised
	AtLeastMore      summary.Code = "at_least_more"     // s, budget_s
	AboutMore        summary.Code = "about_more"        // s, budget_s
	AboutMoreOrWider summary.Code = "about_more_or_wider"
	AboutMoreRuns    summary.Code = "about_more_runs"   // runs
	AboutMoreStarts  summary.Code = "about_more_starts" // launches, of each target
)

// args are the values of a reason, by their names.
type args = map[string]any

func because(code summary.Code, a args) *summary.Reason { return &summary.Reason{Code: code, Args: a} }

// ClassCounts are numbers of requests of a class: sent to A and to B, or failed and
// with the commonest error.
type ClassCounts struct {
	Class string `json:"class"`
	A     int64  `json:"a"`
	B     int64  `json:"b"`
}

// Unanswered is a request class that was never answered.
type Unanswered struct {
	Class    string `json:"class"`
	Requests int64  `json:"requests"`
	Error    string `json:"error"` // the commonest
	OfError  int64  `json:"of_error"`
	WarmUp   bool   `json:"warm_up,omitempty"` // some were of the warm-up
}

// Dropping is an arm of which requests were dropped.
type Dropping struct {
	Arm      string `json:"arm"`
	Requests int64  `json:"requests"`
	Planned  int64  `json:"planned"`
}

// Failures are the requests of both arms, and those that failed.
type Failures struct {
	A   int `json:"a"`
	OfA int `json:"of_a"`
	B   int `json:"b"`
	OfB int `json:"of_b"`
}

// TightLimit is a limit that launches of one target alone exceed.
type TightLimit struct {
	Class    string  `json:"class"`
	Metric   string  `json:"metric"`
	LimitPct float64 `json:"limit_pct"`
	LeastPct string  `json:"least_pct"` // that they hardly ever exceed
}
