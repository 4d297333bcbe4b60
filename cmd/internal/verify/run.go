package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/targets"
)

// Verification is a comparison of answers under way.
type Verification struct {
	*Questions
	a, b  *asker
	cases []cases.Case

	mu    sync.Mutex
	found *answers.Collector
	done  int
}

// Between is to ask these two, the baseline first. Close is to follow.
func (q *Questions) Between(a, b Party) (*Verification, error) {
	v := &Verification{Questions: q, cases: q.set.Cases, found: answers.NewCollector(q.Rules)}
	var err error
	if v.a, err = q.newAsker(a); err == nil {
		v.b, err = q.newAsker(b)
	}
	return v, err
}

// Close closes the connections to both.
func (v *Verification) Close() {
	v.a.transport.CloseIdleConnections()
	v.b.transport.CloseIdleConnections()
}

// Run asks everything, then what is doubtful of A once more. Its error is what
// ended it early; what was found until then stays.
func (v *Verification) Run(ctx context.Context, pr *cli.Progress) error {
	defer pr.Done()
	once := ""
	if v.set.Once {
		once = "; rows that are to be sent once (once: true) are sent as often"
	}
	pr.Phase(fmt.Sprintf("verifying %s against %s: %s, each of A, of B and of A again%s",
		v.b.target.Name, v.a.target.Name, cli.Plural(len(v.cases), "request"), once), 0)
	begin := time.Now()
	err := v.each(ctx, len(v.cases), func(ctx context.Context, i int) error {
		err := v.exchange(ctx, i)
		v.mu.Lock()
		defer v.mu.Unlock()
		const every = 50
		if v.done++; v.done%every == 0 {
			pr.Show("%d of %d requests", v.done, len(v.cases))
		}
		return err
	})
	if err != nil {
		return err
	}
	doubtful := v.found.Doubtful()
	if len(doubtful) == 0 {
		return nil
	}
	select {
	case <-time.After(v.Later - time.Since(begin)):
	case <-ctx.Done():
		return ctx.Err()
	}
	return v.each(ctx, len(doubtful), func(ctx context.Context, i int) error {
		c := &v.cases[doubtful[i]]
		again, err := v.a.ask(ctx, c)
		if err != nil {
			return err
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.found.Later(doubtful[i], c.Class, again)
		return nil
	})
}

// exchange asks A, B, and A again.
func (v *Verification) exchange(ctx context.Context, i int) error {
	c := &v.cases[i]
	e := answers.Exchange{Number: i, Class: c.Class, Case: c.Kind, Ordinary: c.Kind == cases.Ordinary, Wanted: c.Wanted, Guess: c.Guess, Size: len(c.Body)}
	for _, step := range []struct {
		of   *asker
		into *answers.Answer
	}{{v.a, &e.A}, {v.b, &e.B}, {v.a, &e.Again}} {
		var err error
		if *step.into, err = step.of.ask(ctx, c); err != nil {
			return err
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.found.Add(e)
	return nil
}

// each does n things on the connections there are, until one fails.
func (v *Verification) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var begun atomic.Int64
	var workers sync.WaitGroup
	for range min(n, v.Connections) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(begun.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// Parity is what was found, with all that a reader needs; ended is what ended it
// early, nil if nothing did.
func (v *Verification) Parity(ended error) *answers.Parity {
	p := v.found.Parity(v.Expected)
	p.Complete = ended == nil
	switch {
	case errors.Is(ended, context.Canceled):
		p.Ended = "interrupted"
	case ended != nil:
		p.Ended = ended.Error()
	}
	p.A, p.B = party(v.a.target), party(v.b.target)
	p.Scenario, p.Seed = v.name, v.Seed
	p.Rules = answers.RuleNames{
		Absolute: v.Rules.Absolute, Relative: v.Rules.Relative, Ignored: append([]string{}, v.Ignored...),
		Headers: append(append([]string{}, answers.ValueHeaders...), v.Rules.Headers...),
	}
	for i := range p.Differences {
		e := &p.Differences[i].Example
		c := &v.cases[e.Number]
		e.About, e.Curl = v.set.Hide(c.About), curlLine(v.b, c, v.set.Hide)
	}
	p.Warnings = append(p.Warnings, v.set.Notes...)
	for _, k := range []*asker{v.a, v.b} {
		if why, silent := k.silent(); silent {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s answered none of the requests: %s; does it want another protocol (https://, --transport h2), or a certificate or header?", k.target.Name, v.said(why)))
		}
		if n := k.resent.Load(); n > 0 {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s: %s sent once more, because the first had no answer; a POST never is", k.target.Name, cli.Plural(int(n), "GET, HEAD or OPTIONS request")))
		}
		if err := k.undecoded.Load(); err != nil {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s: bodies were compared as they came: %s", k.target.Name, v.said((*err).Error())))
		}
	}
	for _, class := range p.Unshown {
		if _, silent := v.a.silent(); silent {
			break // of which the reason is said
		}
		p.Warnings = append(p.Warnings, fmt.Sprintf("%s: A did none of its ordinary requests, so that alike or not the answers say little: "+
			"give values that the service knows (examples in the document, a scenario of your own), a token (MLBENCH_TOKEN), or the statuses that are meant (expect: {status: [404]})", class))
	}
	if p.Complete {
		for _, e := range p.Expected {
			if e.Requests == 0 {
				p.Warnings = append(p.Warnings, "expected, but did not occur: "+e.Reason)
			}
		}
	}
	return p
}

func party(t targets.Target) answers.Party {
	p := answers.Party{Name: t.Name, URL: targets.ShownURL(t.URL)}
	if t.Managed != nil {
		p.Command = targets.ShownCommand(t.Managed.String())
	}
	return p
}

// said is what a target's transport says, without secrets, and no more of it than a
// sentence holds.
func (v *Verification) said(text string) string {
	const most = 120
	text = v.set.Hide(text)
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
