package importer

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/mlbench/mlbench/scenarios/example"
)

// flat are all requests, steps and choices included.
func flat(lists ...[]draftRequest) (all []*draftRequest) {
	for _, list := range lists {
		for i := range list {
			r := &list[i]
			if !r.none && r.choose == nil {
				all = append(all, r)
			}
			all = append(all, flat(r.steps, r.choose)...)
		}
	}
	return all
}

// finishJourney names the steps and drops the captures that none of them uses,
// which the language takes for mistakes.
func (r *draftRequest) finishJourney() {
	nameRequests(r.steps, maxStepName)
	r.dropUnused(r.steps)
	for i := range r.steps {
		r.steps[i].dropUnused(r.steps[i+1:])
		for k := range r.steps[i].choose {
			r.steps[i].choose[k].dropUnused(nil)
		}
	}
}

// dropUnused drops captures that no later step uses before it is captured again.
func (r *draftRequest) dropUnused(later []draftRequest) {
	kept := r.capture[:0:0]
	for _, c := range r.capture {
		if usedIn(c.Key, later) {
			kept = append(kept, c)
			continue
		}
		r.after = append(r.after, fmt.Sprintf("%s is taken from its answer, but nothing uses it.", c.Key))
	}
	r.capture = kept
}

// dropData drops files whose rows nothing takes, for the same reason.
func (d *draft) dropData() {
	w := yamlWriter{}
	for _, list := range [][]draftRequest{d.setup, d.requests, d.teardown} {
		for i := range list {
			w.request(0, &list[i])
		}
	}
	d.data = slices.DeleteFunc(d.data, func(s draftData) bool {
		return !regexp.MustCompile(`(from: |\$row: )"?` + regexp.QuoteMeta(s.name) + `\b`).Match(w.buf.Bytes())
	})
}

func usedIn(name string, later []draftRequest) bool {
	form := regexp.MustCompile(`\{\{ *` + regexp.QuoteMeta(name) + ` *\}\}`)
	for i := range later {
		bare := later[i]
		bare.about, bare.after, bare.capture = nil, nil, nil
		if bare.body != nil { // without its comments, too
			bare.body = &draftBody{form: bare.body.form, value: bare.body.value}
		}
		w := yamlWriter{}
		w.request(0, &bare)
		if form.Match(w.buf.Bytes()) {
			return true
		}
		if slices.ContainsFunc(later[i].capture, func(c example.Pair) bool { return c.Key == name }) {
			return false
		}
	}
	return false
}
