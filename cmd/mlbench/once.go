package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/scenarios"
)

// onceFlags are those of run that mean something with --once.
var onceFlags = []string{
	"once", "target", "url", "start", "ready", "start-timeout", "allow-files", "header", "method", "body", "seed", "timeout", "quiet",
	"transport", "insecure", "cacert", "cert", "key", "unix-socket", "resolve", "host-header",
}

// validateOnce refuses flags of a measurement: nobody is to wait for its result.
func (o *runOptions) validateOnce() (err error) {
	o.load.flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(onceFlags, f.Name) && err == nil {
			err = cli.Usagef("--once measures nothing, so --%s has no meaning: leave one of them out", f.Name)
		}
	})
	return err
}

// sendOnce sends each request once and shows what came of it. It is a check by a
// person, so an unexpected answer is a failure, unlike in a measurement.
func (o *runOptions) sendOnce(ctx context.Context, sc *scenarios.Scenario, p *prepared) error {
	all, err := scenarios.Once(sc, p.options)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	for _, n := range p.notes {
		fmt.Fprintln(o.Err, "note:", n)
	}
	sent, wrong := 0, 0
	list := func(what string, exchanges []scenarios.Exchange) (ok bool, err error) {
		ok = true
		for i := range exchanges {
			e := &exchanges[i]
			if e.Follows && !ok {
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
func (o *runOptions) showExchange(ctx context.Context, what string, e *scenarios.Exchange, p *prepared) (bool, error) {
	shown := report.Exchange{Name: what + e.Name, Request: e.Shown()}
	s, err := e.Send(ctx, p.target, p.plan.Timeout, report.MostBody)
	interrupted := errors.Is(err, context.Canceled)
	switch {
	case interrupted:
	case err != nil:
		shown.Failed = err
	default:
		shown.Status, shown.Took, shown.Wrong, shown.Head, shown.Body = s.Answer.Status, s.Answer.Took, s.Wrong, s.Answer.Head, s.Answer.Body
		if s.Cut {
			shown.Size = s.Answer.Size
		}
	}
	if werr := shown.Write(o.Out); werr != nil || !interrupted {
		return err == nil && s.Wrong == "", werr
	}
	return false, err
}
