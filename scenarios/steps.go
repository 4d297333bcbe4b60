package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets/strict"
)

// step is a request that is sent after the answer to the request before it in its
// journey, on the same connection. It is a class of its own, "journey.step".
type step struct {
	Name    string             `yaml:"name"`
	Think   thinkTime          `yaml:"think"` // between the answer before and the request; default none
	Method  string             `yaml:"method"`
	Path    string             `yaml:"path"`
	Params  parameters         `yaml:"params"`
	Query   parameters         `yaml:"query"`
	Headers headers            `yaml:"headers"`
	Auth    Auth               `yaml:"auth"`
	Body    *Body              `yaml:"body"`
	Chunked bool               `yaml:"chunked"`
	Expect  expectation        `yaml:"expect"`
	Checks  []check            `yaml:"checks"`
	Capture map[string]capture `yaml:"capture"`
	Fresh   bool               `yaml:"fresh"`
	Pool    Count              `yaml:"pool"`
	Repeat  *repeat            `yaml:"repeat"` // nil: it is sent once
	Choose  []branch           `yaml:"choose"` // instead of all else: one of these

	node *strict.Node
}

// DecodeNode sets the defaults that are not zero.
func (s *step) DecodeNode(d *strict.Document, n *strict.Node) {
	type plain step // without this method
	p := plain(newStep())
	d.Decode(n, &p)
	*s = step(p)
	s.tidy(n)
}

// newStep has the defaults that are not zero.
func newStep() step { return step{Auth: NoAuth, Fresh: true} }

// tidy lets methods be written small.
func (s *step) tidy(n *strict.Node) { s.node, s.Method = n, strings.ToUpper(s.Method) }

// request is the step as a request of the weight of its journey.
func (s *step) request(journey *Request) Request {
	return Request{
		Name: journey.Name + "." + s.Name, Weight: journey.Weight, Method: s.Method, Path: s.Path, Params: s.Params, Query: s.Query,
		Headers: s.Headers, Auth: s.Auth,
		Body: s.Body, Chunked: s.Chunked, Expect: s.Expect, Checks: s.Checks, Capture: s.Capture, Fresh: s.Fresh, Pool: s.Pool,
		node: s.node,
	}
}

// requestClass is one class: a request of the scenario, or a step.
type requestClass struct {
	Request
	load     string          // beside the judged one, that it is of; "": the judged one
	step     *placedStep     // nil: the first of its journey
	captured map[string]bool // names captured before
	line     map[string]bool // names that later steps have in paths or headers
	segment  map[string]bool // names that later steps have as a segment of their path, or as all of it but dots
}

// Classes are the requests of a plan's classes, in the order of its loads: steps come
// behind the request that begins their journey.
func (s *Scenario) Classes() []Request {
	loads := []string{""}
	for _, l := range s.Beside() {
		loads = append(loads, l.Name)
	}
	var out []Request
	for _, load := range loads {
		for _, c := range s.classesOf(load) {
			out = append(out, c.Request)
		}
	}
	return out
}

// classesOf are those of the load beside of that name, or of the judged one for "".
func (s *Scenario) classesOf(load string) []requestClass {
	return slices.DeleteFunc(s.classes(), func(c requestClass) bool { return c.load != load })
}

// classes are all classes, in the order of results: steps come behind the request
// that begins their journey.
func (s *Scenario) classes() []requestClass {
	var out []requestClass
	for i := range s.Requests {
		r := &s.Requests[i]
		first := len(out)
		load := s.besideOf(r.Name)
		out = append(out, requestClass{Request: *r, load: load})
		for _, s := range r.placed() {
			out = append(out, requestClass{Request: s.request(r), load: load, step: &s})
		}
		captured := map[string]bool{}
		for k := range out[first:] {
			c := &out[first+k]
			c.captured = copyNames(captured)
			for name := range c.Capture {
				captured[name] = true
			}
		}
		line, segment := map[string]bool{}, map[string]bool{}
		for k := len(out) - 1; k >= first; k-- {
			c := &out[k]
			c.line, c.segment = copyNames(line), copyNames(segment)
			all, segments := c.references()
			for _, name := range all {
				line[name] = true
			}
			for _, name := range segments {
				segment[name] = true
			}
		}
	}
	return out
}

// segmentNames are the names in segments of a path that have nothing else but
// dots: there, some values would take a segment away.
func segmentNames(path string) (names []string) {
	path, _, _ = strings.Cut(path, "?")
	for segment := range strings.SplitSeq(path, "/") {
		if strings.Trim(reference.ReplaceAllString(segment, ""), ".") == "" {
			names = append(names, references(segment)...)
		}
	}
	return names
}

func copyNames(names map[string]bool) map[string]bool {
	out := map[string]bool{}
	for name := range names {
		out[name] = true
	}
	return out
}

// class is it as the engine has it, its payloads still missing.
func (c *requestClass) class() loadgen.Class {
	out := loadgen.Class{Name: c.Name, Weight: c.Weight, Expect: c.Expect.Status, Total: c.Total}
	j := judge{class: c.Name, checks: c.Checks, captures: namedCaptures(c.Capture, c.line, c.segment), captured: c.captured}
	if c.step != nil {
		out.Step = c.step.class()
		if c.step.Repeat != nil {
			j.until = c.step.Repeat.Until
		}
	}
	if len(j.checks)+len(j.until)+len(j.captures) > 0 {
		out.Check, out.Checks = j.check, checkNames(c.Checks)
	}
	return out
}

// reference is a captured value in a request.
var reference = regexp.MustCompile(`\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}`)

// FindReference is the first {{name}} of a text, as it is written; empty: none.
func FindReference(s string) string { return reference.FindString(s) }

// references are the names that s refers to.
func references(s string) []string {
	var names []string
	for _, m := range reference.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	return names
}

// journey notes what is wrong with the steps of a request, which is valid
// otherwise; seen holds the names of classes.
func (v *validator) journey(r *Request, n *strict.Node, seen map[string]bool) {
	steps := n.Get("steps")
	if steps != nil && steps.Kind == strict.List && len(steps.Items) == 0 {
		v.d.Bad(steps, "found an empty list, want at least one step: leave it out if there is none")
	}
	for i := range r.Steps {
		s, item := &r.Steps[i], steps.Items[i]
		switch {
		case item.Kind != strict.Map:
		case item.Get("choose") != nil:
			v.choice(r, s, item, seen)
		default:
			v.step(r, s, item, seen)
		}
	}
	if total := n.Get("total"); total != nil && r.Total {
		if len(r.Steps) == 0 {
			v.d.Bad(total, "no steps: it is the time of a journey, from its first request to its last answer")
		}
		v.spanName(r.Name, total, seen)
	}
	v.references(n)
}

// step notes what is wrong with one step of a journey.
func (v *validator) step(r *Request, s *step, item *strict.Node, seen map[string]bool) {
	request := s.request(r)
	switch name := item.Get("name"); {
	case name == nil:
		v.d.Bad(item, "no name")
	case name.Kind != strict.String:
	case !nameForm.MatchString(s.Name):
		v.d.Bad(name, "found %q, %s", s.Name, nameRule)
	case nameForm.MatchString(r.Name) && !nameForm.MatchString(request.Name):
		v.d.Bad(name, "with its journey's it is %q, %s", request.Name, nameRule)
	case seen[request.Name]:
		v.d.Bad(name, "the name %q is there twice", request.Name)
	}
	seen[request.Name] = true
	request.Weight = 1 // its journey's has been looked at
	v.request(&request, item)
	if again := item.Get("repeat"); again != nil {
		v.repeats(s.Repeat, s.Method, s.Body, again)
		v.spanName(request.Name, again, seen)
	}
}

// reference notes a name that is not captured before.
func (v *validator) reference(n *strict.Node, name string, before map[string]bool, step bool) {
	switch {
	case before[name]:
	case !step && slices.Contains(v.captured(), name):
		v.d.Bad(n, "{{%s}}: only later steps of the journey that captures it can use it", name)
	case !step:
		v.d.Bad(n, "{{%s}}: nothing captures it before (${%s} is a variable; a body with such braces of its own is sent by base64 or a file)", name, name)
	default:
		known := []string{}
		for k := range before {
			known = append(known, k)
		}
		slices.Sort(known)
		hint := ""
		if s := strict.Suggest(name, known); s != "" {
			hint = ", did you mean {{" + s + "}}?"
		}
		if len(known) > 0 {
			hint += " (captured before: " + strings.Join(known, ", ") + ")"
		}
		v.d.Bad(n, "{{%s}}: no request before this step captures it%s", name, hint)
	}
}

// captured are all names that the scenario captures.
func (v *validator) captured() []string {
	var names []string
	for _, r := range v.sc.Requests {
		for name := range r.Capture {
			names = append(names, name)
		}
		for _, s := range r.placed() {
			for name := range s.Capture {
				names = append(names, name)
			}
		}
	}
	return names
}

// eachText visits the texts below n, and keys; a base64 body is none.
func eachText(n *strict.Node, visit func(*strict.Node)) {
	if n.Kind == strict.String {
		visit(n)
	}
	for i, item := range n.Items {
		if n.Kind == strict.Map {
			key := n.Keys[i]
			if key.Name == "base64" {
				continue
			}
			visit(&strict.Node{Text: key.Name, Path: n.Path, Line: key.Line, Col: key.Col})
		}
		eachText(item, visit)
	}
}

// StepsThink says whether any step of the judged load waits before it is sent.
func (s *Scenario) StepsThink() bool {
	return slices.ContainsFunc(s.classes(), func(c requestClass) bool { return c.load == "" && c.step != nil && !c.step.Think.Zero() })
}

// StepsRepeat says whether any step of it is sent again until its answer is as wanted.
func (s *Scenario) StepsRepeat() bool {
	return slices.ContainsFunc(s.classes(), func(c requestClass) bool { return c.load == "" && c.step != nil && c.step.Repeat != nil })
}

// classNames are those of the request and its steps.
func (r *Request) classNames() []string {
	names := []string{r.Name}
	for _, s := range r.placed() {
		names = append(names, s.request(r).Name)
	}
	return names
}

// ResultClasses are those that figures are of, as results have them but for their
// shares: request classes, steps included, and spans.
func (s *Scenario) ResultClasses() (out []results.Class) {
	for _, c := range s.classes() {
		out = append(out, results.Class{Name: c.Name, Checks: checkNames(c.Checks)})
	}
	for i := range s.Requests {
		for _, name := range s.Requests[i].spanNames() {
			out = append(out, results.Class{Name: name, Span: true})
		}
	}
	if s.LoginPerUser() {
		out = append(out, results.Class{Name: loginClass, Span: true})
	}
	return out
}

// ClassNames are the names of those of the judged load, which comparisons are of.
func (s *Scenario) ClassNames() (names []string) {
	for i := range s.Requests {
		if r := &s.Requests[i]; s.besideOf(r.Name) == "" {
			names = append(append(names, r.classNames()...), r.spanNames()...)
		}
	}
	return names
}

// wantsToken says whether any request needs the login's token.
func (s *Scenario) wantsToken() bool {
	return slices.ContainsFunc(s.classes(), func(c requestClass) bool { return c.Auth == Bearer })
}
