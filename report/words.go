package report

import (
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// This file has the words of all reasons and findings; wordings.go has their parts
// that depend on more than one value.

// phrase is a sentence about a reason. An argument is a name in the reason's
// Args; "requests request" is a number and its noun, "requests were" its verb,
// "arm target" a target's name, "s span" a duration, and one that begins with an
// underline is of the function in wordings.
type phrase struct {
	format string
	args   []string
}

// phrases are the sentences of reasons, by their codes.
var phrases = map[summary.Code]phrase{
	summary.Noted:            {"%s", []string{"text"}},
	summary.NoRequest:        {"no request was sent", nil},
	summary.OnlyWarmUp:       {"no request was sent but of the warm-up, which is in no figure", nil},
	summary.Damaged:          {"the result file is damaged (%s); figures are of what could be read", []string{"where"}},
	summary.CutOff:           {"the measurement was cut off before its end; figures are of what was saved", nil},
	summary.StoppedEarly:     {"interrupted before its end; figures are of what was measured until then", nil},
	summary.Aborted:          {"ended after %.1f s by the rule %s (at last %s); figures are of what was measured until then", []string{"after_s", "rule", "_at_last"}},
	summary.MeasuringFailed:  {"the measurement failed: %s", []string{"text"}},
	summary.RowsUsedUp:       {"the rows that are sent once were used up, which ended the measurement", nil},
	summary.LateGenerator:    {"the load generator was late (lag p99 %s, response p99 %s)%s: use a quieter machine, fewer CPUs for the target, or a lower rate%s", []string{"lag_p99_ms duration", "response_p99_ms duration", "_share", "_machine"}},
	summary.InFlightAtEnd:    {"%s in flight when the measurement was interrupted: in no figure, and perhaps slow", []string{"requests request"}},
	summary.StaleConnections: {"%s %s of no use for the next request, as the target had just closed its end or sent bytes that nobody asked for: that was sent on a new one", []string{"connections kept connection", "connections were"}},
	summary.Steal:            {"up to %.1f%% of this machine's CPU time was taken by other guests (steal): repeat, or use a dedicated machine", []string{"pct"}},
	summary.Throttled:        {"the container's CPU limit stopped the generator for %.0f ms%s: raise the limit%s", []string{"ms", "_periods", "_limit_machine"}},
	summary.WaitedForCore:    {"the load generator's threads waited for a core %.1f s in every second: give it more cores, or lower the rate", []string{"s"}},
	summary.StoodStill:       {"the load generator itself stood still for %.1f s in every second (stopped, paused, or without a core): give it more cores, or a quieter machine", []string{"s"}},
	summary.LeftOut:          {"%s: the interval in which it did is in no figure (%.1f s of %.1f s, %s)", []string{"text", "s", "of_s", "requests request"}},
	summary.SpoiltTime:       {"%s, and %.0f%% of the time measured is spoilt by it. These numbers describe this machine, not the target", []string{"text", "pct"}},
	summary.FailedLeftOut:    {"%s more failed in what is left out of figures (%s)", []string{"requests request", "_errors"}},
	summary.BusyGenerator:    {"the generator used %.0f%% of all cores it may use: throughput may be its limit, not the target's", []string{"pct"}},
	summary.DroppedRequests:  {"%d of %s %s dropped because the in-flight limit was reached: percentiles are censored; raise --connections or lower the rate", []string{"requests", "planned planned request", "requests were"}},
	summary.TimedOut:         {"%s timed out, and counted in the percentiles at the timeout's value", []string{"requests request"}},
	summary.OutOfResources:   {"%s failed because this machine ran out of ports, files or memory", []string{"requests request"}},
	summary.NoneAnswered:     {"no request was answered%s%s", []string{"_latencies", "_protocol"}},
	summary.NonePassed:       {"no request succeeded%s: latencies are of failed requests only", []string{"_unauthorized"}},
	summary.MostlyFailed:     {"%.3g%% of the requests failed%s: latencies are largely those of failures", []string{"pct", "_unauthorized"}},
	summary.Failure:          {"%s%s (%s), for example%s: %s", []string{"error", "_status", "requests time", "_class", "text"}},
	summary.WarmUpBacklog:    {"the target did not keep up with the load of its warm-up: working off the rest took %.1f s; lower the rate", []string{"s"}},
	summary.OfRun:            {"%s: %s", []string{"file", "reason"}},
	summary.OfNode:           {"%s: %s", []string{"node", "reason"}},
	summary.InvalidNodes:     {"%s: generator or host decided the numbers, of %.0f%% of all requests", []string{"nodes", "pct"}},
	summary.UnsoundRun:       {"%s is left out: %s", []string{"file", "reason"}},
	summary.HighErrors:       {"%d of %d requests failed", []string{"requests", "of"}},

	summary.FileDamaged:       {"the result file is damaged", nil},
	summary.CutOffEarly:       {"the measurement was cut off before its end", nil},
	summary.FailedEarly:       {"the measurement failed before its end", nil},
	summary.InterruptedAfter:  {"the measurement was interrupted after %d of %d planned pairs", []string{"pairs", "planned"}},
	summary.InterruptedWarmUp: {"the measurement was interrupted in the warm-up", nil},
	summary.InterruptedEarly:  {"the measurement was interrupted before its end", nil},

	verdict.LimitsUnreadable:  {"the file's limits cannot be read (%s)", []string{"error"}},
	verdict.Impossible:        {"the file holds what cannot have been measured (%s)", []string{"error"}},
	verdict.NoBaseline:        {"%s: there is nothing to compare with", []string{"why"}},
	verdict.NoneEnded:         {"no request to %s ended: %d %s in flight when the measurement was interrupted", []string{"arm target", "requests", "requests were"}},
	verdict.NoneSent:          {"no request was sent to %s", []string{"arm target"}},
	verdict.NoneButWarmUp:     {"no request was sent to %s but of the warm-up, which is in no figure", []string{"arm target"}},
	verdict.MachineExhausted:  {"this machine ran out of ports, files or memory. These numbers describe this machine, not the targets", nil},
	verdict.UnequalRequests:   {"%s and %s were not sent the same requests (%s), as both slices of a pair are: something of the file is missing", []string{"_a", "_b", "_unequal"}},
	verdict.PairsExcluded:     {"%d of %s %s left out because a slice was excluded as it was measured (%s). These numbers describe this machine, not the targets", []string{"pairs", "of pair", "pairs are", "text"}},
	verdict.PairsLost:         {"%d of %s %s left out: the load generator was late in %d, and in %d a slice was excluded as it was measured (%s). These numbers describe this machine, not the targets", []string{"pairs", "of pair", "pairs are", "late", "excluded", "text"}},
	verdict.LatePairs:         {"the load generator was late in %d of %s (a tenth of a slice's requests by over %s): use a quieter machine, fewer cores for the targets, or a lower rate. These numbers describe this machine, not the targets", []string{"pairs", "of pair", "lag_ms duration"}},
	verdict.InvalidRun:        {"%s is an invalid run: see the warnings", []string{"file"}},
	verdict.MostlyFailing:     {"%s: over 5%% of the requests failed (%s): mend that first, latencies of the rest say little", []string{"_who_fails", "_failures"}},
	verdict.TargetEnded:       {"%s", []string{"_end"}},
	verdict.NeverAnswered:     {"%s never answered: %s", []string{"arm target", "_unanswered"}},
	verdict.ClassesUnanswered: {"%s never answered %s", []string{"arm target", "_classes_unanswered"}},

	verdict.Worse:          {"%s%s (%s)", []string{"_b_fails", "_changes_limits", "_proof"}},
	verdict.Better:         {"improved: %s%s (%s)", []string{"_changes", "_cpu", "_proof"}},
	verdict.WithinLimits:   {"%s: %s (%s%s)", []string{"_no_regression", "_held", "_basis", "_in_classes"}},
	verdict.WorseInLimits:  {"really %s, but within your limits: %s (%s)", []string{"_slower", "_changes_limits", "_proof"}},
	verdict.PossiblyWorse:  {"possibly worse, not proven: %s (%s)", []string{"_changes_limits", "_proof"}},
	verdict.PossibleStalls: {"possible %s (by chance alone: %s)", []string{"_changes", "_chance"}},
	verdict.Undecided:      {"not enough data: %s could be anywhere from %s to %s (%s CI; estimate %s, limit %s, %s)%s", []string{"_names", "_low", "_high", "_level", "_estimate", "_limit", "_errors_or_basis", "_near"}},
	verdict.NoInterval:     {"not enough data: %s, limit %s (%s)", []string{"_names", "_limit", "_basis"}},
	verdict.LimitUnjudged:  {"not enough data: %s has a limit of your own, %s, and too few requests in %s to be judged", []string{"_names", "_limit", "_basis"}},
	verdict.LimitUnknown:   {"%s has a limit of your own, %s, and the calibration lacks it", []string{"_names", "_limit"}},
	verdict.Survivors:      {"%s and %s fail differently often, and those that fail may be the slow ones: withheld are %s", []string{"_a", "_b", "_names"}},
	verdict.FailingClasses: {"over 5%% of these requests fail: withheld are %s", []string{"_names"}},
	verdict.TooFewData:     {"not judged: %s", []string{"_needs"}},
	verdict.NotTrusted:     {"not decided for that: %s", []string{"_changes_limits"}},
	verdict.WatchedOpen:    {"open, and not waited for: %s", []string{"_needs"}},
	verdict.Uncalibrated:   {"not judged, because the calibration lacks them: %s", []string{"_names"}},
	verdict.ObjectiveMiss:  {"%s misses its objective %s: %s", []string{"_b", "objective", "_value"}},

	verdict.ObjectiveOpen: {"%s: the objective %s is not decided: %s", []string{"_b", "objective", "_value"}},

	verdict.PartOnly:         {"%s: a part of one is no pass", []string{"why"}},
	verdict.UnevenLoad:       {"one of %s and %s kept up with the load of the warm-up and the other did not: lower the rate", []string{"_a", "_b"}},
	verdict.DroppedMost:      {"%s were dropped because the in-flight limit was reached, and those would have been the slow ones: raise --connections or lower the rate", []string{"_dropping"}},
	verdict.BusyPairs:        {"the load generator used over %.0f%% of the cores it may use in %d of %s: throughput may be its limit and not the targets', so give it more cores, or fewer --connections", []string{"pct", "pairs", "of pair"}},
	verdict.Unsteady:         {"the difference changed while it was measured: %s of %s was %s in the first third and %s in the last, so one of them is still warming up (or filling up): give --warmup 30s", []string{"metric", "_b", "first_pct change", "last_pct change"}},
	verdict.CarryOver:        {"what follows a slice of %s differs, whichever target it is: %s %s; about half of that is in the estimate. Give --settle 1s", []string{"_a", "metric", "pct change"}},
	verdict.Contaminated:     {"%s differs from itself: %s %s in the control slices, so nothing is said of %s", []string{"_a", "metric", "pct change", "_b"}},
	verdict.Lopsided:         {"the load generator was late %s in slices of %s and %s in those of the other, of %s: those pairs are left out, and may be the worst of %s", []string{"pairs times", "arm target", "other times", "of pair", "arm target"}},
	verdict.HostsDiffer:      {"the runs are of different hosts (%s; %s): host and target cannot be told apart", []string{"host", "other"}},
	verdict.MachinesDiffer:   {"the sides' runs are not of the same machines (all are of the kind %s; one that was restarted is another): machine and target cannot be told apart, so measure both sides on each", []string{"host"}},
	verdict.SidesApart:       {"%s cannot be judged: in the order of time they change sides only %s, and what the machine did in the meantime counts as the target's doing. Make them in turn (A, B, A, B …), or compare both at once ('mlbench compare'); a calibration of the target on this machine and day ('mlbench calibrate') would do, too", []string{"_basis", "changes time"}},
	verdict.UnfitForApart:    {"%s cannot be judged: in the order of time they change sides only %s, and what the machine did in the meantime counts as the target's doing. Make them in turn (A, B, A, B …), or compare both at once ('mlbench compare'); the calibration does not hold: %s", []string{"_basis", "changes time", "why"}},
	verdict.FewRuns:          {"%s cannot be judged: with fewer than %d of each, only a calibration of the target on this machine and day ('mlbench calibrate') tells a change from the luck of single runs", []string{"_basis", "least"}},
	verdict.UnfitForFewRuns:  {"%s cannot be judged: with fewer than %d of each, only a calibration of the target on this machine and day ('mlbench calibrate') tells a change from the luck of single runs; the one given does not hold: %s", []string{"_basis", "least", "why"}},
	verdict.NoLimits:         {"no percentile has a limit, so none is judged", nil},
	verdict.NoneCalibrated:   {"the calibration has none of the metrics that these runs show", nil},
	verdict.FewPairs:         {"not enough data: %s, and no verdict comes from fewer than %d", []string{"_basis", "least"}},
	verdict.FewStarts:        {"not enough data: %s of each can be judged, and no verdict comes from fewer than %d", []string{"launches start", "least"}},
	verdict.FewRequests:      {"not enough data: too few requests in %s for any percentile", []string{"_basis"}},
	verdict.NoUpperBound:     {"not enough data: no upper bound is below its limit", nil},
	verdict.FailsUnproven:    {"%s fails: %s: %s do not prove that it is no chance", []string{"_b", "_failures_of_b", "_few"}},
	verdict.OtherTarget:      {"it is of another target (%s)", []string{"target"}},
	verdict.OtherHost:        {"it is of another host (%s, not %s)", []string{"host", "other"}},
	verdict.OtherMachine:     {"it is of another machine of this kind (%s), or of this one before a restart: make one here", []string{"host"}},
	verdict.OtherDay:         {"it was made %.0f hours from %s, and holds for a day: make another", []string{"h", "file"}},
	verdict.OtherLoad:        {"it is of another load: %s", []string{"text"}},
	verdict.ShorterRuns:      {"it is of runs of %.3g s, and shorter ones differ by more: %s is of %.3g s", []string{"s", "file", "of_s"}},
	verdict.LateLeftOut:      {"%d of %s %s left out because the load generator was late in %s%s (in slices of %s alone %s, of %s alone %s)", []string{"pairs", "of pair", "pairs are", "pairs them", "_not_errors", "_a", "late_a times", "_b", "late_b times"}},
	verdict.ExcludedPairs:    {"%d of %s %s left out because a slice was excluded as it was measured (%s)", []string{"pairs", "of pair", "pairs are", "text"}},
	verdict.OnlyErrors:       {"only errors are judged: %s", []string{"why"}},
	verdict.NoWarmUp:         {"without a warm-up nothing tells whether the targets keep up with the load: short slices do not show a queue that grows slowly", nil},
	verdict.NeitherKeptUp:    {"neither target kept up with the load of the warm-up: so near their limits small changes of a target make for large ones of latency. Lower the rate", nil},
	verdict.LimitsUnused:     {"of the closed model throughput is judged, and no percentile: the limit of %s counts for nothing here", []string{"_percentiles"}},
	verdict.SavedRuns:        {"these are saved runs, not pairs in turn: whatever else changed between them counts as the targets' doing. 'mlbench compare' with both targets at once does not have this weakness", nil},
	verdict.MachineUnknown:   {"the files do not say which machine they are of, only its kind (%s): that it is one and the same, you have to know", []string{"host"}},
	verdict.RanksDisagree:    {"ranks alone do not bear out that %s of %s is worse (Mann-Whitney p=%.2g): look at single runs", []string{"metric", "class", "p"}},
	verdict.CalibrationUnfit: {"the calibration says nothing about this comparison: %s", []string{"why"}},
	verdict.TightLimits:      {"limits are tighter than %d launches of %s differed by (%s): the luck of a launch alone could exceed them, so repeat with both restarted before you believe a small regression, or use --max-regression %s", []string{"launches", "target", "_tight", "advised"}},
	verdict.AtLeastMore:      {"At least %s more are needed: --budget %s", []string{"s span", "budget_s span"}},
	verdict.AboutMore:        {"About %s more would settle %s: --budget %s", []string{"s span", "_it", "budget_s span"}},
	verdict.AboutMoreOrWider: {"About %s more, or a wider limit, would settle %s: --budget %s", []string{"s span", "_it", "budget_s span"}},
	verdict.AboutMoreRuns:    {"About %s of each would settle it", []string{"runs more run"}},
	verdict.AboutMoreStarts:  {"About %d starts of each would settle it: --launches %d", []string{"launches", "launches"}},
}

// openings are how sentences of findings begin.
var openings = map[verdict.FindingKind]string{
	verdict.FoundWithin: "no regression beyond the limits", verdict.FoundImprovement: "improved: ", verdict.FoundOpen: "open: ",
	verdict.FoundSlower: "worse for certain, but within its limit: ", verdict.FoundLikely: "possibly worse, not proven: ",
}
