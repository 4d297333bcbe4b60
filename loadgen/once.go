package loadgen

import "math"

// Pools of requests that are sent once (Class.Once) are used up over all phases: the
// measured ones go on where the one before ended, from the first request on. What is
// in no figure, the warm-up and control slices, takes from the end, so that what is
// measured is the same with and without. Nothing is looked at while requests are
// sent: how many a phase may send is known before it begins.

// stock is how far the pools are used up, by the class that begins a journey.
type stock struct {
	size  []uint64 // requests until one would come again; 0: any may
	again []bool   // from the first again, then
	front []uint64
	back  []uint64
}

// newStock is nil where no class is sent once. A journey has as many as the shortest
// of its pools that are.
func newStock(classes []Class) *stock {
	n := len(classes)
	s := &stock{size: make([]uint64, n), again: make([]bool, n), front: make([]uint64, n), back: make([]uint64, n)}
	first, any := 0, false
	for i := range classes {
		c := &classes[i]
		if c.Step == nil {
			first = i
		}
		if !c.Once {
			continue
		}
		any = true
		size := uint64(len(c.Pool))
		switch known := s.size[first] > 0; {
		case !known:
			s.size[first], s.again[first] = size, c.Again
		case s.again[first] && !c.Again:
			s.size[first], s.again[first] = size, false
		case s.again[first] == c.Again:
			s.size[first] = min(s.size[first], size)
		}
	}
	if !any {
		return nil
	}
	return s
}

// apart says whether the phase takes from the end.
func (ph *Phase) apart() bool { return ph.Stream == 0 || ph.Stream >= controlStreams }

// left is how many requests of the class a phase may send.
func (s *stock) left(class int, ph *Phase) uint64 {
	used := s.front[class] + s.back[class]
	if used >= s.size[class] {
		return 0
	}
	if ph.Stream == 0 { // something is to be measured, too
		return (s.size[class] - used) / 2
	}
	return s.size[class] - used
}

// limit is how many requests the phase may send until one would come twice.
func (s *stock) limit(ph *Phase, classes *sequence) uint64 {
	limit := uint64(math.MaxInt64)
	for class, size := range s.size {
		if size > 0 && !s.again[class] {
			limit = min(limit, classes.nth(class, s.left(class, ph)))
		}
	}
	return limit
}

// at is the place in the pools of the class's request of a rank within the phase.
func (s *stock) at(class int, rank uint64, apart bool) uint64 {
	size := s.size[class]
	if apart {
		return size - 1 - (s.back[class]+rank)%size
	}
	return (s.front[class] + rank) % size
}

// use notes that a phase has sent so many.
func (s *stock) use(ph *Phase, classes *sequence, sent uint64) {
	for class, size := range s.size {
		if size == 0 {
			continue
		}
		if n := classes.before(class, sent); ph.apart() {
			s.back[class] += n
		} else {
			s.front[class] += n
		}
	}
}

// align makes both arms of an experiment go on with the same requests.
func align(a, b *stock) {
	if a == nil || b == nil {
		return
	}
	for class := range a.front {
		a.front[class] = max(a.front[class], b.front[class])
		b.front[class] = a.front[class]
	}
}

// nth is the number of the class's request of a rank.
func (s *sequence) nth(class int, rank uint64) uint64 {
	each := s.counts[class]
	at := rank / each * uint64(len(s.classes))
	for i, c := range s.classes {
		if int(c) == class && uint64(s.ranks[i]) == rank%each {
			return at + uint64(i)
		}
	}
	return math.MaxInt64 // it is there
}

// before is how many of the first n requests are of the class.
func (s *sequence) before(class int, n uint64) uint64 {
	length := uint64(len(s.classes))
	count := n / length * s.counts[class]
	for _, c := range s.classes[:n%length] {
		if int(c) == class {
			count++
		}
	}
	return count
}

// place is where in the pool the class's request of a rank within the phase is.
func (r *run) place(class int, rank uint64) uint64 {
	if s := r.g.stock; s != nil && s.size[class] > 0 {
		return s.at(class, rank, r.phase.apart())
	}
	return poolStart(r.phase.Stream) + rank
}

// bound ends the phase before a request would come twice.
func (r *run) bound() {
	if r.g.usedUp = false; r.g.stock == nil {
		return
	}
	if limit := r.g.stock.limit(&r.phase, &r.classes); limit < math.MaxInt64 && (r.phase.Requests == 0 || int64(limit) < r.phase.Requests) {
		r.phase.Requests, r.bounded, r.empty = int64(limit), true, limit == 0
		r.g.usedUp = r.empty && r.phase.Stream != 0
	}
}

// account takes what the phase has sent from the pools.
func (r *run) account() {
	if s := r.g.stock; s != nil {
		s.use(&r.phase, &r.classes, r.sent)
		r.g.usedUp = r.bounded && r.phase.Stream != 0 && r.sent >= uint64(r.phase.Requests)
	}
}

// UsedUp says whether the last phase ended because requests that are sent once had
// all been sent.
func (g *Generator) UsedUp() bool { return g.usedUp }
