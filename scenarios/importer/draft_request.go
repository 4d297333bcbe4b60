package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
)

// request writes a request, step, choice or call, an item of a list.
func (w *yamlWriter) request(indent int, r *draftRequest) {
	for _, text := range r.about {
		w.comment(indent, text)
	}
	defer func() {
		for _, text := range r.after {
			w.comment(indent, text)
		}
	}()
	dash, in := "- ", indent+2
	key := func(format string, args ...any) {
		if dash != "" {
			w.line(indent, dash+format, args...)
		} else {
			w.line(in, format, args...)
		}
		dash = ""
	}
	if r.choose != nil {
		key("choose:")
		for i := range r.choose {
			w.request(in+2, &r.choose[i])
		}
		return
	}
	if r.none {
		key("weight: %s", strconv.FormatFloat(r.weight, 'f', -1, 64))
		return
	}
	key("name: %s", example.Scalar(r.name))
	if r.weight > 0 {
		key("weight: %s", strconv.FormatFloat(r.weight, 'f', -1, 64))
	}
	if r.total {
		key("total: true")
	}
	if r.think != "" {
		key("think: %s", r.think)
	}
	key("method: %s", example.Scalar(r.method))
	if r.path != "" {
		key("path: %s", example.Scalar(r.path))
	}
	w.pairs(in, "params:", r.params)
	w.pairs(in, "query:", r.query)
	if len(r.headers) > 0 {
		key("headers:")
		w.headers(in+2, r.headers)
	}
	if r.bearer {
		key("auth: bearer")
	}
	if r.body != nil {
		w.body(in, r.body)
	}
	if len(r.status) > 0 {
		key("expect: {status: [%s]}", strings.Trim(fmt.Sprint(joinInts(r.status)), "[]"))
	}
	if len(r.checks) > 0 {
		key("checks:")
		for _, c := range r.checks {
			w.line(in+2, "- %s", example.Flow(c))
		}
	}
	if r.pool > 0 {
		key("pool: %d", r.pool)
	}
	w.pairs(in, "capture:", r.capture)
	w.pairs(in, "repeat:", r.repeat)
	if len(r.steps) > 0 {
		key("steps:")
		for i := range r.steps {
			w.request(in+2, &r.steps[i])
		}
	}
}

// pairs has a line for each name.
func (w *yamlWriter) pairs(indent int, label string, all example.Pairs) {
	if len(all) > 0 {
		w.block(indent, label, all, "")
	}
}

// headers has one line for each name: a list, where it is there several times.
func (w *yamlWriter) headers(indent int, all []draftHeader) {
	for i, h := range all {
		same := func(other draftHeader) bool { return h.name == other.name }
		if slices.ContainsFunc(all[:i], same) {
			continue
		}
		var values []any
		for _, other := range all[i:] {
			if same(other) {
				values = append(values, other.content())
			}
		}
		text := example.Flow(values)
		if len(values) == 1 && !h.empty {
			text = example.Flow(h.content())
		}
		w.line(indent, "%s: %s%s", example.Scalar(h.name), text, trailing(h.note))
	}
}

func (h *draftHeader) content() any {
	if h.made != nil {
		return h.made
	}
	return h.value
}
