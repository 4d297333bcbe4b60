package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
)

// parityOptions have both targets asked some of the requests of a comparison
// again, between its slices, to see whether they still answer the same.
type parityOptions struct {
	share    string // --parity
	expected string

	asked float64 // of the measured requests
	meant []answers.Expected
}

func (o *parityOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.share, "parity", "", "also check that both answer the same, on so many requests as this `SHARE` of those measured, such as 1%: between slices, in no figure; exit 7 if they do not")
	f.StringVar(&o.expected, "expected", "", "`FILE` of differences of answers that are meant to be, as of verify (with --parity)")
}

func (o *parityOptions) validate() (err error) {
	if o.share == "" {
		if o.expected != "" {
			return cli.Usagef("--expected is for --parity: give both")
		}
		return nil
	}
	digits, ok := strings.CutSuffix(o.share, "%")
	percent, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(percent > 0 && percent <= 100) {
		return cli.Usagef("--parity %q: want a share of the requests, above 0%% and at most 100%%, such as 1%%", o.share)
	}
	o.asked = percent / 100
	if o.expected != "" {
		o.meant, err = loadExpected(o.expected)
	}
	return err
}

// parityCheck asks between slices.
type parityCheck struct {
	*verification
	share float64
	owed  float64 // requests to ask
	next  int
	err   error // that ended it
}

// parityPool is how many requests of each class there are to ask; then they
// begin again.
const parityPool = 500

// check prepares what is to be asked of two targets; nil: nothing.
func (o *parityOptions) check(sc *scenarios.Scenario, load *loadOptions, arms []*prepared) (*parityCheck, error) {
	if o.asked == 0 {
		return nil, nil
	}
	// Other payloads than those measured, or a target's cache would know them.
	set, err := cases.Of(sc, cases.Options{Requests: parityPool, Seed: load.seed + 1, Headers: load.fields, UserAgent: "mlbench/" + version()})
	if err != nil {
		return nil, cli.Usagef("--parity: %w", err)
	}
	if len(set.Cases) == 0 {
		return nil, cli.Usagef("--parity: nothing to ask: %s", strings.Join(set.Notes, "; "))
	}
	rules := answers.Rules{Absolute: defaultTolerance, Relative: defaultRelative, Hide: set.Hide}
	v := &verification{o: &verifyOptions{meant: o.meant, rules: rules}, asked: set, cases: inTurn(set.Cases), found: answers.NewCollector(rules)}
	for i, into := range []**asker{&v.a, &v.b} {
		p := arms[i]
		if *into, err = newAsker(p.target, p.options.Token, load.fields, p.plan.Timeout, 1); err != nil {
			return nil, err
		}
	}
	return &parityCheck{verification: v, share: o.asked}, nil
}

// inTurn orders requests so that each class has its turn.
func inTurn(all []cases.Case) []cases.Case {
	byClass := map[string][]cases.Case{}
	var classes []string
	for _, c := range all {
		if byClass[c.Class] == nil {
			classes = append(classes, c.Class)
		}
		byClass[c.Class] = append(byClass[c.Class], c)
	}
	var out []cases.Case
	for len(out) < len(all) {
		for _, class := range classes {
			if rest := byClass[class]; len(rest) > 0 {
				out, byClass[class] = append(out, rest[0]), rest[1:]
			}
		}
	}
	return out
}

// after asks what is due when a slice has ended. A target that answers no more
// ends the check, not the comparison, in which it shows by itself.
func (c *parityCheck) after(ctx context.Context, s *results.Slice) {
	if c == nil {
		return
	}
	for range c.due(s) {
		if c.err != nil {
			return
		}
		c.err = c.exchange(ctx, c.next%len(c.cases))
		c.next++
	}
}

// due is how many requests to ask now: none within a pair, whose slices are to
// follow closely.
func (c *parityCheck) due(s *results.Slice) int {
	if s.Phase != results.Measure {
		return 0
	}
	for _, d := range s.Classes {
		c.owed += c.share * float64(d.Sent) / 2 // both arms were sent the same
	}
	if s.Position != 2 {
		return 0
	}
	n := int(c.owed)
	c.owed -= float64(n)
	return n
}

// result is what was found.
func (c *parityCheck) result() *results.Parity {
	if c == nil {
		return nil
	}
	c.a.transport.CloseIdleConnections()
	c.b.transport.CloseIdleConnections()
	p := c.found.Parity(c.o.meant)
	out := &results.Parity{Requests: p.Requests, Differing: p.Differing}
	if c.err != nil {
		out.Ended = c.err.Error()
	}
	for i := range p.Differences {
		d := &p.Differences[i]
		var classes []string
		for _, seen := range d.Seen {
			classes = append(classes, seen.Class)
		}
		where := d.Where
		if where != "" {
			where = " of " + where
		}
		out.Differences = append(out.Differences, fmt.Sprintf("%s%s in %s (%s)", d.Difference, where, cli.Plural(d.Requests, "answer"), strings.Join(classes, ", ")))
	}
	return out
}
