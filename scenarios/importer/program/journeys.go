package program

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// newProgram is a reader of a script.
func newProgram(d *draft.Scenario, source []byte, o draft.Options) *program {
	d.Vault.Avoid(string(source))
	return &program{
		d: d, o: o, globals: newScope(nil), flow: &flow{}, sites: map[*script.Node]site{},
		names: map[string]bool{}, origins: map[string]int{}, told: map[*script.Node]bool{},
	}
}

// journeyOf makes a request of a flow: its first, with the others as steps. A flow
// of choices alone becomes several requests. What of it goes elsewhere is left out.
func (p *program) journeyOf(f *flow, name string, weight float64) []draft.Request {
	list := p.requestsOf(f, "")
	if len(list) == 0 {
		return nil
	}
	first := &list[0]
	if first.Choose != nil {
		if len(list) == 1 {
			return p.alternatives(*first, weight)
		}
		i := slices.IndexFunc(list, func(r draft.Request) bool { return r.Choose == nil })
		if i < 0 || len(first.Capture) > 0 {
			i = 0
		}
		if i == 0 { // choices one behind the other: the heaviest of the first begins
			rest := list[1:]
			list = p.alternatives(*first, weight)
			for k := range list {
				if !list[k].None {
					list[k].Steps = append(list[k].Steps, slices.Clone(rest)...)
				}
			}
			return list
		}
		var out []draft.Request
		for _, alternative := range p.alternatives(*first, weight) {
			alternative.Steps = append(alternative.Steps, slices.Clone(list[1:])...)
			out = append(out, alternative)
		}
		return out
	}
	*first = unrepeated(*first)
	first.Weight = weight
	if name != "" && (first.Name == "" || len(list) > 1) {
		first.Name = name
	}
	if first.Think != "" {
		first.About = append(first.About, "The wait before it is left out: nothing comes before.")
		first.Think = ""
	}
	first.Steps = list[1:]
	first.After = append(first.After, f.pending...)
	return []draft.Request{*first}
}

// alternatives are requests of their own, of a choice at the beginning.
func (p *program) alternatives(choice draft.Request, weight float64) []draft.Request {
	var out []draft.Request
	for _, r := range choice.Choose {
		if r.None {
			choice.About = append(choice.About, fmt.Sprintf("In a share of %v nothing is sent there, which a beginning cannot say.", r.Weight))
			continue
		}
		r.Weight *= weight
		r.Think = ""
		out = append(out, unrepeated(r))
	}
	if len(out) > 0 {
		out[0].About = append(choice.About, out[0].About...)
	}
	return out
}

// requestsOf are the requests of a flow in a row, those to the target alone.
func (p *program) requestsOf(f *flow, think string) []draft.Request {
	var out []draft.Request
	var left []string
	for _, x := range f.sent {
		if x.request.Name == loginMark {
			continue
		}
		if x.origin != "" && x.origin != p.origin() {
			left = append(left, fmt.Sprintf("line %d: %s to %s is left out: a scenario has one target", x.line, x.request.Method, x.origin))
			p.sites[x.site] = min(p.sites[x.site], partSite)
			continue
		}
		r := x.request
		if x.branches != nil {
			if r.Choose = p.branchesOf(x); r.Choose == nil {
				continue
			}
			r.Think = ""
		}
		r.About = append(left, r.About...)
		left = nil
		out = append(out, r)
	}
	if len(out) > 0 {
		out[len(out)-1].After = append(out[len(out)-1].After, left...)
	} else {
		f.pending = append(left, f.pending...)
	}
	return out
}

// branchesOf are a choice's; of several requests the first stands for them.
func (p *program) branchesOf(x *sending) []draft.Request {
	var out []draft.Request
	some := false
	for _, b := range x.branches {
		list := p.requestsOf(b.flow, "")
		weight := roundedShare(b.weight)
		switch {
		case len(list) == 0:
			out = append(out, draft.Request{None: true, Weight: weight})
			continue
		case list[0].Choose != nil:
			list[0] = draft.Request{None: true, Weight: weight, After: []string{"A choice within a choice is left out."}}
		case len(list) > 1:
			list[0].About = append(list[0].About, fmt.Sprintf("%s after it are left out: a branch has one.", draft.Count(len(list)-1, "request")))
			p.partly(x)
		}
		r := list[0]
		r.Weight = weight
		some = some || !r.None
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
func (p *program) finish(o draft.Options) ([]byte, error) {
	p.unseen()
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
		text := fmt.Sprintf("Read %d of %s as a whole", whole, draft.Count(all, "request"))
		if whole < all {
			text += "; what is missing is in comments, with its line of " + o.Source
		}
		d.About = append(d.About[:1], append([]string{text + "."}, d.About[1:]...)...)
	}
	if o.Target == "" {
		o.Target = p.origin()
	}
	p.forgetSecrets()
	return d.Finish(o.WithDefaults())
}

// forgetSecrets drops variables of what became something else: of a login, say.
func (p *program) forgetSecrets() {
	var all []*draft.Request
	all = append(all, draft.Flat(p.d.Setup, p.d.Requests, p.d.Teardown)...)
	w := draft.Writer{}
	for _, r := range all {
		one := *r
		one.Steps = nil
		w.Request(0, &one)
	}
	if p.d.Login != nil {
		w.Login(p.d.Login)
	}
	text := w.Buf.String()
	p.dropData(text)
	p.d.Vault.Unused(text)
	p.d.Vault.Names = slices.DeleteFunc(p.d.Vault.Names, func(name string) bool { return !strings.Contains(text, "${"+name+"}") })
}
