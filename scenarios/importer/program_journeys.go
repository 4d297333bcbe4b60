package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// newProgram is a reader of a script.
func newProgram(d *draft, source []byte, o Options) *program {
	d.vault.avoid(string(source))
	return &program{
		d: d, o: o, globals: newScope(nil), flow: &flow{}, sites: map[*script.Node]site{},
		names: map[string]bool{}, origins: map[string]int{},
	}
}

// journeyOf makes a request of a flow: its first, with the others as steps. A flow
// of choices alone becomes several requests. What of it goes elsewhere is left out.
func (p *program) journeyOf(f *flow, name string, weight float64) []draftRequest {
	list := p.requestsOf(f, "")
	if len(list) == 0 {
		return nil
	}
	first := &list[0]
	if first.choose != nil {
		if len(list) == 1 {
			return p.alternatives(*first, weight)
		}
		i := slices.IndexFunc(list, func(r draftRequest) bool { return r.choose == nil })
		if i < 0 || len(first.capture) > 0 {
			i = 0
		}
		if i == 0 { // choices one behind the other: the heaviest of the first begins
			rest := list[1:]
			list = p.alternatives(*first, weight)
			for k := range list {
				if !list[k].none {
					list[k].steps = append(list[k].steps, slices.Clone(rest)...)
				}
			}
			return list
		}
		var out []draftRequest
		for _, alternative := range p.alternatives(*first, weight) {
			alternative.steps = append(alternative.steps, slices.Clone(list[1:])...)
			out = append(out, alternative)
		}
		return out
	}
	first.weight = weight
	if name != "" && (first.name == "" || len(list) > 1) {
		first.name = name
	}
	if first.think != "" {
		first.about = append(first.about, "The wait before it is left out: nothing comes before.")
		first.think = ""
	}
	first.steps = list[1:]
	first.after = append(first.after, f.pending...)
	return []draftRequest{*first}
}

// alternatives are requests of their own, of a choice at the beginning.
func (p *program) alternatives(choice draftRequest, weight float64) []draftRequest {
	var out []draftRequest
	for _, r := range choice.choose {
		if r.none {
			choice.about = append(choice.about, fmt.Sprintf("In a share of %v nothing is sent there, which a beginning cannot say.", r.weight))
			continue
		}
		r.weight *= weight
		r.think = ""
		out = append(out, r)
	}
	if len(out) > 0 {
		out[0].about = append(choice.about, out[0].about...)
	}
	return out
}

// requestsOf are the requests of a flow in a row, those to the target alone.
func (p *program) requestsOf(f *flow, think string) []draftRequest {
	var out []draftRequest
	var left []string
	for _, x := range f.sent {
		if x.request.name == loginMark {
			continue
		}
		if x.origin != "" && x.origin != p.origin() {
			left = append(left, fmt.Sprintf("line %d: %s to %s is left out: a scenario has one target", x.line, x.request.method, x.origin))
			continue
		}
		r := x.request
		if x.branches != nil {
			if r.choose = p.branchesOf(x); r.choose == nil {
				continue
			}
			r.think = ""
		}
		r.about = append(left, r.about...)
		left = nil
		out = append(out, r)
	}
	if len(out) > 0 {
		out[len(out)-1].after = append(out[len(out)-1].after, left...)
	} else {
		f.pending = append(left, f.pending...)
	}
	return out
}

// branchesOf are a choice's; of several requests the first stands for them.
func (p *program) branchesOf(x *sending) []draftRequest {
	var out []draftRequest
	some := false
	for _, b := range x.branches {
		list := p.requestsOf(b.flow, "")
		weight := roundedShare(b.weight)
		switch {
		case len(list) == 0:
			out = append(out, draftRequest{none: true, weight: weight})
			continue
		case list[0].choose != nil:
			list[0] = draftRequest{none: true, weight: weight, after: []string{"A choice within a choice is left out."}}
		case len(list) > 1:
			list[0].about = append(list[0].about, fmt.Sprintf("%s after it are left out: a branch has one.", countOf(len(list)-1, "request")))
			p.partly(x)
		}
		r := list[0]
		r.weight = weight
		some = some || !r.none
		out = append(out, r)
	}
	if !some {
		return nil
	}
	return out
}

func (p *program) partly(*sending) { p.cut++ }

func roundedShare(f float64) float64 { return float64(int(f*1e4+0.5)) / 1e4 }

// origin is the one that most requests go to.
func (p *program) origin() string {
	best := ""
	for at, n := range p.origins {
		if n > p.origins[best] || n == p.origins[best] && at < best {
			best = at
		}
	}
	return best
}

// countOrigins notes where requests of a flow go.
func (p *program) countOrigins(f *flow) {
	for _, x := range f.sent {
		if x.origin != "" {
			p.origins[x.origin]++
		}
		for _, b := range x.branches {
			p.countOrigins(b.flow)
		}
	}
}

// finish writes the scenario, with how much of the source is in it.
func (p *program) finish(o Options) ([]byte, error) {
	whole, all := 0, 0
	for _, s := range p.sites {
		all++
		if s == wholeSite {
			whole++
		}
	}
	d := p.d
	if all > 0 {
		whole = max(0, whole-p.cut)
		text := fmt.Sprintf("Read %d of %s as a whole", whole, countOf(all, "request"))
		if whole < all {
			text += "; what is missing is in comments, with its line of " + o.Source
		}
		d.about = append(d.about[:1], append([]string{text + "."}, d.about[1:]...)...)
	}
	if o.Target == "" {
		o.Target = p.origin()
	}
	p.forgetSecrets()
	return d.finish(o.withDefaults())
}

// forgetSecrets drops variables of what became something else: of a login, say.
func (p *program) forgetSecrets() {
	var all []*draftRequest
	all = append(all, flat(p.d.setup, p.d.requests, p.d.teardown)...)
	w := yamlWriter{}
	for _, r := range all {
		one := *r
		one.steps = nil
		w.request(0, &one)
	}
	if p.d.login != nil {
		w.login(p.d.login)
	}
	text := w.buf.String()
	p.dropData(text)
	p.d.vault.names = slices.DeleteFunc(p.d.vault.names, func(name string) bool { return !strings.Contains(text, "${"+name+"}") })
}
