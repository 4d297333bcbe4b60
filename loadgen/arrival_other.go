//go:build !linux

package loadgen

import (
	"net"
	"time"
)

// arrivals are known on Linux only: elsewhere an answer is done when it is read.
type arrivals struct{ at time.Time }

func (*arrivals) read(int, []byte) (int, error) { panic("no arrivals without stamps") }

func stamped(nc net.Conn) net.Conn { return nc }

func arrivalsOf(net.Conn) *arrivals { return nil }
