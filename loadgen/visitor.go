package loadgen

import (
	"github.com/mlbench/mlbench/loadgen/send"
)

// Visitor is a user outside of a load, by whom each class is sent once: it logs in and
// keeps cookies as the users of the load do, and there is no engine that would do so
// for it. A nil one is nobody, for whom it makes no difference.
type Visitor struct {
	user
	plan  *Plan
	login *send.Request // of this user; nil: there is none
}

// Visitors are who sends the requests of each class when it is sent once: a worker all
// of them, else each journey one of its own, with logins in their order.
func (p *Plan) Visitors() []*Visitor {
	of := make([]*Visitor, len(p.Classes))
	if !p.hasUsers() {
		return of
	}
	number := 0
	for i := range p.Classes {
		if of[i] = of[max(i-1, 0)]; p.Classes[i].Step == nil && (of[i] == nil || !p.userIsWorker()) {
			of[i] = &Visitor{plan: p}
			if p.Login != nil {
				of[i].login = &p.Login.Pool[number%len(p.Login.Pool)]
			}
			number++
		}
	}
	return of
}

// Login is the request that the user sends before all others; nil: none.
func (v *Visitor) Login() *send.Request {
	if v == nil {
		return nil
	}
	return v.login
}

// Complete is the request as this user sends it, with its token if the class carries
// one, and its cookies.
func (v *Visitor) Complete(r send.Request, token bool) send.Request {
	if v == nil {
		return r
	}
	add := func(name, value string) {
		if value != "" {
			r.Header = append(r.Header[:len(r.Header):len(r.Header)], send.Field{Name: name, Value: value, Hidden: true})
		}
	}
	if token {
		add(authorization, v.token)
	}
	if v.plan.Cookies {
		add("Cookie", string(v.jar.append(nil, "", pathOf(r.Target), v.plan.URL.Scheme == "https", "")))
	}
	return r
}

// Take keeps the cookies that an answer to a request sets, by the lines of its header.
func (v *Visitor) Take(header []byte, target string) {
	if v != nil && v.plan.Cookies {
		v.jar.takeHeader(header, target)
	}
}

// Enter makes an answer to the login, judged by Plan.Login.Check, that of the user.
func (v *Visitor) Enter(captured map[string]string) { v.in, v.token = true, captured[authorization] }

// Secrets are what this user sends that no one else is to see, as far as it is not in
// the requests.
func (v *Visitor) Secrets() []string {
	if v == nil {
		return nil
	}
	return v.user.secrets()
}
