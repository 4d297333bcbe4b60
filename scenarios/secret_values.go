package scenarios

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
)

// Values of headers whose names promise a secret are hidden wherever else they are
// sent: in a path, a query or a body that takes the same row of a file. That is found
// out by value, once, before anything is sent.

// finder finds texts in others, any number of them in one go.
type finder struct {
	begins [1 << 16 / 64]uint64           // a bit for each first two bytes that one has
	of     map[[leastHidden]byte][]string // by their first bytes; longer ones first
}

// newFinder is nil where there is nothing to find. Texts shorter than leastHidden are
// in too many others.
func newFinder(texts map[string]bool) *finder {
	f := &finder{of: map[[leastHidden]byte][]string{}}
	for text := range texts {
		for _, form := range []string{text, percentEncode(text), jsonEscape(text), url.QueryEscape(text)} {
			if len(form) < leastHidden {
				continue
			}
			first := [leastHidden]byte([]byte(form[:leastHidden]))
			if !slices.Contains(f.of[first], form) {
				f.of[first] = append(f.of[first], form)
			}
			at := uint16(form[0])<<8 | uint16(form[1])
			f.begins[at/64] |= 1 << (at % 64)
		}
	}
	if len(f.of) == 0 {
		return nil
	}
	for _, forms := range f.of {
		slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}
	return f
}

// spans are where any of them is in a text, which has some already: all in order.
func spansIn[T string | []byte](f *finder, text T, known []send.Span) []send.Span {
	out := slices.Clone(known)
	for i := 0; i+leastHidden <= len(text); i++ {
		at := uint16(text[i])<<8 | uint16(text[i+1])
		if f.begins[at/64]&(1<<(at%64)) == 0 {
			continue
		}
		for _, form := range f.of[[leastHidden]byte([]byte(text[i:i+leastHidden]))] {
			if len(text)-i >= len(form) && string(text[i:i+len(form)]) == form {
				out = append(out, send.Span{From: i, To: i + len(form)})
				i += len(form) - 1
				break
			}
		}
	}
	if len(out) == len(known) {
		return known
	}
	slices.SortStableFunc(out, func(a, b send.Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	return out
}

// hideIn hides them in what is shown of the request, beside what is hidden there.
func (f *finder) hideIn(r *send.Request) {
	r.HiddenTarget = spansIn(f, r.Target, r.HiddenTarget)
	r.HiddenBody = spansIn(f, r.Body, r.HiddenBody)
	for i := range r.Header {
		if h := &r.Header[i]; !h.Hidden && len(spansIn(f, h.Value, nil)) > 0 {
			r.Header = slices.Clone(r.Header) // requests share those that do not vary
			r.Header[i].Hidden = true
		}
	}
}

// hideSent hides what the headers of all requests promised to be secret in each of
// them.
func (v *values) hideSent(plan *loadgen.Plan, others []*loadgen.Plan) {
	f := newFinder(v.inHeaders)
	if f == nil {
		return
	}
	for _, p := range append([]*loadgen.Plan{plan}, others...) {
		for i := range p.Classes {
			for k := range p.Classes[i].Pool {
				f.hideIn(&p.Classes[i].Pool[k])
			}
		}
	}
}
