package program

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// bearer says whether the value is the token of a login before, which becomes that
// of the scenario.
func (p *program) bearer(v any) bool {
	parts, ok := v.(joined)
	if !ok || len(parts) != 2 {
		return false
	}
	scheme, _ := parts[0].(string)
	if !strings.EqualFold(strings.TrimSpace(scheme), "bearer") {
		return false
	}
	token, ok := parts[1].(part)
	if !ok || token.kind != jsonPart || token.of.flow == nil || !token.of.flow.once {
		return false
	}
	return p.loginBy(token)
}

// loginBy makes the scenario's login of the request whose answer has the token.
func (p *program) loginBy(token part) bool {
	r := &token.of.request
	field := strings.TrimPrefix(token.path, "$.")
	if p.d.Login != nil {
		same := p.d.Login.Path == r.Path && p.d.Login.Token == field
		if same {
			r.Name = loginMark
		}
		return same || r.Name == loginMark
	}
	if field == token.path || strings.ContainsAny(field, "[]'") || len(r.Params)+len(r.Query) > 0 || strings.Contains(r.Path, "${") {
		return false
	}
	l := &draft.Login{Method: r.Method, Path: r.Path, Token: field, Body: r.Body}
	if l.Method != http.MethodPost || l.Body == nil {
		l.About = append(l.About, "line "+strconv.Itoa(token.of.line)+": the login.")
	}
	l.Body, l.About = p.credentials(token.of, l.About)
	for _, h := range r.Headers {
		l.About = append(l.About, "The header "+h.Name+" of the original's login is not sent.")
	}
	if p.perUser {
		l.Per = "worker"
	} else if l.Body != nil && strings.Contains(example.Flow(l.Body.Value), "{$") {
		return false // generators are for logins of users
	}
	p.d.Login = l
	token.of.request.Name = loginMark
	return true
}

// cookieLogin makes the login of what each user sends first with a name and a
// password, or to a path that says so, and whose answer nobody looks at: its cookies are what counts.
func (p *program) cookieLogin() {
	for _, f := range p.onces {
		for _, x := range f.flow.sent {
			r := &x.request
			if p.d.Login != nil || f.name == "on_stop" || !p.isLogin(x) || len(r.Params)+len(r.Query)+len(r.Capture) > 0 || strings.ContainsAny(r.Path, "{}") {
				continue
			}
			body, about := p.credentials(x, nil)
			p.d.Login = &draft.Login{
				Method: r.Method, Path: r.Path, Body: body, Per: "worker",
				About: append(about, "What counts is the cookies of its answer."),
			}
			p.d.Cookies = true
			r.Name = loginMark
		}
	}
}

var loginPath = regexp.MustCompile(`(?i)\b(log[-_]?in|sign[-_]?in)\b`)

// isLogin says whether a request is one: it has a name and a password, or its path says so.
func (p *program) isLogin(x *sending) bool {
	r := &x.request
	if r.Method != http.MethodPost || r.Body == nil || r.Body.Form != "json" && r.Body.Form != "form" || r.Name == loginMark || x.origin != "" && x.origin != p.origin() {
		return false
	}
	user, password := credentialNames(r.Body)
	return user != "" && password != "" || loginPath.MatchString(r.Path)
}

// loginMark is the name of the request that is the login, and not another.
const loginMark = "\x00login"

// credentials are a login's body with references to the environment, and what is to be said.
func (p *program) credentials(x *sending, about []string) (*draft.Body, []string) {
	b := x.request.Body
	if b == nil || b.Form != "json" && b.Form != "form" {
		return b, append(about, x.request.About...)
	}
	user, password := credentialNames(b)
	raw, _ := x.raw.(example.Pairs)
	for _, text := range x.request.About {
		if user == "" || password == "" || !strings.Contains(text, ": "+user+" is ") && !strings.Contains(text, ": "+password+" is ") {
			about = append(about, text)
		}
	}
	if user == "" || password == "" {
		return b, about
	}
	if g, ok := raw.Get(user).(example.Generated); ok && g.Name == "$row" || b.Form == "json" && isRow(b.Value) {
		return b, append(about, "Each user logs in with a row of the file.")
	}
	about = append(about, "The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD.")
	line := "line " + strconv.Itoa(x.line) + ": "
	from := raw.Get(user)
	if g, ok := x.raw.(example.Generated); ok {
		from = g
	}
	switch u := from.(type) {
	case example.Generated:
		if list, ok := u.Args.([]any); ok {
			about = append(about, fmt.Sprintf("%sone of %d accounts that stand in the file there, the same for all users here. Put them into accounts.csv to have one for each: data: {accounts: {file: accounts.csv}}, and as the body {$row: {from: accounts, columns: [%s, %s]}}.", line, len(list), user, password))
		} else {
			about = append(about, line+"the original draws who logs in; here all users are one.")
		}
	case unknown, joined:
		about = append(about, line+"who logs in is not a text of the file there; here all users are one.")
	}
	var others example.Pairs
	object, _ := oneOf(b.Value).(example.Pairs)
	for _, pair := range object {
		if pair.Key != user && pair.Key != password {
			others = append(others, pair)
		}
	}
	return draft.LoginBody(b.Form, user, password, others), about
}

func isRow(v any) bool {
	g, ok := v.(example.Generated)
	return ok && g.Name == "$row"
}

// oneOf is the first of a choice, or the value.
func oneOf(v any) any {
	if g, ok := v.(example.Generated); ok {
		if list, ok := g.Args.([]any); ok && len(list) > 0 {
			return list[0]
		}
	}
	return v
}

// credentialNames are the fields of a body that have a name and a password.
func credentialNames(b *draft.Body) (user, password string) {
	object, _ := oneOf(b.Value).(example.Pairs)
	has := func(name string) bool {
		return slices.ContainsFunc(object, func(x example.Pair) bool { return x.Key == name })
	}
	return draft.Among(draft.UserNames, has), draft.Among(draft.PasswordNames, has)
}
