package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// around sends the scenario's setup to each target, measures, and sends the
// teardown to those targets whose setup had begun: also when it failed, and
// after an interrupt, as what was set up is to go. Neither is measured.
func around(ctx context.Context, w io.Writer, arms []*prepared, measure func() error) error {
	for _, p := range arms {
		defer p.tearDown(context.WithoutCancel(ctx), w)
		for i := range p.calls.Setup {
			if err := p.calls.Setup[i].Must(ctx, p.target, p.plan.Timeout); err != nil {
				return fmt.Errorf("setup %w", err)
			}
		}
	}
	return measure()
}

// tearDownLimit bounds a teardown of many requests to a target that hangs: after
// ctrl-C somebody waits.
const tearDownLimit = 30 * time.Second

// tearDown sends every request, whatever the ones before came to.
func (p *prepared) tearDown(ctx context.Context, w io.Writer) {
	ctx, cancel := context.WithTimeout(ctx, tearDownLimit)
	defer cancel()
	for i := range p.calls.Teardown {
		if err := p.calls.Teardown[i].Must(ctx, p.target, p.plan.Timeout); err != nil {
			fmt.Fprintln(w, "warning: teardown", err)
		}
	}
}
