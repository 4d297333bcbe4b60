package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// said is what a sentence may speak of beside its reason's arguments.
type said struct {
	a, b    string // the names of both targets of a comparison
	of      *verdict.Comparison
	metrics []verdict.Claim // of a finding
}

// speaking is of a comparison's targets by their names, where those tell them
// apart.
func speaking(c *verdict.Comparison) said {
	if c.A.Name == "" || c.B.Name == "" || c.A.Name == c.B.Name {
		return said{a: results.ArmA, b: results.ArmB, of: c}
	}
	return said{a: c.A.Name, b: c.B.Name, of: c}
}

// target is the name of an arm's target.
func (s said) target(arm any) string {
	switch {
	case arm == results.ArmA && s.a != "":
		return s.a
	case arm == results.ArmB && s.b != "":
		return s.b
	}
	return fmt.Sprint(arm)
}

// span is a duration that nobody would call exact, as flags take it.
func span(seconds float64) string {
	switch {
	case seconds > 3*3600:
		return fmt.Sprintf("%.0fh", math.Ceil(seconds/3600))
	case seconds > 600:
		return fmt.Sprintf("%.0fm", math.Ceil(seconds/60))
	}
	return fmt.Sprintf("%.0fs", 10*math.Ceil(seconds/10))
}

// reason says a reason in words. A code without words is its own.
func (s said) reason(r summary.Reason) string {
	p, known := phrases[r.Code]
	if !known {
		return strings.ReplaceAll(string(r.Code), "_", " ")
	}
	args := make([]any, len(p.args))
	for i, spec := range p.args {
		args[i] = s.argument(r, spec)
	}
	text := fmt.Sprintf(p.format, args...)
	if r.Invalid {
		return "invalid: " + text
	}
	return text
}

// plurals are words that follow a number, for one.
var plurals = map[string]string{"were": "was", "are": "is", "them": "it"}

func (s said) argument(r summary.Reason, spec string) any {
	name, what, _ := strings.Cut(spec, " ")
	v := r.Args[name]
	n, isCount := v.(int64)
	number, _ := v.(float64)
	one, isPlural := plurals[what]
	inner, isReason := v.(summary.Reason)
	switch {
	case isReason:
		return s.reason(inner)
	case wordings[name] != nil:
		return wordings[name](s, r)
	case what == "target":
		return s.target(v)
	case what == "span":
		return span(number)
	case what == "change":
		return changeOf(number)
	case what == "duration":
		return time.Duration(number * float64(time.Millisecond)).Round(10 * time.Microsecond)
	case isPlural && n == 1:
		return one
	case isPlural:
		return what
	case what == "times" && n == 0:
		return "never"
	case what == "times" && n == 1, what == "time" && n == 1:
		return "once"
	case what == "times":
		return count(n, "time")
	case what != "" && isCount:
		return count(n, what)
	}
	return v
}

// explained says a finding in one sentence, with its statistics.
func explained(c *verdict.Comparison, f *verdict.Finding) string {
	s := speaking(c)
	s.metrics = f.Metrics
	text := s.reason(f.Reason)
	if when, ok := f.Args["interrupted"].(summary.Reason); ok {
		text = s.reason(when) + "; " + text
	}
	if f.Advice != nil {
		text += ". " + s.reason(*f.Advice)
	}
	return text
}

// Explain says all that a comparison came to, with the statistics, the weightiest
// first, not yet escaped for any form.
func Explain(c *verdict.Comparison) []string {
	var out []string
	for i := range c.Findings {
		out = append(out, explained(c, &c.Findings[i]))
	}
	return out
}

// Sentence says a reason in words, not yet escaped for any form.
func Sentence(r summary.Reason) string { return said{}.reason(r) }

// Sentences says several.
func Sentences(rs []summary.Reason) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, Sentence(r))
	}
	return out
}

// runDocument is the JSON form of a run: the codes of its warnings, and what they
// say.
type runDocument struct {
	*summary.Run
	Warnings []string `json:"warnings"`
}

func newRunDocument(s *summary.Run) runDocument { return runDocument{s, Sentences(s.Warnings)} }

// comparisonDocument is the JSON form of a comparison, likewise.
type comparisonDocument struct {
	*verdict.Comparison
	Reasons []string `json:"reasons"`
}

func newComparisonDocument(c *verdict.Comparison) comparisonDocument {
	return comparisonDocument{c, Explain(c)}
}
