package answers

import (
	"cmp"
	"slices"
	"strings"
)

// Exchange is one request and what came of it: A was asked, then B, then A
// again.
type Exchange struct {
	Number      int    // of the request among all
	Class, Case string // what kind of request it was
	Ordinary    bool   // no edge case
	Wanted      []int  // statuses of an ordinary one's answer; empty: 200 to 399
	Guess       bool   // made of guesses, such as passwords: any answer is right
	Size        int    // of the request, bytes
	A, B, Again Answer
}

// Collector compares exchanges and sums up what differs. What A answers
// differently when it is asked again is noise, and not held against B.
type Collector struct {
	rules     Rules
	classes   []*ClassCount
	cases     map[string]int
	spots     map[spot]*variation
	findings  map[cause]*finding
	differing [][]*finding   // of each exchange that has some
	samples   map[int]Answer // A's, of doubtful requests
}

// NewCollector judges by these rules.
func NewCollector(rules Rules) *Collector {
	return &Collector{
		rules: rules, cases: map[string]int{}, spots: map[spot]*variation{},
		findings: map[cause]*finding{}, samples: map[int]Answer{},
	}
}

// spot is where answers of a class may differ, and how.
type spot struct {
	class string
	kind  Kind
	where string // with [*] for all items of a list
}

func spotOf(class string, d Difference) spot {
	if d.Kind == Extra {
		d.Kind = Missing // A has a field at times, or has not
	}
	return spot{class, d.Kind, pattern(d.Where)}
}

// variation is how often answers differ at a spot.
type variation struct {
	itself  int // requests in which A differed from itself
	between int // requests in which B differed from A
	later   int // requests asked of A once more, later …
	moved   int // … and those in which it differed from itself then
	samples []int
}

// noisy says whether B does at this spot no more than A does by itself. One
// freak answer of A must not excuse what B always does: so the share of a tenth.
// A clock that ticks in seconds hardly moves between two questions in a row: so
// the questions asked later.
func (v *variation) noisy() bool {
	const share = 10
	return v.itself > 0 && share*v.itself >= v.between || 2*v.moved > v.later
}

// cause is what differences must have in common to be counted as one.
type cause struct {
	Class, Case      string
	Kind             Kind
	Where            string // with [*] for all items of a list
	StatusA, StatusB int
	a, b             string // what is one of few: types, forms, media types
}

type finding struct {
	cause
	requests int
	example  sample
}

// sample is a request that shows a difference.
type sample struct {
	number   int
	ordinary bool
	size     int
	shown    Difference
}

// plainer says whether s makes a better example: ordinary requests, which have
// one thing to tell, before edge cases, and short ones before long ones.
func (s *sample) plainer(than *sample) bool {
	if s.ordinary != than.ordinary {
		return s.ordinary
	}
	return cmp.Or(cmp.Compare(s.size, than.size), cmp.Compare(s.number, than.number)) < 0
}

// mostSamples of a spot are asked of A once more.
const mostSamples = 5

// Add compares the answers of an exchange.
func (c *Collector) Add(e Exchange) {
	c.count(e)
	itself := map[spot]bool{}
	exact := map[Difference]bool{}
	for _, d := range Compare(e.A, e.Again, c.rules) {
		itself[spotOf(e.Class, d)] = true
		exact[place(d)] = true
	}
	for s := range itself {
		c.spot(s).itself++
	}
	between := map[spot]bool{}
	var held []*finding
	for _, d := range Compare(e.A, e.B, c.rules) {
		s := spotOf(e.Class, d)
		between[s] = true
		if exact[place(d)] {
			continue
		}
		c.sample(s, &e)
		if f := c.finding(&e, d); !slices.Contains(held, f) {
			f.requests++
			held = append(held, f)
		}
	}
	for s := range between {
		c.spot(s).between++
	}
	if len(held) > 0 {
		c.differing = append(c.differing, held)
	}
}

// place is a difference without its values.
func place(d Difference) Difference {
	if d.Kind == Extra {
		d.Kind = Missing
	}
	return Difference{Kind: d.Kind, Where: d.Where}
}

func (c *Collector) count(e Exchange) {
	i := slices.IndexFunc(c.classes, func(k *ClassCount) bool { return k.Class == e.Class })
	if i < 0 {
		i = len(c.classes)
		c.classes = append(c.classes, &ClassCount{Class: e.Class, first: e.Number})
	}
	k := c.classes[i]
	k.first = min(k.first, e.Number)
	k.Requests++
	if accepted(e.A) {
		k.Accepted++
	}
	if e.Ordinary && !e.Guess {
		k.ordinary++
		if e.granted() {
			k.granted++
		}
	}
	c.cases[e.Case]++
}

// granted says whether A did what an ordinary request asks.
func (e *Exchange) granted() bool {
	if len(e.Wanted) > 0 {
		return slices.Contains(e.Wanted, e.A.Status)
	}
	return e.A.Status >= 200 && e.A.Status <= 399
}

func (c *Collector) spot(s spot) *variation {
	v := c.spots[s]
	if v == nil {
		v = &variation{}
		c.spots[s] = v
	}
	return v
}

func (c *Collector) sample(s spot, e *Exchange) {
	v := c.spot(s)
	if len(v.samples) < mostSamples && !slices.Contains(v.samples, e.Number) {
		v.samples = append(v.samples, e.Number)
		c.samples[e.Number] = e.A
	}
}

func (c *Collector) finding(e *Exchange, d Difference) *finding {
	key := cause{Class: e.Class, Case: e.Case, Kind: d.Kind, Where: pattern(d.Where), StatusA: e.A.Status, StatusB: e.B.Status}
	switch {
	case d.Kind == NoAnswer || d.Kind == Form:
		key.a, key.b = d.A, d.B
	case d.Kind == Type:
		key.a, _, _ = strings.Cut(d.A, " ")
		key.b, _, _ = strings.Cut(d.B, " ")
	case d.Kind == Header:
		key.a, key.b = presence(d.A), presence(d.B)
		if d.Where == "Content-Type" {
			key.a, key.b = d.A, d.B
		}
	}
	f := c.findings[key]
	example := sample{e.Number, e.Ordinary, e.Size, d}
	if f == nil {
		f = &finding{cause: key, example: example}
		c.findings[key] = f
	} else if example.plainer(&f.example) {
		f.example = example
	}
	return f
}

func presence(value string) string {
	if value == "" {
		return "absent"
	}
	return "present"
}

// Doubtful lists requests that A should be asked once more, some time later:
// by them Later tells a slow clock from a difference.
func (c *Collector) Doubtful() []int {
	var out []int
	for _, v := range c.spots {
		if !v.noisy() {
			out = append(out, v.samples...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Later takes A's answer to a doubtful request, asked once more.
func (c *Collector) Later(number int, class string, again Answer) {
	first, ok := c.samples[number]
	if !ok {
		return
	}
	moved := map[spot]bool{}
	for _, d := range Compare(first, again, c.rules) {
		moved[spotOf(class, d)] = true
	}
	for s, v := range c.spots {
		if s.class != class || !slices.Contains(v.samples, number) {
			continue
		}
		v.later++
		if moved[s] {
			v.moved++
		}
	}
}
