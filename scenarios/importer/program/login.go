package program

import (
	"net/http"
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
	if l.Body != nil && (l.Body.Form == "json" || l.Body.Form == "form") {
		l.Body = credentials(l.Body)
		l.About = append(l.About, "The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD.")
	}
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
// password, and whose answer nobody looks at: its cookies are what counts.
func (p *program) cookieLogin() {
	for _, f := range p.onces {
		for _, x := range f.flow.sent {
			r := &x.request
			if p.d.Login != nil || r.Method != http.MethodPost || r.Body == nil || r.Body.Form != "json" && r.Body.Form != "form" || r.Name == loginMark ||
				len(r.Params)+len(r.Query)+len(r.Capture) > 0 || strings.ContainsAny(r.Path, "{}") || x.origin != "" && x.origin != p.origin() {
				continue
			}
			object, _ := r.Body.Value.(example.Pairs)
			has := func(name string) bool { return object.Get(name) != nil }
			if draft.Among(draft.UserNames, has) == "" || draft.Among(draft.PasswordNames, has) == "" {
				continue
			}
			p.d.Login = &draft.Login{
				Method: r.Method, Path: r.Path, Body: credentials(r.Body), Per: "worker",
				About: []string{"The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD; what counts is the cookies of its answer."},
			}
			p.d.Cookies = true
			r.Name = loginMark
		}
	}
}

// loginMark is the name of the request that is the login, and not another.
const loginMark = "\x00login"

// credentials are a login's body with references to the environment.
func credentials(b *draft.Body) *draft.Body {
	object, _ := b.Value.(example.Pairs)
	has := func(name string) bool { return object.Get(name) != nil }
	user, password := draft.Among(draft.UserNames, has), draft.Among(draft.PasswordNames, has)
	if user == "" || password == "" {
		return b
	}
	var others example.Pairs
	for _, pair := range object {
		if pair.Key != user && pair.Key != password {
			others = append(others, pair)
		}
	}
	return draft.LoginBody(b.Form, user, password, others)
}
