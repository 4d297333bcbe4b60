// Package abort ends a run before its time by rules, such as errors>5% for 10s: it reads
// them, and holds the slices of a run against them as they are measured.
//
// It owns what a rule is and when it applies. It does not own how a run ends
// (cmd/internal/session), nor metrics and limits (results/summary).
package abort

import (
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// Rule ends a run when what it says has been so for as long as it says.
type Rule struct {
	Text string // as it was written, with single spaces
	when summary.Objective
	hold time.Duration // 0: one slice is enough
	// grace is the beginning of the measurement that no rule looks at: connections
	// are opened, caches are cold.
	grace time.Duration
}

const (
	defaultGrace = 10 * time.Second
	longest      = 24 * time.Hour
	help         = "want METRIC>LIMIT [for TIME] [after TIME], for example errors>5% for 10s, or p99>2s for 5s after 30s"
)

// ParseRule reads a rule.
func ParseRule(text string) (Rule, error) {
	words := strings.Fields(text)
	r := Rule{Text: strings.Join(words, " "), grace: defaultGrace}
	bad := func(format string, args ...any) (Rule, error) {
		return Rule{}, fmt.Errorf("abort rule %q: %s; %s", text, fmt.Sprintf(format, args...), help)
	}
	seen := map[string]bool{}
	for n := len(words); n >= 3 && (words[n-2] == "for" || words[n-2] == "after"); n = len(words) {
		word, value := words[n-2], words[n-1]
		d, err := time.ParseDuration(value)
		switch {
		case err != nil:
			return bad("%s %s: want a time such as 10s", word, value)
		case seen[word]:
			return bad("%q is there twice", word)
		case d < 0 || d > longest || d == 0 && word == "for":
			return bad("%s %s: want more than 0 and at most %s", word, value, longest)
		case word == "for":
			r.hold = d
		default:
			r.grace = d
		}
		seen[word], words = true, words[:n-2]
	}
	var err error
	if r.when, err = summary.ParseObjective(strings.Join(words, " ")); err != nil {
		return Rule{}, fmt.Errorf("abort rule %q: %w; %s", text, err, help)
	}
	if r.when.Wanted() {
		return bad("%s is what a run is to be like, and it would end as soon as it is: turn the operator round", r.when.Expr)
	}
	return r, nil
}

// CheckClasses says whether the rule's class and check, if it names them, are among
// those.
func (r *Rule) CheckClasses(classes []results.Class) error { return r.when.CheckClasses(classes) }
