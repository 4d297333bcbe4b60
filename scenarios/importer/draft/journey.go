package draft

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/mlbench/mlbench/scenarios/example"
)

// Flat are all requests, steps and choices included.
func Flat(lists ...[]Request) (all []*Request) {
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if !r.None && r.Choose == nil {
				all = append(all, r)
			}
			all = append(all, Flat(r.Steps, r.Choose)...)
		}
	}
	return all
}

// finishJourney names the steps and drops the captures that none of them uses,
// which the language takes for mistakes.
func (r *Request) finishJourney() {
	NameRequests(r.Steps, maxStepName)
	r.dropUnused(r.Steps)
	for i := range r.Steps {
		r.Steps[i].dropUnused(r.Steps[i+1:])
		for k := range r.Steps[i].Choose {
			r.Steps[i].Choose[k].dropUnused(nil)
		}
	}
}

// dropUnused drops captures that no later step uses before it is captured again.
func (r *Request) dropUnused(later []Request) {
	kept := r.Capture[:0:0]
	for _, c := range r.Capture {
		if UsedIn(c.Key, later) {
			kept = append(kept, c)
			continue
		}
		r.After = append(r.After, fmt.Sprintf("%s is taken from its answer, but nothing uses it.", c.Key))
	}
	r.Capture = kept
}

// dropData drops files whose rows nothing takes, for the same reason.
func (d *Scenario) dropData() {
	w := Writer{}
	for _, list := range [][]Request{d.Setup, d.Requests, d.Teardown} {
		for i := range list {
			w.Request(0, &list[i])
		}
	}
	d.Data = slices.DeleteFunc(d.Data, func(s Data) bool {
		return !regexp.MustCompile(`(from: |\$row: )"?` + regexp.QuoteMeta(s.Name) + `\b`).Match(w.Buf.Bytes())
	})
}

// UsedIn says whether a captured name is used, before it is captured again.
func UsedIn(name string, later []Request) bool {
	form := regexp.MustCompile(`\{\{ *` + regexp.QuoteMeta(name) + ` *\}\}`)
	for i := range later {
		bare := later[i].bare()
		w := Writer{}
		w.Request(0, &bare)
		if form.Match(w.Buf.Bytes()) {
			return true
		}
		if slices.ContainsFunc(later[i].Capture, func(c example.Pair) bool { return c.Key == name }) {
			return false
		}
	}
	return false
}

// bare is a request, and all within it, without what only people read: comments, names
// and captures are no uses.
func (r *Request) bare() Request {
	out := *r
	out.Name, out.About, out.After, out.Capture = "", nil, nil, nil
	if r.Body != nil {
		out.Body = &Body{Form: r.Body.Form, Value: r.Body.Value}
	}
	out.Steps, out.Choose = bareAll(r.Steps), bareAll(r.Choose)
	return out
}

func bareAll(rs []Request) (out []Request) {
	for i := range rs {
		out = append(out, rs[i].bare())
	}
	return out
}
