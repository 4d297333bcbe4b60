package verify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/scenarios/importer"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// Spec says what is asked, and what counts as a difference.
type Spec struct {
	Scenario *scenarios.Scenario // nil: none is asked
	OpenAPI  string              // URL or file of a document, whose operations are asked; "": none

	Requests    scenarios.Count // ordinary ones of each class
	Edges       bool            // edge cases as well
	OnceRows    bool            // rows of files that are to be sent once are sent as well, several times
	Seed        uint64
	Headers     []targets.Field // of every request
	UserAgent   string
	Timeout     time.Duration // of a request
	Connections int           // requests under way at once
	Credentials targets.CredentialSettings

	Rules    answers.Rules // but for what they ignore
	Ignored  []string      // JSON paths, and headers as "header NAME"
	Expected []answers.Expected
	Later    time.Duration // after the first request, until doubtful ones are asked once more
}

// Usual are the rules by which numbers count as the same, if nothing else is said:
// it is what floating point does to the order of a sum.
func Usual() answers.Rules { return answers.Rules{Absolute: 1e-9, Relative: 1e-6} }

// Validate reports all mistakes in numbers, names and paths at once; it changes
// nothing.
func (s *Spec) Validate() error {
	var wrong []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	check(s.Connections >= 1 && s.Connections <= 100, "--connections %d: want 1 to 100", s.Connections)
	check(s.Requests >= 1 && s.Requests <= 100_000, "--requests %s: want 1 to 100000", s.Requests)
	check(s.Timeout > 0, "--timeout %s: want more than 0", s.Timeout)
	check(s.Rules.Absolute >= 0, "--tolerance %v: want 0 or more", s.Rules.Absolute)
	check(s.Rules.Relative >= 0 && s.Rules.Relative < 1, "--relative %v: want 0 or more, and less than 1", s.Rules.Relative)
	for _, name := range s.Rules.Headers {
		check(targets.Token(name), "--headers %q: want names of headers", name)
	}
	_, err := s.rules()
	if err = errors.Join(append(wrong, err)...); err != nil {
		return cli.Usagef("%w", err)
	}
	return nil
}

// rules are Rules with what they ignore.
func (s *Spec) rules() (answers.Rules, error) {
	r := s.Rules
	var wrong []error
	for _, text := range s.Ignored {
		if name, ok := strings.CutPrefix(text, "header "); ok && targets.Token(name) {
			r.IgnoreHeaders = append(r.IgnoreHeaders, name)
			continue
		}
		p, err := answers.ParsePath(text)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--ignore: %w", err))
			continue
		}
		r.Ignore = append(r.Ignore, p)
	}
	return r, errors.Join(wrong...)
}

// Questions are the requests to ask.
type Questions struct {
	Spec
	set        *cases.Set
	name       string // of what is asked
	documented documentedLogin
}

// documentedLogin is what an OpenAPI document says of tokens.
type documentedLogin struct {
	asked bool                // some operation asks for one
	login *scenarios.Scenario // that gets one; nil: the document describes none
}

// Prepare makes the requests; a document may have to be got for it.
func Prepare(ctx context.Context, s Spec) (*Questions, error) {
	opts := cases.Options{Requests: int(s.Requests), Seed: s.Seed, Edges: s.Edges, OnceRows: s.OnceRows, Headers: s.Headers, UserAgent: s.UserAgent}
	q := &Questions{Spec: s, set: &cases.Set{Hide: func(s string) string { return s }}}
	if s.OpenAPI != "" {
		if err := q.addDocument(ctx, opts); err != nil {
			return nil, err
		}
	}
	if s.Scenario != nil {
		set, err := cases.Of(s.Scenario, opts)
		if err != nil {
			return nil, cli.Usagef("%w", err)
		}
		set.Cases, set.Notes = append(q.set.Cases, set.Cases...), append(q.set.Notes, set.Notes...)
		if q.set = set; q.name != "" {
			q.name += " and "
		}
		q.name += s.Scenario.Name
	}
	if len(q.set.Cases) == 0 {
		return nil, cli.Usagef("nothing to ask: %s", strings.Join(q.set.Notes, "; "))
	}
	var err error
	q.Rules, err = s.rules()
	q.Rules.Hide = q.set.Hide
	return q, err
}

// LeftOut says what is not asked, and why.
func (q *Questions) LeftOut() []string { return q.set.Notes }

// addDocument adds the requests of the OpenAPI document.
func (q *Questions) addDocument(ctx context.Context, opts cases.Options) error {
	src, err := readDocument(ctx, q.OpenAPI)
	if err != nil {
		return err
	}
	ops, left, err := openapi.Load(src)
	if err != nil {
		return cli.Usagef("--openapi %s: %w", q.OpenAPI, err)
	}
	made, notes := cases.OfDocument(ops, opts)
	q.documented.asked = slices.ContainsFunc(made, func(c cases.Case) bool { return c.Auth == scenarios.Bearer })
	if q.documented.login, err = importer.DocumentedLogin(ops); err != nil {
		return cli.Usagef("--openapi %s: %w", q.OpenAPI, err)
	}
	for i, text := range left {
		left[i] = "left out: " + text
	}
	notes = append(left, notes...)
	if len(made) == 0 {
		return cli.Usagef("--openapi %s: no operation to ask%s", q.OpenAPI, strings.Join(append([]string{""}, notes...), "\n  "))
	}
	q.name, q.set.Cases, q.set.Notes = "OpenAPI", made, notes
	return nil
}

// readDocument reads a file, or what a URL answers.
func readDocument(ctx context.Context, ref string) ([]byte, error) {
	if cli.IsURL(ref) {
		u, err := url.Parse(ref)
		if err != nil {
			return nil, cli.Usagef("--openapi: %w", err)
		}
		return openapi.Fetch(ctx, u, nil)
	}
	src, err := cli.ReadFile(nil, ref, 16<<20)
	if err != nil {
		return nil, cli.Usagef("--openapi: %w", err)
	}
	return src, nil
}

// Party is a target that is asked.
type Party struct {
	Target targets.Target
	Token  targets.Secret // "": none is sent
}

// LogIn gets a token as the scenario or the document says, and none when nothing
// that is sent needs one. The note is for the user: what goes without, and why.
func (q *Questions) LogIn(ctx context.Context, t targets.Target) (p Party, note string, err error) {
	p.Target = t
	if q.Scenario != nil {
		p.Token, note, err = q.Scenario.Token(ctx, t, q.Credentials)
	}
	if err != nil || p.Token != "" || !q.documented.asked {
		return p, note, err
	}
	if q.documented.login != nil {
		p.Token, note, err = q.documented.login.Token(ctx, t, q.Credentials)
		return p, note, err
	}
	c, err := q.Credentials.For(t)
	if err != nil || c.Token == "" {
		return p, t.Name + ": the document asks for a token and describes no login: set MLBENCH_TOKEN; requests are sent without", err
	}
	p.Token = c.Token
	return p, note, nil
}

// Calls are the scenario's before and after the questions; empty without one.
func (q *Questions) Calls(p Party) (*scenarios.Exchanges, error) {
	if q.Scenario == nil {
		return &scenarios.Exchanges{}, nil
	}
	calls, err := scenarios.Calls(q.Scenario, scenarios.CompileOptions{Target: p.Target, Headers: q.Headers, Token: p.Token, UserAgent: q.UserAgent, Seed: q.Seed})
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return calls, nil
}
