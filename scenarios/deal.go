package scenarios

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"

	"github.com/mlbench/mlbench/scenarios/rows"
)

// Rows that are sent once are dealt to the requests that take them before anything
// is rendered, by weight, so that all are used up at about the same time. A journey
// is dealt to as one: all of its requests have the same rows.

// What becomes of a source when its rows are used up.
const (
	thenStop   = "stop"   // the load ends
	thenRepeat = "repeat" // they are sent again
)

// maxOnceBytes bounds the payloads of a class whose rows are sent once: they cannot
// be had by sending the same ones again.
const maxOnceBytes = 64 << 20

// hand is what a journey, or a request, is dealt.
type hand struct {
	weight float64
	stride int // most rows that one of its requests takes
	users  int // requests that take any
	dealt  int // times
	rows   []rows.Row
	short  bool // the file has more than were dealt to all
}

// hands are those of a source, by class.
type hands map[string]*hand

// onceUses visits the uses of sources that are sent once.
func (t template) onceUses(visit func(g *rowGen)) {
	t.walk(func(g generator) {
		if g, ok := g.(*rowGen); ok && g.source.Once {
			visit(g)
		}
	})
}

// deal takes the rows of all sources that are sent once, and deals them.
func (s *Scenario) deal(o *CompileOptions) (map[*dataSource]hands, error) {
	all := map[*dataSource]hands{}
	order := map[*dataSource][]*hand{}
	journey := map[*dataSource]*hand{} // of the current journey
	for _, c := range s.classes() {
		if c.step == nil {
			clear(journey)
		}
		uses := map[*dataSource]int{}
		for _, t := range c.templates() {
			t.onceUses(func(g *rowGen) { uses[g.source] = max(uses[g.source], g.most()) })
		}
		for source, most := range uses {
			h := journey[source]
			if h == nil {
				h = &hand{weight: c.Weight}
				journey[source], order[source] = h, append(order[source], h)
			}
			if h.stride, h.users = max(h.stride, most), h.users+1; all[source] == nil {
				all[source] = hands{}
			}
			all[source][c.Name] = h
		}
	}
	for source, to := range order {
		if err := source.dealTo(to, o); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *dataSource) dealTo(to []*hand, o *CompileOptions) error {
	name := fnv.New64a()
	name.Write([]byte("once\x00" + s.name))
	most := s.source.Rows
	if o.PoolSize > 0 {
		each := 0
		for _, h := range to {
			each = max(each, h.stride)
		}
		most = min(most, int64(o.PoolSize)*int64(each)*int64(len(to)))
	}
	cards, err := s.source.Sample(s.Order, int(max(1, most)), rand.New(rand.NewPCG(o.Seed, name.Sum64())))
	if err != nil {
		return err
	}
	for _, h := range to {
		h.short = int64(len(cards)) < s.source.Rows
	}
	share := func(h *hand) float64 {
		if o.PoolSize > 0 { // a few of each, to look at
			return float64(h.dealt + 1)
		}
		return float64(h.dealt+1) / h.weight
	}
	for len(cards) > 0 {
		next := to[0]
		for _, h := range to[1:] {
			if share(h) < share(next) {
				next = h
			}
		}
		n := min(max(1, next.stride), len(cards))
		next.rows, cards = append(next.rows, cards[:n]...), cards[n:]
		next.dealt++
	}
	return nil
}

// sendsOnce says whether a request takes rows that are sent once, and whether they
// may come again when all have been.
func (t template) sendsOnce() (once, again bool) {
	again = true
	t.onceUses(func(g *rowGen) {
		once = true
		again = again && g.source.Then == thenRepeat
	})
	return once, once && again
}

// sentAll says that another body would have rows again: of the first source that ends
// the load, or else of all that are sent once.
func sentAll(data map[*dataSource]*classRows) bool {
	any, all := false, true
	for _, c := range data {
		switch used := c.next >= len(c.rows); {
		case !c.source.Once:
		case c.ends() && used:
			return true
		case c.ends():
			all, any = false, true
		default:
			all, any = all && used, true
		}
	}
	return any && all
}

// ends says whether the load does, when the rows are used up.
func (c *classRows) ends() bool { return c.source.Once && c.source.Then != thenRepeat }

// onceNotes say which rows of a source are not sent, if all were to be, and why.
func onceNotes(r *Request, bodies int, data map[*dataSource]*classRows, note func(string)) {
	for _, c := range sorted(data) {
		total, sent := c.source.source.Rows, int64(min(c.next, len(c.rows)))
		if !c.source.Once || sent == int64(len(c.rows)) && !c.short {
			continue
		}
		limit := fmt.Sprintf("%d MB of rows or requests are the limit", maxOnceBytes>>20)
		if bodies == int(r.Pool) {
			limit = fmt.Sprintf("its pool is %d", r.Pool)
		}
		then := "and the load ends"
		if !c.ends() {
			then = "then these again"
		}
		note(fmt.Sprintf("%s sends %d of the %d rows of %s, each once, %s: %s", r.Name, sent, total, filepath.Base(c.source.File), then, limit))
	}
}
