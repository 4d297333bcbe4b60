package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
)

// Request writes a request, step, choice or call, an item of a list.
func (w *Writer) Request(indent int, r *Request) {
	for _, text := range r.About {
		w.comment(indent, text)
	}
	defer func() {
		for _, text := range r.After {
			w.comment(indent, text)
		}
	}()
	dash, in := "- ", indent+2
	key := func(format string, args ...any) {
		if dash != "" {
			w.Line(indent, dash+format, args...)
		} else {
			w.Line(in, format, args...)
		}
		dash = ""
	}
	if r.Choose != nil {
		key("choose:")
		for i := range r.Choose {
			w.Request(in+2, &r.Choose[i])
		}
		return
	}
	if r.None {
		key("weight: %s", strconv.FormatFloat(r.Weight, 'f', -1, 64))
		return
	}
	key("name: %s", example.Scalar(r.Name))
	if r.Weight > 0 {
		key("weight: %s", strconv.FormatFloat(r.Weight, 'f', -1, 64))
	}
	if r.Total {
		key("total: true")
	}
	if r.Think != "" {
		key("think: %s", r.Think)
	}
	key("method: %s", example.Scalar(r.Method))
	if r.Path != "" {
		key("path: %s", example.Scalar(r.Path))
	}
	w.pairs(in, "params:", r.Params)
	w.pairs(in, "query:", r.Query)
	if len(r.Headers) > 0 {
		key("headers:")
		w.headers(in+2, r.Headers)
	}
	if r.Bearer {
		key("auth: bearer")
	}
	if r.Body != nil {
		w.Body(in, r.Body)
	}
	if len(r.Status) > 0 {
		key("expect: {status: [%s]}", strings.Trim(fmt.Sprint(JoinInts(r.Status)), "[]"))
	}
	if len(r.Checks) > 0 {
		key("checks:")
		for _, c := range r.Checks {
			w.Line(in+2, "- %s", example.Flow(c))
		}
	}
	if r.Pool > 0 {
		key("pool: %d", r.Pool)
	}
	w.pairs(in, "capture:", r.Capture)
	w.pairs(in, "repeat:", r.Repeat)
	if len(r.Steps) > 0 {
		key("steps:")
		for i := range r.Steps {
			w.Request(in+2, &r.Steps[i])
		}
	}
}

// pairs has a line for each name.
func (w *Writer) pairs(indent int, label string, all example.Pairs) {
	if len(all) > 0 {
		w.block(indent, label, all, "")
	}
}

// headers has one line for each name: a list, where it is there several times.
func (w *Writer) headers(indent int, all []Header) {
	for i, h := range all {
		same := func(other Header) bool { return h.Name == other.Name }
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
		if len(values) == 1 && !h.Empty {
			text = example.Flow(h.content())
		}
		w.Line(indent, "%s: %s%s", example.Scalar(h.Name), text, trailing(h.Note))
	}
}

func (h *Header) content() any {
	if h.Made != nil {
		return h.Made
	}
	return h.Value
}
