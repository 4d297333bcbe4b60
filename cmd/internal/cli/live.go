package cli

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/report/live"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// LiveFlag adds the flag of commands that measure for a while.
func (s Streams) LiveFlag(f *pflag.FlagSet, off *bool) {
	defer Section(f, "Output")()
	f.BoolVar(off, "no-tui", false, "no live view on a terminal, but lines of progress (as with NO_COLOR, TERM=dumb or CI set)")
}

// Live makes a view of the progress, where a person looks at a terminal that can show
// one, and want says nothing against it. Where ctx ends, the view says so.
func (p *Progress) Live(ctx context.Context, want bool) *Progress {
	s := p.streams
	m, ok := s.Err.(cleaner)
	if !ok || p.quiet || !want || !p.live || s.Getenv("NO_COLOR") != "" || s.Getenv("CI") != "" {
		return p
	}
	p.open = func() *live.View {
		v := live.New(m.w, s.Environ)
		m.screen.view.Store(v)
		context.AfterFunc(ctx, v.Stopping)
		return v
	}
	return p
}

// Begin shows the view, where there is one.
func (p *Progress) Begin(h *results.Header) {
	if p.open == nil {
		return
	}
	p.Done()
	p.view = p.open()
	p.view.Begin(h)
}

// Look is shown in a view only: lines have it as their phase.
func (p *Progress) Look(l verdict.Progress) {
	if p.view != nil {
		p.view.Look(l)
	}
}
