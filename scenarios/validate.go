package scenarios

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/abort"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// validator notes what the types cannot say. A value that could not be read has
// been noted already and is left alone: it is in the file, but zero.
type validator struct {
	d    *strict.Document
	sc   *Scenario
	rows []*rowGen // uses of data files
	read int       // bytes of files that bodies are, so far
	// environment lets ${NAME} be what no variable declares, as in headers.
	environment bool
	hints       int // given for variables
}

const (
	maxConnections = 100_000
	maxTimeout     = duration(time.Hour) // the range of the histograms
)

// nameForm keeps names usable in file names, flags and tables.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

const nameRule = "want at most 64 letters, digits, '.', '_' and '-', a letter or digit first"

func (v *validator) scenario() {
	if v.d.Root.Kind != strict.Map {
		return
	}
	if n := v.d.Root.Get("name"); n == nil && !nameForm.MatchString(v.sc.Name) {
		v.d.Bad(v.d.Root, "no name, and %q of the file's name is none: %s", v.sc.Name, nameRule)
	} else if n != nil && n.Kind == strict.String && !nameForm.MatchString(v.sc.Name) {
		v.d.Bad(n, "found %q, %s", v.sc.Name, nameRule)
	}
	v.load()
	v.requests()
	v.calls("setup", v.sc.Setup)
	v.calls("teardown", v.sc.Teardown)
	v.objectives()
	v.login()
	v.users()
	v.data()
	v.sc.Load = v.sc.Load.withDefaults()
	for i := range v.sc.Loads {
		v.sc.Loads[i].besideDefaults()
	}
}

func (v *validator) objectives() {
	v.limits("objectives", v.sc.Objectives, func(text string, classes []results.Class) error {
		o, err := summary.ParseObjective(text)
		if err == nil {
			err = o.CheckClasses(classes)
		}
		return err
	})
	v.limits("abort", v.sc.Abort, func(text string, classes []results.Class) error {
		r, err := abort.ParseRule(text)
		if err == nil {
			err = r.CheckClasses(classes)
		}
		return err
	})
}

// limits notes what check finds wrong with the texts of a list.
func (v *validator) limits(key string, texts []string, check func(text string, classes []results.Class) error) {
	classes := v.sc.ResultClasses()
	for i, text := range texts {
		if n := v.d.At(key, i); n.Kind == strict.String {
			if err := check(text, classes); err != nil {
				v.d.Bad(n, "%v", err)
			}
		}
	}
}

func (v *validator) load() {
	if n := v.d.Root.Get("loads"); n != nil {
		v.loads(n)
		return
	}
	if n := v.d.Root.Get("judge"); n != nil {
		v.d.Bad(n, "there are no loads to choose from: judge is for several, under the key loads")
	}
	if v.d.Root.Get("load") != nil {
		v.loadModel(&v.sc.Load, "load")
	}
}

// loadModel validates what is under the path.
func (v *validator) loadModel(l *LoadModel, path ...any) {
	n := v.d.At(path...)
	has := func(key string) bool { return n.Get(key) != nil }
	bad := func(key, format string, args ...any) {
		v.d.Bad(v.d.At(append(slices.Clone(path), key)...), format, args...)
	}

	if l.Arrivals != "" && l.Arrivals != loadgen.Poisson && l.Arrivals != loadgen.Constant {
		bad("arrivals", "found %q, want poisson or constant", l.Arrivals)
	}
	paced := has("rate") || has("shape")
	switch open := l.Model == results.Open || l.Model == "" && paced; {
	case l.Model != "" && l.Model != results.Open && l.Model != results.Closed:
		bad("model", "found %q, want open or closed", l.Model)
	case has("rate") && has("shape"):
		bad("shape", "there is a rate as well: leave one out")
	case open && !paced:
		bad("model", "the open model needs a rate, such as rate: 200/s, or a shape")
	case open && has("think"):
		bad("think", "an open model has no think time: its requests do not wait for answers")
	case open && has("pacing"):
		bad("pacing", "an open model has no clients to pace: its rate says how often there are requests")
	case open && l.Connections.Change():
		bad("connections", "an open model has no clients who come and go: want the most requests in flight, a number; a rate over time is a shape")
	case l.Connections.Change() && has("spawn_rate"):
		bad("spawn_rate", "clients start by the stages of connections: leave it out")
	case open && has("spawn_rate"):
		bad("spawn_rate", "an open model has no workers to start: leave it out")
	case !open && has("shape"):
		bad("shape", "a closed model has no rate over time: leave it out, or write model: open")
	case !open && has("rate"):
		bad("rate", "a closed model has no rate: leave it out, or write model: open")
	case !open && has("arrivals"):
		bad("arrivals", "a closed model has no arrivals: leave them out, or give a rate")
	}
	if has("connections") && (l.Connections.Most < 1 || l.Connections.Most > maxConnections) && isNumber(n.Get("connections")) {
		bad("connections", "found %d, want 1 to %d", l.Connections.Most, maxConnections)
	}
	for key, zero := range map[string]bool{"duration": l.Duration == 0, "requests": l.Requests == 0, "timeout": l.Timeout == 0} {
		if zero && has(key) && strings.Trim(n.Get(key).Text, "0smhu.n") == "" {
			bad(key, "found %s, want more than 0", n.Get(key).Text)
		}
	}
	if l.Timeout > maxTimeout {
		bad("timeout", "found %s, want at most %s", l.Timeout, maxTimeout)
	}
}

// isNumber says whether the value is a whole number, which may stand in quotes.
func isNumber(n *strict.Node) bool {
	_, err := strconv.Atoi(n.Text)
	return n.Kind == strict.Int || n.Kind == strict.String && err == nil
}

func (v *validator) requests() {
	if n := v.d.Root.Get("requests"); n == nil || n.Kind == strict.List && len(n.Items) == 0 {
		v.d.Bad(v.d.At("requests"), "no requests: want at least one under the key requests")
	}
	seen := map[string]bool{}
	for i := range v.sc.Requests {
		r, n := &v.sc.Requests[i], v.d.At("requests", i)
		if n.Kind != strict.Map {
			continue
		}
		switch name := v.d.At("requests", i, "name"); {
		case n.Get("name") == nil:
			v.d.Bad(n, "no name")
		case name.Kind == strict.String && !nameForm.MatchString(r.Name):
			v.d.Bad(name, "found %q, %s", r.Name, nameRule)
		case name.Kind == strict.String && r.Name == results.TotalClass:
			v.d.Bad(name, "found %q, which stands for all requests together in reports: choose another name", r.Name)
		case name.Kind == strict.String && seen[r.Name]:
			v.d.Bad(name, "the name %q is there twice", r.Name)
		}
		seen[r.Name] = true
		v.request(r, n)
		v.journey(r, n, seen)
	}
	v.shares()
}

// shares notes weights too small beside the others.
func (v *validator) shares() {
	sum := map[string]float64{} // by load
	for _, r := range v.sc.Requests {
		sum[v.sc.besideOf(r.Name)] += r.Weight
	}
	for i, r := range v.sc.Requests {
		if share := r.Weight / sum[v.sc.besideOf(r.Name)]; r.Weight > 0 && share < loadgen.LeastShare {
			v.d.Bad(v.d.At("requests", i, "weight"), "a weight of %v is a share of %.2g, want at least 1 in %.0f", r.Weight, share, 1/loadgen.LeastShare)
		}
	}
}

func (v *validator) request(r *Request, n *strict.Node) {
	bad := func(key, format string, args ...any) { v.d.Bad(n.Get(key), format, args...) }
	if !(r.Weight > 0) || math.IsInf(r.Weight, 0) {
		bad("weight", "found %v, want more than 0", r.Weight)
	}
	v.method(r.Method, n)
	v.requestPath(r.Path, n)
	if r.Auth != NoAuth && r.Auth != Bearer && n.Get("auth").Kind == strict.String {
		bad("auth", "found %q, want bearer or none", r.Auth)
	}
	for _, h := range r.Headers {
		if err := v.sc.noCookieHeader(h.Name); err != nil {
			bad("headers", "Cookie: %v", err)
		}
		if r.Auth == Bearer && strings.EqualFold(h.Name, "authorization") {
			bad("auth", "there is a header Authorization as well: leave one out")
		}
	}
	if len(r.Expect.Status) > 0 {
		v.statuses(r.Expect.Status, n.Get("expect").Get("status"))
	}
	if at := n.Get("pool"); at != nil && (r.Pool > maxPool || strings.Trim(at.Text, "0kM.") == "") {
		v.d.Bad(at, "found %s, want 1 to %d", at.Text, maxPool)
	}
	v.checks(r.Checks, r.Method, r.Body, n.Get("checks"))
	v.captures(r.Method, n.Get("capture"))
	v.head(r, n)
	v.body(r.Body, n.Get("body"))
	if r.Fresh {
		return
	}
	for _, t := range r.templates() {
		t.walk(func(g generator) {
			if z, ok := g.(*zipfGen); ok && z.New > 0 && n.Get("fresh") != nil {
				v.d.Bad(n.Get("fresh"), "a $zipf has new values, which are to be new in every request: leave fresh: false or new out")
			}
		})
	}
}

// statuses notes those that no final answer has.
func (v *validator) statuses(codes statuses, n *strict.Node) {
	for i, code := range codes {
		if at := several(n)[i]; at.Kind == strict.Int && (code < 200 || code > 599) {
			v.d.Bad(at, "found status %d, want 200 to 599", code)
		}
	}
}

// path of a request or login; empty is the default.
func (v *validator) path(path string, n *strict.Node) {
	if path == "" {
		return
	}
	if err := targets.ValidPath(path); err != nil {
		v.d.Bad(n.Get("path"), "%v", err)
	}
}

// requestPath may hold ${NAME}s.
func (v *validator) requestPath(path string, n *strict.Node) {
	if path == "" || !v.refs(n.Get("path"), path) {
		return
	}
	filled := ""
	for i, half := range strings.SplitN(path, "?", 2) { // each is escaped in its own way
		text, err := targets.Expand(half, func(string) (string, bool) { return "x", true })
		if err != nil {
			v.d.Bad(n.Get("path"), "%v", err) // a ? within ${…}
			return
		}
		filled += []string{"", "?"}[i] + text
	}
	if targets.ValidPath(filled) != nil {
		filled = path // for the message: as it is written
	}
	v.path(filled, n)
}

func (v *validator) method(method string, n *strict.Node) {
	switch {
	case method == "" && (n.Get("method") == nil || n.Get("method").Kind != strict.String):
	case !targets.Token(method):
		v.d.Bad(n.Get("method"), "found %q, want a method such as GET or POST", n.Get("method").Text)
	case method == "CONNECT":
		v.d.Bad(n.Get("method"), "CONNECT opens a tunnel and is no request to measure")
	}
}

func (v *validator) login() {
	l, n := v.sc.Login, v.d.Root.Get("login")
	if l == nil || n.Kind != strict.Map {
		return
	}
	v.method(l.Method, n)
	v.path(l.Path, n)
	v.references(n)
	if strings.Contains(l.Path, "${") {
		v.d.Bad(n.Get("path"), "the path of a login takes no variables: give the target the base URL that you mean")
	}
	for _, key := range strings.Split(l.Token, ".") {
		if key == "" && l.Token != "" {
			v.d.Bad(n.Get("token"), "found %q, want a field such as token or data.access_token", l.Token)
			break
		}
	}
	if !v.sc.NeedsToken() && !(v.sc.LoginPerUser() && v.sc.Cookies == keepCookies) {
		v.d.Bad(n, "nothing uses the token: no request has auth: bearer")
	}
	v.environment = true
	v.body(l.Body, n.Get("body"))
	v.environment = false
	if l.Body == nil || l.Body.kind == "" {
		return
	}
	body := v.d.At("login", "body")
	if body.Get("compress") != nil {
		v.d.Bad(body.Get("compress"), "the body of a login is sent as it is: leave it out")
	}
	if l.Body.JSON == nil && l.Body.Text == nil && l.Body.Form == nil {
		v.d.Bad(body, "want json, text or form")
		return
	}
	if _, ok := l.Body.template.static(); !ok && !v.sc.LoginPerUser() {
		v.d.Bad(body, "generators are for the logins of users: write per: worker or per: journey as well")
	}
}
