package answers

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask adds n requests of class c whose bodies are made by these functions.
func ask(c *Collector, class string, from, n int, a, b, again func(i int) string) {
	for i := from; i < from+n; i++ {
		c.Add(Exchange{Number: i, Class: class, Case: "scenario", Ordinary: true, Size: 100 + i, A: answer(a(i)), B: answer(b(i)), Again: answer(again(i))})
	}
}

func body(format string) func(int) string {
	return func(i int) string { return fmt.Sprintf(format, i) }
}

func fixed(s string) func(int) string { return func(int) string { return s } }

func kinds(p *Parity) (out []string) {
	for _, g := range p.Differences {
		out = append(out, fmt.Sprintf("%s %s %d", g.Difference, g.Where, g.Requests))
	}
	return out
}

// later answers all doubtful requests.
func later(c *Collector, class string, a func(i int) string) (n int) {
	for _, i := range c.Doubtful() {
		c.Later(i, class, answer(a(i)))
		n++
	}
	return n
}

func TestNoiseIsNotHeldAgainstB(t *testing.T) {
	c := NewCollector(usual)
	ask(c, "x", 0, 50, body(`{"at":%d,"p":1.5}`), body(`{"at":1%d,"p":1.5}`), body(`{"at":2%d,"p":1.5}`))
	if n := later(c, "x", fixed(`{}`)); n != 0 {
		t.Errorf("%d doubtful requests, want none", n)
	}
	p := c.Parity(nil)
	if !p.Same || p.Differing != 0 {
		t.Errorf("differences %v", kinds(p))
	}
	if diff := cmp.Diff([]Noise{{"x", Value, "$.at", 50}}, p.Noise); diff != "" {
		t.Errorf("noise:\n%s", diff)
	}
}

// A clock that ticks once in a while: A's own answers are too close to show it,
// but one question later does.
func TestSlowClocksAreNoise(t *testing.T) {
	c := NewCollector(usual)
	tick := func(i int) string {
		if i == 7 {
			return `{"at":2}`
		}
		return `{"at":1}`
	}
	ask(c, "x", 0, 50, fixed(`{"at":1}`), tick, fixed(`{"at":1}`))
	if p := c.Parity(nil); p.Same {
		t.Error("judged before the doubtful ones were asked again")
	}
	if n := later(c, "x", fixed(`{"at":5}`)); n != 1 {
		t.Errorf("%d doubtful requests, want 1", n)
	}
	if p := c.Parity(nil); !p.Same {
		t.Errorf("differences %v", kinds(p))
	}
}

// One freak answer of A does not excuse what B does always.
func TestAFreakDoesNotHideADifference(t *testing.T) {
	c := NewCollector(usual)
	freak := func(i int) string {
		if i == 3 {
			return `{"p":9.5}`
		}
		return `{"p":1.5}`
	}
	ask(c, "x", 0, 50, fixed(`{"p":1.5}`), fixed(`{"p":2.5}`), freak)
	if n := later(c, "x", fixed(`{"p":1.5}`)); n != mostSamples {
		t.Errorf("%d doubtful requests, want %d", n, mostSamples)
	}
	p := c.Parity(nil)
	if diff := cmp.Diff([]string{"value $.p 49"}, kinds(p)); diff != "" {
		t.Errorf("differences:\n%s", diff)
	}
}

// Noise in values is none in types, and noise of one class is none of another.
func TestNoiseIsOfItsKindAndClass(t *testing.T) {
	c := NewCollector(usual)
	ask(c, "x", 0, 20, body(`{"at":"%d"}`), body(`{"at":%d}`), body(`{"at":"1%d"}`))
	ask(c, "y", 20, 20, fixed(`{"at":"1"}`), fixed(`{"at":"2"}`), fixed(`{"at":"1"}`))
	later(c, "y", fixed(`{"at":"1"}`))
	if diff := cmp.Diff([]string{"type $.at 20", "value $.at 20"}, kinds(c.Parity(nil))); diff != "" {
		t.Errorf("differences:\n%s", diff)
	}
}

// A difference in many items of a list is one, with an example of its own.
func TestGroups(t *testing.T) {
	c := NewCollector(usual)
	ask(c, "x", 0, 10, fixed(`{"p":[1.5,2.5,3.5]}`), fixed(`{"p":[1.5,2.6,3.6]}`), fixed(`{"p":[1.5,2.5,3.5]}`))
	odd := Exchange{Number: 10, Class: "x", Case: "limit", Size: 1, A: answer(`{"p":[0.5]}`), B: answer(`{"p":[0.7]}`), Again: answer(`{"p":[0.5]}`)}
	c.Add(odd)
	later(c, "x", func(i int) string {
		if i == 10 {
			return `{"p":[0.5]}`
		}
		return `{"p":[1.5,2.5,3.5]}`
	})
	p := c.Parity(nil)
	if diff := cmp.Diff([]string{"value $.p[*] 11"}, kinds(p)); diff != "" {
		t.Fatalf("differences:\n%s", diff)
	}
	g := p.Differences[0]
	if diff := cmp.Diff([]Seen{{"x", "scenario", 10}, {"x", "limit", 1}}, g.Seen); diff != "" {
		t.Errorf("seen:\n%s", diff)
	}
	// The edge case is shorter, the ordinary request plainer.
	if diff := cmp.Diff(Example{Number: 0, Class: "x", Case: "scenario", A: "2.5", B: "2.6"}, g.Example); diff != "" {
		t.Errorf("example:\n%s", diff)
	}
	if p.Differing != 11 || p.Requests != 11 || g.StatusA != 200 {
		t.Errorf("%d of %d differ, status %d", p.Differing, p.Requests, g.StatusA)
	}
}

func TestExpected(t *testing.T) {
	c := NewCollector(usual)
	ask(c, "x", 0, 4, fixed(`{"p":1.5}`), fixed(`{"p":2.5,"extra":{"a":1},"extras":1}`), fixed(`{"p":1.5}`))
	later(c, "x", fixed(`{"p":1.5}`))
	for _, tc := range []struct {
		name  string
		e     Expected
		left  []string
		count int
	}{
		{"by kind", Expected{Difference: Extra}, []string{"value $.p 4"}, 4},
		{"by place, not by its beginning", Expected{Where: "$.extra"}, []string{"extra $.extras 4", "value $.p 4"}, 4},
		{"by class", Expected{Class: "x"}, nil, 4},
		{"of another class", Expected{Class: "y"}, []string{"extra $.extra 4", "extra $.extras 4", "value $.p 4"}, 0},
		{"of another status", Expected{Where: "$.p", StatusB: 422}, []string{"extra $.extra 4", "extra $.extras 4", "value $.p 4"}, 0},
		{"of another case", Expected{Where: "$.p", Case: "limit"}, []string{"extra $.extra 4", "extra $.extras 4", "value $.p 4"}, 0},
		{"all that fits", Expected{Where: "$", StatusA: 200, StatusB: 200, Case: "scenario"}, nil, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := c.Parity([]Expected{tc.e})
			if diff := cmp.Diff(tc.left, kinds(p)); diff != "" {
				t.Errorf("left:\n%s", diff)
			}
			if p.Expected[0].Requests != tc.count || p.Same != (tc.left == nil) {
				t.Errorf("found %d times, same %v", p.Expected[0].Requests, p.Same)
			}
		})
	}
	if p := c.Parity([]Expected{{Difference: Extra}, {Difference: Value}}); !p.Same || p.Differing != 0 {
		t.Errorf("left: %v", kinds(p))
	}
}

// The order in which answers come does not change the report.
func TestOrderDoesNotMatter(t *testing.T) {
	report := func(order []int) *Parity {
		c := NewCollector(usual)
		for _, i := range order {
			b := answer(fmt.Sprintf(`{"p":%d.5}`, i))
			if i%2 == 1 {
				b.Status = 500
			}
			c.Add(Exchange{Number: i, Class: "x", Case: []string{"scenario", "limit", "size"}[i%3], Size: i % 4, A: answer(`{"p":0.5}`), B: b, Again: answer(`{"p":0.5}`)})
		}
		return c.Parity(nil)
	}
	up, down := report([]int{0, 1, 2, 3, 4, 5, 6}), report([]int{6, 5, 4, 3, 2, 1, 0})
	if diff := cmp.Diff(up, down, cmp.AllowUnexported(Group{}, groupKey{}, sample{}, ClassCount{})); diff != "" {
		t.Errorf("the other way round:\n%s", diff)
	}
}
