package scenarios

import (
	"encoding/base64"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

// validator notes what the types cannot say. A value that could not be read has
// been noted already and is left alone: it is in the file, but zero.
type validator struct {
	d  *targets.Document
	sc *Scenario
}

const (
	maxConnections = 100_000
	maxTimeout     = Duration(120 * time.Second) // the range of the histograms
)

// nameForm keeps names usable in file names, flags and tables.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

const nameRule = "want at most 64 letters, digits, '.', '_' and '-', a letter or digit first"

func (v *validator) scenario() {
	if v.d.Root.Kind != targets.Map {
		return
	}
	if n := v.d.Root.Get("name"); n == nil && !nameForm.MatchString(v.sc.Name) {
		v.d.Bad(v.d.Root, "no name, and %q of the file's name is none: %s", v.sc.Name, nameRule)
	} else if n != nil && n.Kind == targets.String && !nameForm.MatchString(v.sc.Name) {
		v.d.Bad(n, "found %q, %s", v.sc.Name, nameRule)
	}
	v.load()
	v.requests()
	v.objectives()
	v.login()
	v.sc.Load = v.sc.Load.withDefaults()
}

func (v *validator) objectives() {
	var classes []string
	for _, r := range v.sc.Requests {
		classes = append(classes, r.Name)
	}
	for i, text := range v.sc.Objectives {
		n := v.d.At("objectives", i)
		if n.Kind != targets.String {
			continue
		}
		o, err := results.ParseObjective(text)
		if err == nil {
			err = o.CheckClasses(classes)
		}
		if err != nil {
			v.d.Bad(n, "%v", err)
		}
	}
}

func (v *validator) load() {
	l, n := &v.sc.Load, v.d.Root.Get("load")
	if n == nil {
		return
	}
	has := func(key string) bool { return n.Get(key) != nil }
	bad := func(key, format string, args ...any) { v.d.Bad(v.d.At("load", key), format, args...) }

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
	case open && has("spawn_rate"):
		bad("spawn_rate", "an open model has no workers to start: leave it out")
	case !open && has("shape"):
		bad("shape", "a closed model has no rate over time: leave it out, or write model: open")
	case !open && has("rate"):
		bad("rate", "a closed model has no rate: leave it out, or write model: open")
	case !open && has("arrivals"):
		bad("arrivals", "a closed model has no arrivals: leave them out, or give a rate")
	}
	if has("connections") && (l.Connections < 1 || l.Connections > maxConnections) && isNumber(n.Get("connections")) {
		bad("connections", "found %d, want 1 to %d", l.Connections, maxConnections)
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

func isNumber(n *targets.Node) bool { return n.Kind == targets.Int }

func (v *validator) requests() {
	if n := v.d.Root.Get("requests"); n == nil || n.Kind == targets.List && len(n.Items) == 0 {
		v.d.Bad(v.d.At("requests"), "no requests: want at least one under the key requests")
	}
	seen := map[string]bool{}
	for i := range v.sc.Requests {
		r, n := &v.sc.Requests[i], v.d.At("requests", i)
		if n.Kind != targets.Map {
			continue
		}
		switch name := v.d.At("requests", i, "name"); {
		case n.Get("name") == nil:
			v.d.Bad(n, "no name")
		case name.Kind == targets.String && !nameForm.MatchString(r.Name):
			v.d.Bad(name, "found %q, %s", r.Name, nameRule)
		case name.Kind == targets.String && r.Name == results.TotalClass:
			v.d.Bad(name, "found %q, which stands for all requests together in reports: choose another name", r.Name)
		case name.Kind == targets.String && seen[r.Name]:
			v.d.Bad(name, "the name %q is there twice", r.Name)
		}
		seen[r.Name] = true
		v.request(r, n)
	}
}

func (v *validator) request(r *Request, n *targets.Node) {
	bad := func(key, format string, args ...any) { v.d.Bad(n.Get(key), format, args...) }
	if !(r.Weight > 0) || math.IsInf(r.Weight, 0) {
		bad("weight", "found %v, want more than 0", r.Weight)
	}
	v.method(r.Method, n)
	v.path(r.Path, n)
	if r.Auth != NoAuth && r.Auth != Bearer && n.Get("auth").Kind == targets.String {
		bad("auth", "found %q, want bearer or none", r.Auth)
	}
	for _, h := range r.Headers {
		if r.Auth == Bearer && strings.EqualFold(h.Name, "authorization") {
			bad("auth", "there is a header Authorization as well: leave one out")
		}
	}
	for i, code := range r.Expect.Status {
		if code < 200 || code > 599 {
			v.d.Bad(n.Get("expect").Get("status").Items[i], "found status %d, want 200 to 599", code)
		}
	}
	v.body(r.Body, n.Get("body"))
}

// path of a request or login; empty is the default.
func (v *validator) path(path string, n *targets.Node) {
	if path == "" {
		return
	}
	if err := targets.ValidPath(path); err != nil {
		v.d.Bad(n.Get("path"), "%v", err)
	} else if strings.Contains(path, "${") {
		v.d.Bad(n.Get("path"), "a path takes nothing from the environment (write %%24%%7B for a plain ${)")
	}
}

func (v *validator) method(method string, n *targets.Node) {
	switch {
	case method == "" && (n.Get("method") == nil || n.Get("method").Kind != targets.String):
	case !targets.Token(method) || strings.ToUpper(method) != method:
		v.d.Bad(n.Get("method"), "found %q, want a method such as GET or POST", method)
	case method == "CONNECT":
		v.d.Bad(n.Get("method"), "CONNECT opens a tunnel and is no request to measure")
	}
}

// body compiles the body, so that its mistakes have positions.
func (v *validator) body(b *Body, n *targets.Node) {
	if b == nil || n.Kind != targets.Map {
		return
	}
	forms := 0
	for _, key := range []string{"json", "text", "base64"} {
		if n.Get(key) != nil {
			forms++
		}
	}
	if forms != 1 {
		v.d.Bad(n, "found %d of json, text and base64, want one", forms)
		return
	}
	switch {
	case b.JSON != nil:
		b.kind = "application/json"
		b.template = parseTemplate(v.d, b.JSON)
	case b.Text != nil:
		b.kind = "text/plain; charset=utf-8"
		b.template = literal([]byte(*b.Text))
	case b.Base64 != nil:
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(*b.Base64), ""))
		if err != nil {
			v.d.Bad(n.Get("base64"), "not base64: %v", err)
		}
		b.kind = "application/octet-stream"
		b.template = literal(raw)
	}
}

func (v *validator) login() {
	l, n := v.sc.Login, v.d.Root.Get("login")
	if l == nil || n.Kind != targets.Map {
		return
	}
	v.method(l.Method, n)
	v.path(l.Path, n)
	for _, key := range strings.Split(l.Token, ".") {
		if key == "" && l.Token != "" {
			v.d.Bad(n.Get("token"), "found %q, want a field such as token or data.access_token", l.Token)
			break
		}
	}
	bearer := false
	for _, r := range v.sc.Requests {
		bearer = bearer || r.Auth == Bearer
	}
	if !bearer {
		v.d.Bad(n, "nothing uses the token: no request has auth: bearer")
	}
	v.body(l.Body, n.Get("body"))
	if l.Body == nil || l.Body.kind == "" {
		return
	}
	body := v.d.At("login", "body")
	if l.Body.Base64 != nil {
		v.d.Bad(body, "want json or text")
		return
	}
	if _, ok := l.Body.template.static(); !ok {
		v.d.Bad(body, "generators have no place in a login")
	}
	for _, form := range body.Items {
		v.templates(form)
	}
}

// templates checks every text, so that the rendered body is a template, too.
func (v *validator) templates(n *targets.Node) {
	if err := targets.CheckTemplate(n.Text); err != nil && n.Kind == targets.String {
		v.d.Bad(n, "%v", err)
	}
	for i, item := range n.Items {
		if n.Kind == targets.Map {
			if err := targets.CheckTemplate(n.Keys[i].Name); err != nil {
				v.d.BadAt(n.Keys[i].Line, n.Keys[i].Col, "%s: %v", n.Path, err)
			}
		}
		v.templates(item)
	}
}
