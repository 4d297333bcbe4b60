package targets

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Login is the request that gets a token.
type Login struct {
	Method      string // default POST
	Path        string // default /login
	Body        string // template: see Expand; MLBENCH_USERNAME and MLBENCH_PASSWORD are the Credentials. Default: JSON of both
	ContentType string // default application/json
	TokenPath   string // field of the answer's JSON, dots go deeper; default the first of TokenNames that it has
	Optional    bool   // a target without the route is used without a token
	NoToken     bool   // the answer has none, and may be a redirect: it is for the cookies that it sets
	// Variables of Body other than the Credentials; each may be nil.
	Lookup func(name string) (string, bool) // goes before them
	Env    func(name string) (string, bool) // goes after them
}

const defaultLoginBody = `{"username":"${MLBENCH_USERNAME}","password":"${MLBENCH_PASSWORD}"}`

func (l Login) withDefaults() Login {
	for _, d := range []struct {
		field *string
		value string
	}{
		{&l.Method, http.MethodPost},
		{&l.Path, "/login"},
		{&l.Body, defaultLoginBody},
		{&l.ContentType, "application/json"},
	} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	return l
}

// Login gets a token. The note, if any, is for the user to read. Neither note
// nor error ever holds a credential.
func (t Target) Login(ctx context.Context, l Login, c Credentials) (token Secret, note string, err error) {
	if c.Token != "" {
		return c.Token, "", nil
	}
	l = l.withDefaults()
	if c.Demo && l.wantsCredentials() {
		bundled, err := t.Bundled(ctx)
		if err != nil {
			return "", "", err
		}
		if !bundled {
			c = Credentials{}
		}
	}
	body, err := l.body(c)
	if err != nil {
		if l.Optional && errors.Is(err, ErrCredentials) {
			return "", fmt.Sprintf("%s: no login, requests are sent without a token: %v", t.Name, err), nil
		}
		return "", "", fmt.Errorf("login at %s: %w", t.Name, err)
	}
	u, err := t.Resolve(l.Path)
	if err != nil {
		return "", "", fmt.Errorf("login at %s: %w", t.Name, err)
	}
	req, err := http.NewRequestWithContext(ctx, l.Method, u.String(), strings.NewReader(body))
	if err != nil {
		return "", "", fmt.Errorf("login at %s: %w", t.Name, err)
	}
	req.Header.Set("Content-Type", l.ContentType)
	req.Header.Set("Accept", "application/json")
	resp, err := t.do(req)
	if err != nil {
		return "", "", err
	}
	defer resp.Body.Close()
	return t.loginAnswer(l, c, resp)
}

// wantsCredentials says whether the login's body holds any.
func (l Login) wantsCredentials() bool {
	return strings.Contains(l.Body, "MLBENCH_USERNAME") || strings.Contains(l.Body, "MLBENCH_PASSWORD")
}

// Bundled asks the target, by a GET of its ready path or else of /health, whether it
// is a server of mlbench: nobody else is sent the demo login.
func (t Target) Bundled(ctx context.Context) (bool, error) {
	t.Ready = cmp.Or(t.Ready, "/health")
	a, err := t.Check(ctx)
	if err != nil && a.Status == 0 {
		return false, err
	}
	return strings.HasPrefix(a.Server, "mlbench-"), nil
}

// lookup is what Body's variables stand for.
func (l Login) lookup(name string, c Credentials) (string, bool) {
	if l.Lookup != nil {
		if value, set := l.Lookup(name); set {
			return value, true
		}
	}
	switch {
	case name == "MLBENCH_USERNAME":
		return c.Username, c.Username != ""
	case name == "MLBENCH_PASSWORD":
		return string(c.Password), c.Password != ""
	case l.Env == nil:
		return "", false
	}
	return l.Env(name)
}

// body fills in the credentials. Values are escaped for what they stand in: a
// JSON string, or a form.
func (l Login) body(c Credentials) (string, error) {
	escape := func(s string) string {
		b, _ := json.Marshal(s) // a string always encodes
		return string(b[1 : len(b)-1])
	}
	switch {
	case strings.HasPrefix(l.ContentType, "application/x-www-form-urlencoded"):
		escape = url.QueryEscape
	case !strings.Contains(l.ContentType, "json"):
		escape = func(s string) string { return s }
	}
	body, err := Expand(l.Body, func(name string) (string, bool) {
		value, set := l.lookup(name, c)
		return escape(value), set
	})
	if err != nil && c.Username == "" {
		return "", fmt.Errorf("%w: %w; set %s", ErrCredentials, err, credentialVariables)
	}
	return body, err
}

func (t Target) loginAnswer(l Login, c Credentials, resp *http.Response) (Secret, string, error) {
	const most = 1 << 20
	what := fmt.Sprintf("%s %s at %s answered %d", l.Method, l.Path, t.Name, resp.StatusCode)
	without, wanted := "a token", "200 and a token"
	if l.NoToken {
		without, wanted = "a login", "200 to 399"
	}
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		who := "these credentials"
		switch {
		case !strings.Contains(l.Body, "MLBENCH_"):
			return "", "", fmt.Errorf("%w refused: %s to the scenario's own login (scenario key login.body)", ErrCredentials, what)
		case c.Demo:
			who = "the demo login of the bundled servers"
		}
		return "", "", fmt.Errorf("%w refused: %s to %s; set %s", ErrCredentials, what, who, credentialVariables)
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed || code == http.StatusNotImplemented:
		if l.Optional {
			return "", fmt.Sprintf("%s has no %s %s (%d): requests are sent without %s", t.Name, l.Method, l.Path, code, without), nil
		}
		return "", "", fmt.Errorf("login: %s: the target has no such route (scenario key login.path, or login.optional)", what)
	case l.NoToken && code >= 200 && code < 400:
		return "", "", nil
	case code >= 300 && code < 400:
		return "", "", fmt.Errorf("login: %s, a redirect to %s: give that URL as the target", what, resp.Header.Get("Location"))
	case code < 200 || code > 299:
		return "", "", fmt.Errorf("login: %s, want %s (scenario key login.body says what is sent)", what, wanted)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return "", "", fmt.Errorf("login: %s, but its body broke off: %w", what, err)
	}
	if raw, err = Decode(resp.Header.Values("Content-Encoding"), raw, most); err != nil {
		return "", "", fmt.Errorf("login: %s, but %w", what, err)
	}
	var answer any
	if err := json.Unmarshal(raw, &answer); err != nil {
		if l.Optional {
			return "", fmt.Sprintf("%s, but no JSON: requests are sent without a token", what), nil
		}
		return "", "", fmt.Errorf("login: %s, but no JSON, want an object with the field %q", what, l.tokenPath(nil))
	}
	token, err := pick(answer, l.tokenPath(answer))
	if err != nil {
		return "", "", fmt.Errorf("login: %s, but %w (scenario key login.token)", what, err)
	}
	return token, "", nil
}

// Token is what the body of an answer says.
func (l Login) Token(body []byte) (Secret, error) {
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("login: no JSON, want an object with the field %q", l.tokenPath(nil))
	}
	token, err := pick(answer, l.tokenPath(answer))
	if err != nil {
		return "", fmt.Errorf("login: the answer is %w (scenario key login.token)", err)
	}
	return token, nil
}

// TokenNames are those that fields with a token go by, the likeliest first.
func TokenNames() []string {
	return []string{"token", "access_token", "accessToken", "id_token", "idToken", "jwt", "auth_token", "authToken"}
}

// tokenPath is the field that holds the token.
func (l Login) tokenPath(answer any) string {
	if l.TokenPath != "" {
		return l.TokenPath
	}
	object, _ := answer.(map[string]any)
	names := TokenNames()
	for _, name := range names {
		if text, is := object[name].(string); is && text != "" {
			return name
		}
	}
	return names[0]
}

// pick takes the token out of the answer. Its errors name fields, not values.
func pick(answer any, path string) (Secret, error) {
	for _, key := range strings.Split(path, ".") {
		object, ok := answer.(map[string]any)
		if !ok {
			return "", fmt.Errorf("no object holds the field %q of %q", key, path)
		}
		if answer, ok = object[key]; !ok {
			var fields []string
			for k := range object {
				fields = append(fields, k)
			}
			slices.Sort(fields)
			return "", fmt.Errorf("without the field %q; it has: %s", path, strings.Join(fields, ", "))
		}
	}
	token, ok := answer.(string)
	if !ok || token == "" {
		return "", fmt.Errorf("the field %q is not a text", path)
	}
	if visible(token) != nil {
		return "", fmt.Errorf("the field %q has characters that no header may hold", path)
	}
	return Secret(token), nil
}
