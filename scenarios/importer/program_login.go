package importer

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
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
	if p.d.login != nil {
		same := p.d.login.path == r.path && p.d.login.token == field
		if same {
			r.name = loginMark
		}
		return same || r.name == loginMark
	}
	if field == token.path || strings.ContainsAny(field, "[]'") || len(r.params)+len(r.query) > 0 || strings.Contains(r.path, "${") {
		return false
	}
	l := &draftLogin{method: r.method, path: r.path, token: field, body: r.body}
	if l.method != http.MethodPost || l.body == nil {
		l.about = append(l.about, "line "+strconv.Itoa(token.of.line)+": the login.")
	}
	if l.body != nil && (l.body.form == "json" || l.body.form == "form") {
		l.body = credentials(l.body)
		l.about = append(l.about, "The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD.")
	}
	for _, h := range r.headers {
		l.about = append(l.about, "The header "+h.name+" of the original's login is not sent.")
	}
	if p.perUser {
		l.per = "worker"
	} else if l.body != nil && strings.Contains(example.Flow(l.body.value), "{$") {
		return false // generators are for logins of users
	}
	p.d.login = l
	token.of.request.name = loginMark
	return true
}

// cookieLogin makes the login of what each user sends first with a name and a
// password, and whose answer nobody looks at: its cookies are what counts.
func (p *program) cookieLogin() {
	for _, f := range p.onces {
		for _, x := range f.flow.sent {
			r := &x.request
			if p.d.login != nil || r.method != http.MethodPost || r.body == nil || r.body.form != "json" && r.body.form != "form" || r.name == loginMark ||
				len(r.params)+len(r.query)+len(r.capture) > 0 || strings.ContainsAny(r.path, "{}") || x.origin != "" && x.origin != p.origin() {
				continue
			}
			object, _ := r.body.value.(example.Pairs)
			has := func(name string) bool { return object.Get(name) != nil }
			if among(userNames, has) == "" || among(passwordNames, has) == "" {
				continue
			}
			p.d.login = &draftLogin{
				method: r.method, path: r.path, body: credentials(r.body), per: "worker",
				about: []string{"The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD; what counts is the cookies of its answer."},
			}
			p.d.cookies = true
			r.name = loginMark
		}
	}
}

// loginMark is the name of the request that is the login, and not another.
const loginMark = "\x00login"

// credentials are a login's body with references to the environment.
func credentials(b *draftBody) *draftBody {
	object, _ := b.value.(example.Pairs)
	has := func(name string) bool { return object.Get(name) != nil }
	user, password := among(userNames, has), among(passwordNames, has)
	if user == "" || password == "" {
		return b
	}
	var others example.Pairs
	for _, pair := range object {
		if pair.Key != user && pair.Key != password {
			others = append(others, pair)
		}
	}
	return loginBody(b.form, user, password, others)
}
