package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
)

// phrase is a sentence about a reason. An argument is a name in the reason's
// Args; "requests request" is a number and its noun, "requests were" its verb,
// and one that begins with an underline is of the function in wordings.
type phrase struct {
	format string
	args   []string
}

// phrases are the sentences of reasons, by their codes.
var phrases = map[results.Code]phrase{
	results.Noted:            {"%s", []string{"text"}},
	results.NoRequest:        {"no request was sent", nil},
	results.OnlyWarmUp:       {"no request was sent but of the warm-up, which is in no figure", nil},
	results.Damaged:          {"the result file is damaged (%s); figures are of what could be read", []string{"where"}},
	results.CutOff:           {"the measurement was cut off before its end; figures are of what was saved", nil},
	results.StoppedEarly:     {"interrupted before its end; figures are of what was measured until then", nil},
	results.MeasuringFailed:  {"the measurement failed: %s", []string{"text"}},
	results.LateGenerator:    {"the load generator was late (lag p99 %s, response p99 %s)%s: use a quieter machine, fewer CPUs for the target, or a lower rate%s", []string{"lag_p99_ms duration", "response_p99_ms duration", "_share", "_machine"}},
	results.InFlightAtEnd:    {"%s in flight when the measurement was interrupted: in no figure, and perhaps slow", []string{"requests request"}},
	results.StaleConnections: {"%s %s of no use for the next request, as the target had just closed its end or sent bytes that nobody asked for: that was sent on a new one", []string{"connections kept connection", "connections were"}},
	results.Steal:            {"up to %.1f%% of this machine's CPU time was taken by other guests (steal): repeat, or use a dedicated machine", []string{"pct"}},
	results.Throttled:        {"the container's CPU limit stopped the generator for %.0f ms%s: raise the limit%s", []string{"ms", "_periods", "_limit"}},
	results.WaitedForCore:    {"the load generator's threads waited for a core %.1f s in every second: give it more cores, or lower the rate", []string{"s"}},
	results.StoodStill:       {"the load generator itself stood still for %.1f s in every second (stopped, paused, or without a core): give it more cores, or a quieter machine", []string{"s"}},
	results.LeftOut:          {"%s: the interval in which it did is in no figure (%.1f s of %.1f s, %s)", []string{"text", "s", "of_s", "requests request"}},
	results.SpoiltTime:       {"%s, and %.0f%% of the time measured is spoilt by it. These numbers describe this machine, not the target", []string{"text", "pct"}},
	results.FailedLeftOut:    {"%s more failed in what is left out of figures (%s)", []string{"requests request", "_errors"}},
	results.BusyGenerator:    {"the generator used %.0f%% of all cores it may use: throughput may be its limit, not the target's", []string{"pct"}},
	results.DroppedRequests:  {"%d of %s %s dropped because the in-flight limit was reached: percentiles are censored; raise --connections or lower the rate", []string{"requests", "planned planned request", "requests were"}},
	results.TimedOut:         {"%s timed out, and counted in the percentiles at the timeout's value", []string{"requests request"}},
	results.OutOfResources:   {"%s failed because this machine ran out of ports, files or memory", []string{"requests request"}},
	results.NoneAnswered:     {"no request was answered%s%s", []string{"_latencies", "_protocol"}},
	results.NonePassed:       {"no request succeeded%s: latencies are of failed requests only", []string{"_unauthorized"}},
	results.MostlyFailed:     {"%.3g%% of the requests failed%s: latencies are largely those of failures", []string{"pct", "_unauthorized"}},
	results.Failure:          {"%s%s (%s), for example%s: %s", []string{"error", "_status", "requests time", "_class", "text"}},
	results.WarmUpBacklog:    {"the target did not keep up with the load of its warm-up: working off the rest took %.1f s; lower the rate", []string{"s"}},
	results.OfRun:            {"%s: %s", []string{"file", "reason"}},
	results.OfNode:           {"%s: %s", []string{"node", "reason"}},
	results.InvalidNodes:     {"%s: generator or host decided the numbers, of %.0f%% of all requests", []string{"nodes", "pct"}},
	results.UnsoundRun:       {"%s is left out: %s", []string{"file", "reason"}},
	results.HighErrors:       {"%d of %d requests failed", []string{"requests", "of"}},
}

// wordings are parts of sentences that depend on more than one value.
var wordings = map[string]func(results.Reason) string{
	"_share": func(r results.Reason) string {
		if r.Args["share_pct"] == nil {
			return ""
		}
		return fmt.Sprintf(", which makes up %.0f%% of the response time's %s", r.Args["share_pct"], r.Args["percentile"])
	},
	"_machine": func(r results.Reason) string {
		return ifInvalid(r, ". These numbers describe this machine, not the target")
	},
	"_limit": func(r results.Reason) string {
		return ifInvalid(r, ". These numbers describe the limit, not the target")
	},
	"_periods": func(r results.Reason) string {
		if pct, _ := r.Args["pct"].(float64); pct > 0 {
			return fmt.Sprintf(", in %.0f%% of the limit's periods", pct)
		}
		return ""
	},
	"_errors": func(r results.Reason) string {
		e, _ := r.Args["errors"].(results.Errors)
		return errorCounts(e, form{})
	},
	"_latencies": func(r results.Reason) string {
		if r.Args["latencies"] == nil {
			return ""
		}
		return ": latencies are of failures only"
	},
	"_protocol": func(r results.Reason) string {
		switch r.Args["protocol"] {
		case nil:
			return ""
		case "h2":
			return "; does the target speak HTTP/1.1 only (leave out --transport h2), or want https://, or a certificate or header?"
		}
		return "; does the target want another protocol (https://, --transport h2), or a certificate or header?"
	},
	"_unauthorized": func(r results.Reason) string {
		if n, _ := r.Args["unauthorized"].(int64); n > 0 {
			return fmt.Sprintf(" (%d with status 401 or 403: check -H 'Authorization: …' or MLBENCH_TOKEN, and if the scenario has a login, MLBENCH_USERNAME and MLBENCH_PASSWORD)", n)
		}
		return ""
	},
	"_status": func(r results.Reason) string { return after(" ", r.Args["status"]) },
	"_class":  func(r results.Reason) string { return after(" of ", r.Args["class"]) },
}

func ifInvalid(r results.Reason, text string) string {
	if r.Invalid {
		return text
	}
	return ""
}

func after(before string, v any) string {
	if v == nil {
		return ""
	}
	return before + fmt.Sprint(v)
}

// Sentence says a reason in words, not yet escaped for any form. A code without
// words is its own.
func Sentence(r results.Reason) string {
	p, known := phrases[r.Code]
	if !known {
		return strings.ReplaceAll(string(r.Code), "_", " ")
	}
	args := make([]any, len(p.args))
	for i, spec := range p.args {
		name, what, _ := strings.Cut(spec, " ")
		switch n, isCount := r.Args[name].(int64); {
		case name == "reason":
			inner, _ := r.Args[name].(results.Reason)
			args[i] = Sentence(inner)
		case wordings[name] != nil:
			args[i] = wordings[name](r)
		case what == "duration":
			ms, _ := r.Args[name].(float64)
			args[i] = time.Duration(ms * float64(time.Millisecond)).Round(10 * time.Microsecond)
		case what == "were" && n == 1:
			args[i] = "was"
		case what == "were":
			args[i] = what
		case what == "time" && n == 1:
			args[i] = "once"
		case what != "" && isCount:
			args[i] = count(n, what)
		default:
			args[i] = r.Args[name]
		}
	}
	text := fmt.Sprintf(p.format, args...)
	if r.Invalid {
		return "invalid: " + text
	}
	return text
}

// Sentences says several.
func Sentences(rs []results.Reason) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, Sentence(r))
	}
	return out
}

// runDocument is the JSON form of a run: the codes of its warnings, and what they
// say.
type runDocument struct {
	*results.Summary
	Warnings []string `json:"warnings"`
}

func newRunDocument(s *results.Summary) runDocument { return runDocument{s, Sentences(s.Warnings)} }
