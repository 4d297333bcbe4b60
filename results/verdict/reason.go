package verdict

import "github.com/mlbench/mlbench/results"

// Codes of what is said of a comparison; results.Reason has those of its arms.
// Args are named behind each: arm is "A" or "B", why a reason within this one,
// basis the pairs, or runs_a and runs_b.
const (
	// Why numbers are none of the targets'; and interrupted: when the measurement was.
	LimitsUnreadable  results.Code = "limits_unreadable" // error
	Impossible        results.Code = "impossible"        // error
	NoBaseline        results.Code = "no_baseline"       // why
	NoneEnded         results.Code = "none_ended"        // arm, requests
	NoneSent          results.Code = "none_sent"         // arm
	NoneButWarmUp     results.Code = "none_but_warm_up"  // arm
	MachineExhausted  results.Code = "machine_exhausted"
	UnequalRequests   results.Code = "unequal_requests"   // classes
	PairsExcluded     results.Code = "pairs_excluded"     // pairs, of, text
	PairsLost         results.Code = "pairs_lost"         // pairs, of, late, excluded, text
	LatePairs         results.Code = "late_pairs"         // pairs, of, lag_ms
	InvalidRun        results.Code = "invalid_run"        // file
	MostlyFailing     results.Code = "mostly_failing"     // both, errors
	TargetEnded       results.Code = "target_ended"       // end
	NeverAnswered     results.Code = "never_answered"     // arm, requests, error, of_error, warm_up
	ClassesUnanswered results.Code = "classes_unanswered" // arm, classes

	// What is found of metrics: of its metrics, basis, p, tests.
	Worse          results.Code = "worse" // failing: over 5% of B's requests
	Better         results.Code = "better"
	WithinLimits   results.Code = "within_limits"    // in_classes, so_far
	WorseInLimits  results.Code = "worse_in_limits"  // noun
	PossiblyWorse  results.Code = "possibly_worse"   //
	PossibleStalls results.Code = "possible_stalls"  // chance_pct
	Undecided      results.Code = "undecided"        // near: longer hardly helps
	NoInterval     results.Code = "no_interval"      //
	LimitUnjudged  results.Code = "limit_unjudged"   // a limit of the user's
	LimitUnknown   results.Code = "limit_unknown"    // a limit of the user's that the calibration lacks
	Survivors      results.Code = "survivors_only"   // of its metrics
	FailingClasses results.Code = "failing_classes"  // of its metrics
	TooFewData     results.Code = "unjudged"         // of its metrics
	NotTrusted     results.Code = "not_trusted"      // of its metrics, for what forbids a verdict
	WatchedOpen    results.Code = "watched_open"     // of its metrics
	Uncalibrated   results.Code = "uncalibrated"     // of its metrics
	ObjectiveMiss  results.Code = "objective_missed" // objective, value, unit, text

	ObjectiveOpen results.Code = "objective_undecided" // objective, value, unit, text

	// Why nothing passes, or can be judged.
	PartOnly         results.Code = "part_only"         // why
	UnevenLoad       results.Code = "uneven_load"       //
	DroppedMost      results.Code = "requests_dropped"  // arms
	BusyPairs        results.Code = "busy_pairs"        // pct, pairs, of
	Unsteady         results.Code = "unsteady"          // metric, first_pct, last_pct, p
	CarryOver        results.Code = "carry_over"        // metric, pct, p
	Contaminated     results.Code = "contaminated"      // metric, pct, p
	Lopsided         results.Code = "lopsided"          // arm, pairs, other, of
	HostsDiffer      results.Code = "hosts_differ"      // host, other
	MachinesDiffer   results.Code = "machines_differ"   // host
	SidesApart       results.Code = "sides_apart"       // basis, changes: of the side, over time
	UnfitForApart    results.Code = "sides_apart_unfit" // basis, changes, why: of the calibration
	FewRuns          results.Code = "few_runs"          // basis, least
	UnfitForFewRuns  results.Code = "few_runs_unfit"    // basis, least, why: of the calibration
	NoLimits         results.Code = "no_limits"         //
	NoneCalibrated   results.Code = "none_calibrated"   //
	FewPairs         results.Code = "few_pairs"         // basis, least
	FewRequests      results.Code = "few_requests"      // basis
	NoUpperBound     results.Code = "no_upper_bound"    //
	FailsUnproven    results.Code = "fails_unproven"    // errors, saved_runs
	OtherTarget      results.Code = "other_target"      // target
	OtherHost        results.Code = "other_host"        // host, other
	OtherMachine     results.Code = "other_machine"     // host
	OtherDay         results.Code = "other_day"         // h: from the calibration to the run; file
	OtherLoad        results.Code = "other_load"        // text
	ShorterRuns      results.Code = "shorter_runs"      // s, file, of_s
	LateLeftOut      results.Code = "late_left_out"     // pairs, of, late_a and late_b: in slices of that arm alone; errors_count: errors of those do
	ExcludedPairs    results.Code = "excluded_left_out" // pairs, of, text
	OnlyErrors       results.Code = "only_errors"       // why
	NoWarmUp         results.Code = "no_warm_up"        //
	NeitherKeptUp    results.Code = "neither_kept_up"   //
	LimitsUnused     results.Code = "limits_unused"     // percentiles
	SavedRuns        results.Code = "saved_runs"        //
	MachineUnknown   results.Code = "machine_unknown"   // host
	RanksDisagree    results.Code = "ranks_disagree"    // metric, class, p
	CalibrationUnfit results.Code = "calibration_unfit" // why
	TightLimits      results.Code = "tight_limits"      // launches, target, limits, advised
	AtLeastMore      results.Code = "at_least_more"     // s, budget_s
	AboutMore        results.Code = "about_more"        // s, budget_s
	AboutMoreOrWider results.Code = "about_more_or_wider"
	AboutMoreRuns    results.Code = "about_more_runs" // runs
)

// args are the values of a reason, by their names.
type args = map[string]any

func because(code results.Code, a args) *results.Reason { return &results.Reason{Code: code, Args: a} }

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
