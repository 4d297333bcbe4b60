package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/scenarios"
)

// sendOnce sends each request once and shows what came of it. It is a check by a
// person, so an unexpected answer is a failure, unlike in a measurement.
func (o *runOptions) sendOnce(ctx context.Context, sc *scenarios.Scenario, p *session.Prepared) error {
	all, err := scenarios.Once(sc, p.Options)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	for _, n := range p.Notes {
		fmt.Fprintln(o.Err, "note:", n)
	}
	sent, wrong, in := 0, 0, true // whoever sends the next has logged in
	list := func(what string, exchanges []scenarios.Exchange) (ok bool, err error) {
		ok = true
		for i := range exchanges {
			e := &exchanges[i]
			if e.Follows && !ok || !e.Login && !in {
				if err := (&report.Exchange{Name: what + e.Name, Skipped: true}).Write(o.Out); err != nil {
					return false, err
				}
				continue
			}
			sent++
			if ok, err = o.showExchange(ctx, what, e, p); err != nil {
				return false, err
			}
			if !ok {
				wrong++
			}
			if e.Login {
				in = ok
			}
			if !ok && what == setupLabel {
				return false, nil // nothing can be expected of the rest
			}
		}
		return ok, nil
	}
	ready, err := list(setupLabel, all.Setup)
	if ready && err == nil {
		_, err = list("", all.Classes)
	}
	after := ctx
	in = true
	ctx = context.WithoutCancel(ctx) // what was set up is to go
	if _, terr := list("teardown ", all.Teardown); err == nil {
		err = terr
	}
	switch {
	case err != nil:
		return err
	case after.Err() != nil:
		return after.Err()
	case wrong > 0:
		return fmt.Errorf("%d of %s not answered as expected", wrong, cli.Plural(sent, "request"))
	}
	return nil
}

const setupLabel = "setup "

// showExchange sends a request and shows it with its answer; false: it was not as
// expected. Its error is the end of everything: an interrupt, or of stdout.
func (o *runOptions) showExchange(ctx context.Context, what string, e *scenarios.Exchange, p *session.Prepared) (bool, error) {
	shown := report.Exchange{Name: what + e.Name, Request: e.Shown()}
	s, err := e.Send(ctx, p.Target, p.Plan.Timeout, report.MostBody)
	interrupted := errors.Is(err, context.Canceled)
	switch {
	case interrupted:
	case err != nil:
		shown.Failed = err
	default:
		shown.Times, shown.Status, shown.Took, shown.Wrong, shown.Head, shown.Body = s.Times, s.Answer.Status, s.Answer.Took, s.Wrong, s.Answer.Head, s.Answer.Body
		if s.Cut {
			shown.Size = s.Answer.Size
		}
	}
	if werr := shown.Write(o.Out); werr != nil || !interrupted {
		return err == nil && s.Wrong == "", werr
	}
	return false, err
}
