package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios/cases"
)

// verification is a comparison of answers under way.
type verification struct {
	o     *verifyOptions
	a, b  *asker
	asked *cases.Set
	cases []cases.Case // of asked
	start time.Time

	mu    sync.Mutex
	found *answers.Collector
	done  int
}

// run asks everything, then what is doubtful of A once more. Its error is what
// ended it early; what was found until then stays.
func (v *verification) run(ctx context.Context) error {
	pr := cli.NewProgress(v.o.Err, v.o.out.quiet)
	defer pr.Done()
	pr.Phase(fmt.Sprintf("verifying %s against %s: %s, each of A, of B and of A again",
		v.b.target.Name, v.a.target.Name, cli.Plural(len(v.cases), "request")), 0)
	v.start = time.Now()
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
	if err := wait(ctx, v.o.later-time.Since(v.start)); err != nil {
		return err
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
func (v *verification) exchange(ctx context.Context, i int) error {
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
func (v *verification) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, v.o.connections) {
		workers.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	func() {
		defer close(next)
		for i := range n {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	workers.Wait()
	return context.Cause(ctx)
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// parity is what was found, with all that a reader needs; err is what ended it.
func (v *verification) parity(err error) *answers.Parity {
	o, p := v.o, v.found.Parity(v.o.meant)
	p.Complete = err == nil
	switch {
	case errors.Is(err, context.Canceled):
		p.Ended = "interrupted"
	case err != nil:
		p.Ended = err.Error()
	}
	p.A = answers.Party{Name: v.a.target.Name, URL: shownURL(v.a.target.URL)}
	p.B = answers.Party{Name: v.b.target.Name, URL: shownURL(v.b.target.URL)}
	p.Scenario, p.Seed = o.name, o.seed
	p.Rules = answers.RuleNames{Absolute: o.absolute, Relative: o.relative, Ignored: append([]string{}, o.ignore...), Headers: append(append([]string{}, answers.ValueHeaders...), o.headers...)}
	for i := range p.Differences {
		e := &p.Differences[i].Example
		c := &v.cases[e.Number]
		e.About, e.Curl = v.asked.Hide(c.About), curlLine(v.b, c, v.asked.Hide)
	}
	p.Warnings = append(p.Warnings, v.asked.Notes...)
	for _, k := range []*asker{v.a, v.b} {
		if n := k.resent.Load(); n > 0 {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s: %s sent once more, because the first had no answer; a POST never is", k.target.Name, cli.Plural(int(n), "GET, HEAD or OPTIONS request")))
		}
		if err := k.undecoded.Load(); err != nil {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s: bodies were compared as they came: %v", k.target.Name, *err))
		}
	}
	for _, class := range p.Unshown {
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
