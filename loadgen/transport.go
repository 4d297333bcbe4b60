package loadgen

import "strconv"

// transport carries requests to the target, and records what came of them.
type transport interface {
	// exchange carries a request of a closed model's worker until it has ended.
	// Nobody else calls it with the same worker meanwhile.
	exchange(worker int, req *request) outcome
	// leave closes the connection of a closed model's worker, who is between requests.
	leave(worker int)
	// start sends a request of an open model and waits neither for its answer nor,
	// where it is not sent here, for anything else; req is the caller's. Who ends
	// it, with the steps of its journey (run.follow), calls run.done.
	start(r *run, req *request)
	// statusKey is what files call a status of its protocol, of 0 to maxStatus.
	statusKey(status int) string
	// close ends the connections that nobody uses.
	close()
}

// newTransport makes the plan's. It starts nothing that would have to be ended if
// it fails.
func newTransport(g *Generator) (transport, error) {
	switch g.plan.Connect.Transport {
	case NetHTTP, HTTP2:
		keep := g.plan.Load.Connections
		if g.plan.Connect.MaxRequests == 1 {
			keep = 0
		}
		c, err := newHTTPClient(g, g.way.Transport(keep))
		if g.plan.Load.Clients != nil && g.plan.Connect.Transport == NetHTTP {
			for range g.plan.Load.Connections {
				c.own = append(c.own, newClient(g, g.way.Transport(min(keep, 1))))
			}
		}
		return c, err
	}
	return newLean(g), nil
}

// httpStatus names statuses as HTTP does: by their number.
type httpStatus struct{}

func (httpStatus) statusKey(status int) string { return strconv.Itoa(status) }
