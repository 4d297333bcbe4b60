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
}

// once is a request of setup or teardown, which have neither checks nor captures.
func once(r draft.Request) draft.Request {
	if len(r.Checks)+len(r.Capture) > 0 {
		r.After = append(r.After, "Nothing but its status is looked at.")
	}
	r.Checks, r.Capture = nil, nil
	return r
}
