package machine

// Limits is what the system allows this process, and how its clock works. Zero
// and "" are unknown.
type Limits struct {
	OpenFiles   uint64 // of this process
	PortsFrom   int    // local ports of new connections, both inclusive
	PortsTo     int
	TimeWait    int    // ports that wait for their reuse after a connection's end
	ReusePorts  bool   // the system reuses those early for new connections
	ClockSource string // tsc, kvm-clock, hpet, …
	Governor    string // of the CPU frequency: performance, powersave, …
	Virtual     bool   // this is a virtual machine
}

// portRest is how long a port waits after a connection that this side closed
// (TIME_WAIT, two minutes in RFC 9293, one on Linux).
const portRest = 60 // seconds

// ConnectionsPerSecond is the rate of new connections to one destination that
// the local ports sustain, if this side closes them; 0: unknown.
func (l *Limits) ConnectionsPerSecond() float64 {
	if l.PortsTo < l.PortsFrom || l.PortsFrom == 0 {
		return 0
	}
	return float64(l.PortsTo-l.PortsFrom+1) / portRest
}
