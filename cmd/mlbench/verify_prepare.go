package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/scenarios/importer"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

const (
	maxDocument     = 16 << 20
	documentTimeout = 10 * time.Second
)

// cases are the requests to ask.
func (o *verifyOptions) cases(ctx context.Context, scenarioGiven bool) (*cases.Set, error) {
	opts := cases.Options{Requests: int(o.requests), Seed: o.seed, Edges: o.edges, Headers: o.fields, UserAgent: "mlbench/" + version()}
	all := &cases.Set{Hide: func(s string) string { return s }}
	if o.openapi != "" {
		var err error
		if all.Cases, all.Notes, err = o.openAPICases(ctx, opts); err != nil {
			return nil, err
		}
		o.name = "OpenAPI"
		if !scenarioGiven {
			return all, nil
		}
		o.name += " and "
	}
	set, err := cases.Of(o.sc, opts)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	o.name += o.sc.Name
	o.scenarioAsked = true
	set.Cases, set.Notes = append(all.Cases, set.Cases...), append(all.Notes, set.Notes...)
	if len(set.Cases) == 0 {
		return nil, cli.Usagef("nothing to ask: %s", strings.Join(set.Notes, "; "))
	}
	return set, nil
}

// side is one of the two targets, ready to be asked.
func (o *verifyOptions) side(ctx context.Context, ref string) (*asker, *prepared, error) {
	t, err := o.target(ref)
	if err != nil {
		return nil, nil, err
	}
	if err := t.FirstLook(ctx); err != nil {
		return nil, nil, err
	}
	token, err := o.token(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	k, err := newAsker(t, token, o.fields, o.timeout, o.connections)
	if err != nil {
		return nil, nil, err
	}
	p := &prepared{target: t, plan: &loadgen.Plan{Timeout: o.timeout}, calls: &scenarios.Exchanges{}}
	if o.scenarioAsked {
		p.calls, err = scenarios.Calls(o.sc, scenarios.CompileOptions{Target: t, Headers: o.fields, Token: token, UserAgent: "mlbench/" + version(), Seed: o.seed})
		if err != nil {
			return nil, nil, cli.Usagef("%w", err)
		}
	}
	return k, p, nil
}

// documentedLogin is what an OpenAPI document says of tokens.
type documentedLogin struct {
	asked bool                // some operation asks for one
	login *scenarios.Scenario // that gets one; nil: the document describes none
}

// token is got as the scenario or the document says, and not at all when nothing
// that is sent needs one.
func (o *verifyOptions) token(ctx context.Context, t targets.Target) (token targets.Secret, err error) {
	note := ""
	if o.scenarioAsked {
		token, note, err = o.sc.Token(ctx, t)
	}
	if err == nil && token == "" && o.documented.asked {
		if o.documented.login != nil {
			token, note, err = o.documented.login.Token(ctx, t)
		} else if c, cerr := targets.CredentialsFor(t); cerr != nil || c.Token == "" {
			err, note = cerr, t.Name+": the document asks for a token and describes no login: set MLBENCH_TOKEN; requests are sent without"
		} else {
			token = c.Token
		}
	}
	if err == nil && note != "" && !o.out.quiet {
		fmt.Fprintln(o.Err, "note:", note)
	}
	return token, err
}

// openAPICases makes the requests of --openapi.
func (o *verifyOptions) openAPICases(ctx context.Context, opts cases.Options) ([]cases.Case, []string, error) {
	src, err := readDocument(ctx, o.openapi)
	if err != nil {
		return nil, nil, err
	}
	ops, left, err := openapi.Load(src)
	if err != nil {
		return nil, nil, cli.Usagef("--openapi %s: %w", o.openapi, err)
	}
	made, notes := cases.OfDocument(ops, opts)
	o.documented.asked = slices.ContainsFunc(made, func(c cases.Case) bool { return c.Auth == scenarios.Bearer })
	if o.documented.login, err = importer.DocumentedLogin(ops); err != nil {
		return nil, nil, cli.Usagef("--openapi %s: %w", o.openapi, err)
	}
	for i, text := range left {
		left[i] = "left out: " + text
	}
	notes = append(left, notes...)
	if len(made) == 0 {
		return nil, nil, cli.Usagef("--openapi %s: no operation to ask%s", o.openapi, strings.Join(append([]string{""}, notes...), "\n  "))
	}
	return made, notes, nil
}

// readDocument reads a file, or what a URL answers.
func readDocument(ctx context.Context, ref string) ([]byte, error) {
	if !strings.HasPrefix(ref, "http://") && !strings.HasPrefix(ref, "https://") {
		src, err := os.ReadFile(ref)
		if err != nil {
			return nil, cli.Usagef("--openapi: %w", err)
		}
		return src, nil
	}
	ctx, cancel := context.WithTimeout(ctx, documentTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ref, nil)
	if err != nil {
		return nil, cli.Usagef("--openapi: %w", err)
	}
	resp, err := documentClient(nil).Do(req)
	if err != nil {
		return nil, fmt.Errorf("--openapi: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("--openapi: %s answered %d, want 200 and the document", ref, resp.StatusCode)
	}
	src, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err == nil && len(src) > maxDocument {
		err = errors.New("too large")
	}
	if err != nil {
		return nil, fmt.Errorf("--openapi: %s: %w", ref, err)
	}
	return src, nil
}
