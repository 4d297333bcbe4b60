package loadgen

import (
	"fmt"

	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
)

// ownFiles is what the process itself keeps open beside connections.
const ownFiles = 32

// Warnings says what about this machine will get in the plan's way, with the
// remedy: better read before a run than found out by it.
func (p *Plan) Warnings(l machine.Limits) []string {
	var out []string
	warn := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	connections, most := 0, 0 // most in flight of an open load, which few come near to
	for _, l := range p.Loads() {
		if l.Load.Model == results.Open {
			most = max(most, l.Load.Connections)
		} else {
			connections += l.Load.Connections
		}
	}
	connections += most
	if l.OpenFiles > 0 && uint64(connections+ownFiles) > l.OpenFiles {
		warn("%d connections may be needed, but this process may open %d files: raise the limit ('ulimit -n %d'), or lower --connections",
			connections, l.OpenFiles, connections+ownFiles)
	}
	perSecond := l.ConnectionsPerSecond()
	switch {
	case p.Connect.MaxRequests != 1 || perSecond == 0 || l.ReusePorts:
	case p.Load.Model == results.Closed:
		warn("a new connection for every request: this machine's local ports sustain %.0f per second", perSecond)
	case p.Load.MeanRate() > perSecond:
		warn("%.0f new connections per second are planned, and this machine's local ports sustain %.0f: lower the rate, keep connections, or widen net.ipv4.ip_local_port_range",
			p.Load.MeanRate(), perSecond)
	}
	return out
}
