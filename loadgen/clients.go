package loadgen

import (
	"errors"
	"math"
	"time"
)

// The clients of a closed model may come and go: Load.Clients says how many there are
// over time. Who goes is always the one that came last, so that each has its times
// before the clock starts. It ends its request, or journey, and closes its connection.

// interval is a part of a phase, from its start.
type interval struct{ from, until time.Duration }

// forEver is the end of an interval that has none.
const forEver = time.Duration(math.MaxInt64)

// clientsAt is how many clients a shape asks for: the nearest whole number.
func clientsAt(s Shape, at time.Duration) int { return int(math.Floor(s.Rate(at) + 0.5)) }

// due are the times of a client, by its number from 0.
func (l *Load) due(client int) (out []interval) {
	stages, change := l.Clients.(piecewise)
	if !change {
		return []interval{{0, forEver}}
	}
	add := func(from, until time.Duration) {
		switch n := len(out); {
		case from >= until:
		case n > 0 && out[n-1].until == from:
			out[n-1].until = until
		default:
			out = append(out, interval{from, until})
		}
	}
	level := float64(client) + 0.5 // see clientsAt
	here := false
	for _, s := range stages {
		begin, end := s.shape.Rate(0), s.shape.Rate(s.until-s.from)
		cross := s.until
		if (begin >= level) != (end >= level) {
			cross = s.from + time.Duration((level-begin)/(end-begin)*float64(s.until-s.from))
		}
		if begin >= level {
			add(s.from, cross)
		}
		if here = end >= level; here && begin < level {
			add(cross, s.until)
		}
	}
	if here {
		out[len(out)-1].until = forEver
	}
	return out
}

// validateClients reports what is wrong with the clients of a closed model.
func (l *Load) validateClients() error {
	stages, piecewise := l.Clients.(piecewise)
	switch {
	case l.Clients == nil:
		return nil
	case !piecewise:
		return errors.New("clients over time: want stages")
	case l.SpawnRate > 0:
		return errors.New("clients over time start by their stages: want no spawn rate")
	}
	for _, s := range stages {
		if begin, end := clientsAt(s.shape, 0), clientsAt(s.shape, s.until-s.from); min(begin, end) < 0 || max(begin, end) > l.Connections {
			return errors.New("clients over time: want 0 to as many as there are connections")
		}
	}
	return nil
}

// mostClients is the largest number of clients asked for from one instant until
// before another.
func mostClients(s Shape, from, until time.Duration) int {
	most := clientsAt(s, from)
	stages, _ := s.(piecewise)
	for _, st := range stages {
		if begin, end := max(st.from, from), min(st.until, until); begin < end {
			most = max(most, clientsAt(st.shape, begin-st.from), clientsAt(st.shape, end-st.from))
		}
	}
	return most
}
