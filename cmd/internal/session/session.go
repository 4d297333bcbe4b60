package session

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results/abort"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// Session is a Spec under way: its scenario, read, and the targets that it started.
type Session struct {
	Launcher
	Spec     Spec
	Scenario *scenarios.Scenario
	Judged   []summary.Objective // the Spec's, and the scenario's
	Stdout   io.Writer           // where Spec.Raw "-" goes

	rules []abort.Rule // that end a run: the Spec's, and the scenario's
}

// Open reads the scenario and finds every mistake before a target is contacted. Stop
// is to follow.
func Open(spec Spec, o Observer) (*Session, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	s := &Session{Launcher: Launcher{Reach: spec.Reach, Observer: o}, Spec: spec}
	var err error
	if s.Scenario, err = spec.scenario(); err != nil {
		return nil, err
	}
	if s.Judged, err = judgedBy(slices.Concat(spec.Objectives, s.Scenario.Objectives), spec.ObjectiveConfidence, s.Scenario); err != nil {
		return nil, err
	}
	if s.rules, err = abortedBy(slices.Concat(spec.Abort, s.Scenario.Abort), s.Scenario); err != nil {
		return nil, err
	}
	if spec.Command == commandCompare {
		_, err = s.experiment()
	}
	return s, err
}

// scenario loads what the Spec names.
func (s *Spec) scenario() (*scenarios.Scenario, error) {
	if s.Scenario == "" || s.Scenario == adHocName {
		r := Request{}
		if s.Request != nil {
			r = *s.Request
		}
		if r.Method == "" && len(r.Body) > 0 {
			r.Method = "POST"
		}
		sc, err := scenarios.AdHoc(r.Method, nil, r.Body, r.File)
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		if s.Credentials.HasToken() {
			sc.Requests[0].Auth = scenarios.Bearer
		}
		return sc, nil
	}
	if s.Request != nil {
		return nil, cli.Usagef("--method and --body shape the ad-hoc request of --url, not the scenario %s: leave one out", s.Scenario)
	}
	sc, err := scenarios.Load(s.Scenario, s.AllowFiles...)
	if err == nil {
		sc.Env = s.Env
		err = sc.CheckVariables()
	}
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return sc, nil
}

// judgedBy are objectives, all of classes that there are.
func judgedBy(texts []string, confidence float64, sc *scenarios.Scenario) (judged []summary.Objective, err error) {
	for _, text := range texts {
		obj, err := summary.ParseObjective(text)
		if err != nil {
			return nil, cli.Usagef("scenario %s: %w", sc.Name, err)
		}
		if err := obj.CheckClasses(sc.ResultClasses()); err != nil {
			return nil, cli.Usagef("%w", err)
		}
		obj.Confidence = confidence
		judged = append(judged, obj)
	}
	return judged, nil
}

// abortedBy are abort rules, all of classes that there are.
func abortedBy(texts []string, sc *scenarios.Scenario) (rules []abort.Rule, err error) {
	for _, text := range texts {
		rule, err := abort.ParseRule(text)
		if err != nil {
			return nil, cli.Usagef("scenario %s: %w", sc.Name, err)
		}
		if err := rule.CheckClasses(sc.ResultClasses()); err != nil {
			return nil, cli.Usagef("abort rule: %w", err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// Prepared is a target that answered, ready to be loaded.
type Prepared struct {
	Target  targets.Target
	Plan    *loadgen.Plan
	Calls   *scenarios.Exchanges     // setup and teardown
	Options scenarios.CompileOptions // of Plan
	Notes   []string                 // what a person should know

	pid int // to watch for what the target uses; 0: nothing to see
}

// Prepare looks whether the target is there, the way that the load will go, logs
// in if the scenario asks for it, and compiles the plan.
func (s *Session) Prepare(ctx context.Context, t targets.Target) (*Prepared, error) {
	ov := s.Spec.overrides()
	l, err := s.Scenario.Overridden(ov)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	t.Timeout = time.Duration(l.Timeout)
	if err := s.FirstLook(ctx, t); err != nil {
		return nil, err
	}
	accounts, err := s.accounts(t)
	if err != nil {
		return nil, err
	}
	var token targets.Secret
	var login string
	if accounts == nil {
		if err = patiently(s, "logging in at "+t.Name, 0, func() (err error) {
			token, login, err = s.Scenario.Token(ctx, t, s.Spec.Credentials)
			return err
		}); err != nil {
			return nil, err
		}
	}
	p := &Prepared{Target: t}
	if p.pid, err = watchable(t); err != nil {
		p.Notes = append(p.Notes, err.Error())
	}
	for _, n := range []string{login, t.ProxyNote()} {
		if n != "" {
			p.Notes = append(p.Notes, n)
		}
	}
	p.Options = scenarios.CompileOptions{
		Target:    t,
		Headers:   s.Fields(),
		Token:     token,
		Accounts:  accounts,
		UserAgent: "mlbench/" + s.Spec.Tool,
		Connect:   s.connect(),
		Seed:      s.Spec.Seed,
		Override:  ov,
		Note:      func(note string) { p.Notes = append(p.Notes, note) },
	}
	if p.Plan, err = scenarios.Compile(s.Scenario, p.Options); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	if accounts != nil {
		if err := s.firstLogin(ctx, p); err != nil {
			return nil, err
		}
	}
	if p.Calls, err = scenarios.Calls(s.Scenario, p.Options); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	// Nothing of the load goes before its setup, or without its teardown.
	if request := p.Plan.Safe(); request != nil && t.Ready == "" && !s.Spec.Once && len(p.Calls.Setup)+len(p.Calls.Teardown) == 0 {
		var slow string
		if err = patiently(s, "waiting for an answer of "+t.Name, t.Patience(), func() (err error) {
			slow, err = t.Look(ctx, request)
			return err
		}); err != nil {
			return nil, err
		}
		if slow != "" {
			p.Notes = append(p.Notes, slow)
		}
	}
	p.Notes = append(p.Notes, s.besideNotes(p.Plan)...)
	p.Notes = append(p.Notes, p.Plan.Warnings(machine.ReadLimits())...)
	return p, nil
}

// accounts are the credentials of users who log in each for itself; nil: none does.
func (s *Session) accounts(t targets.Target) (*targets.Credentials, error) {
	if !s.Scenario.LoginPerUser() {
		return nil, nil
	}
	c, err := s.Spec.Credentials.For(t)
	if err != nil || c.Token != "" && s.Scenario.NeedsToken() { // a token that is given is everybody's
		return nil, err
	}
	return &c, nil
}

// firstLogin is that of the first user, for what is not sent by users. The others are
// sent by users also if each is sent once, who log in then.
func (s *Session) firstLogin(ctx context.Context, p *Prepared) error {
	return patiently(s, "logging in at "+p.Target.Name, 0, func() error {
		token, note, err := s.Scenario.FirstLogin(ctx, p.Target, s.Spec.Credentials, p.Plan)
		if note != "" {
			p.Notes = append(p.Notes, note)
		}
		if p.Options.Token = token; p.Plan.Login == nil {
			p.Options.Accounts = nil
		}
		return err
	})
}

// besideNotes say which loads beside do not run when their scenario says.
func (s *Session) besideNotes(plan *loadgen.Plan) (notes []string) {
	for _, beside := range plan.Loads()[1:] {
		switch l := &beside.Load; {
		case s.Spec.Command == commandCompare && (l.Start > 0 || l.Duration > 0 || l.Requests > 0):
			notes = append(notes, fmt.Sprintf("the load %s runs in every slice of the comparison, all the time: its start and its end are for runs", l.Name))
		case s.Spec.Command == commandRun && plan.Load.Duration > 0 && l.Start >= plan.Load.Duration:
			notes = append(notes, fmt.Sprintf("the load %s does not run: it starts after %s, when the measurement has ended", l.Name, l.Start))
		}
	}
	return notes
}

// Warmup is the Spec's, or the scenario's.
func (s *Session) Warmup() time.Duration {
	if s.Spec.Warmup != nil {
		return *s.Spec.Warmup
	}
	return time.Duration(s.Scenario.Load.Warmup)
}

// tearDownLimit bounds a teardown of many requests to a target that hangs: after
// ctrl-C somebody waits.
const tearDownLimit = 30 * time.Second

// Around sends the scenario's setup to each target, measures, and sends the
// teardown to those targets whose setup had begun: also when it failed, and
// after an interrupt, as what was set up is to go. Neither is measured.
func Around(ctx context.Context, o Observer, arms []*Prepared, measure func() error) error {
	for _, p := range arms {
		defer p.tearDown(context.WithoutCancel(ctx), o)
		for i := range p.Calls.Setup {
			if err := p.Calls.Setup[i].Must(ctx, p.Target, p.Plan.Timeout); err != nil {
				return fmt.Errorf("setup %w", err)
			}
		}
	}
	return measure()
}

// tearDown sends every request, whatever the ones before came to.
func (p *Prepared) tearDown(ctx context.Context, o Observer) {
	ctx, cancel := context.WithTimeout(ctx, tearDownLimit)
	defer cancel()
	for i := range p.Calls.Teardown {
		if err := p.Calls.Teardown[i].Must(ctx, p.Target, p.Plan.Timeout); err != nil {
			note(o, "warning: teardown %v", err)
		}
	}
}
