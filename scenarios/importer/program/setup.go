package program

import (
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// addOnce makes setup or teardown of what is sent once.
func (p *program) addOnce(f onceFlow) {
	for _, x := range f.flow.sent {
		if user, password := "", ""; p.perUser && x.request.Body != nil && x.request.Name != loginMark && !strings.HasSuffix(f.name, "stop") {
			if user, password = credentialNames(x.request.Body); user != "" && password != "" {
				p.d.Left = append(p.d.Left, fmt.Sprintf("line %d: another login, %s %s: a scenario has one", x.line, x.request.Method, x.request.Path))
				x.request.Name = loginMark
				p.sites[x.site] = unreadSite
			}
		}
	}
	made := p.requestsOf(f.flow, "")
	for i := range made {
		if made[i].Choose != nil {
			p.d.Left = append(p.d.Left, f.name+": a choice of several requests, which what is sent once cannot have")
			continue
		}
		if made[i].Think = ""; strings.HasPrefix(f.name, "on_") || strings.Contains(f.name, ".on_") {
			made[i].About = append(made[i].About, f.name+" of each user, sent once here.")
		}
		if strings.HasSuffix(f.name, "stop") || f.name == "teardown" {
			p.d.Teardown = append(p.d.Teardown, once(made[i]))
		} else {
			p.d.Setup = append(p.d.Setup, once(made[i]))
		}
	}
	p.d.Left = append(p.d.Left, f.flow.pending...) // of what nothing comes behind
}

// once is a request of setup or teardown, which have neither checks nor captures.
func once(r draft.Request) draft.Request {
	if len(r.Checks)+len(r.Capture) > 0 {
		r.After = append(r.After, "Nothing but its status is looked at.")
	}
	r.Checks, r.Capture = nil, nil
	return unrepeated(r)
}

// unrepeated is a request that is no step, which alone can repeat.
func unrepeated(r draft.Request) draft.Request {
	if r.Repeat != nil {
		r.Repeat = nil
		r.After = append(r.After, "It is asked again until its answer is as wanted there; only a step can, behind another request.")
	}
	return r
}
