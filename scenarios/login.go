package scenarios

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// LoginRequest is the login to perform before a run, or nil.
func (s *Scenario) LoginRequest() *targets.Login {
	if s.Login == nil {
		return nil
	}
	l := &targets.Login{Method: s.Login.Method, Path: s.Login.Path, TokenPath: s.Login.Token, Optional: s.Login.Optional, NoToken: !s.NeedsToken()}
	if b := s.Login.Body; b != nil {
		static, _ := b.template.static() // one with generators is rendered
		l.Body, l.ContentType = string(static), b.kind
	}
	return l
}

// Token gets the token that the scenario's requests need: the one that is set, or by
// its login. It is empty when no request wants one, or the target has no
// login and the scenario says that it is optional: the note says so.
func (s *Scenario) Token(ctx context.Context, t targets.Target, set targets.CredentialSettings) (token targets.Secret, note string, err error) {
	if s.NeedsToken() {
		return s.login(ctx, t, set, nil)
	}
	return "", "", nil
}

// NeedsToken says whether anything that is sent needs the login's token; else a login
// is for the cookies that it sets.
func (s *Scenario) NeedsToken() bool {
	if s.wantsToken() {
		return true
	}
	for _, c := range slices.Concat(s.Setup, s.Teardown) {
		if c.Auth == Bearer {
			return true
		}
	}
	return false
}

// login is that of a user, whose body is needed where it has generators; without one
// it is the first of some seed.
func (s *Scenario) login(ctx context.Context, t targets.Target, set targets.CredentialSettings, body []byte) (targets.Secret, string, error) {
	c, err := set.For(t)
	if err != nil {
		return "", "", err
	}
	if l := s.LoginRequest(); l != nil {
		v, err := s.values(false)
		if err != nil {
			return "", "", fmt.Errorf("scenario %s: %w", s.Name, err)
		}
		l.Lookup = func(name string) (string, bool) {
			val, ok := v.declared[name]
			return val.text, ok
		}
		l.Env = v.env
		if s.Login.Body != nil && s.Login.Body.template.varies() {
			if err := s.renderLogin(ctx, t, c, v, l, body); err != nil {
				return "", "", err
			}
		}
		return t.Login(ctx, *l, c)
	}
	if c.Token == "" {
		return "", "", fmt.Errorf("%w: scenario %s has requests with auth: bearer and no login; set MLBENCH_TOKEN", targets.ErrCredentials, s.Name)
	}
	return c.Token, "", nil
}

// renderLogin makes the body of a login with generators, which holds the credentials
// already.
func (s *Scenario) renderLogin(ctx context.Context, t targets.Target, c targets.Credentials, v *values, l *targets.Login, body []byte) error {
	if c.Demo { // is for nobody but a server of mlbench
		bundled, err := t.Bundled(ctx)
		if err != nil {
			return err
		}
		if !bundled {
			c = targets.Credentials{}
		}
	}
	if body == nil || c.Username == "" {
		pool, err := s.loginPool(1, &CompileOptions{Target: t, Accounts: &c, Seed: 1, values: v})
		if err != nil {
			return fmt.Errorf("login at %s: %w", t.Name, err)
		}
		if body == nil {
			body = pool[0].Body
		}
	}
	l.Body = strings.ReplaceAll(string(body), "${", "$${")
	return nil
}

// credentialsOf are the texts that the body of a login holds, as JSON or a form: an
// answer to it may repeat them.
func credentialsOf(body []byte) (out []string) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case json.Number:
			out = append(out, v.String())
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	var read any
	if d := json.NewDecoder(bytes.NewReader(body)); json.Valid(body) {
		d.UseNumber()
		_ = d.Decode(&read) // it is valid
		walk(read)
		return out
	}
	form, _ := url.ParseQuery(string(body)) // what it can read
	for _, values := range form {
		out = append(out, values...)
	}
	return out
}
