package loadgen

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// instant answers every request of 64 bytes or less at once, with next to no
// work: what remains is the generator's own cost.
func instant(tb testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	answer := []byte(okAnswer)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 4096)
				for {
					if _, err := c.Read(buf); err != nil {
						return
					}
					if _, err := c.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// BenchmarkClosed and BenchmarkOpen are the ceiling: one operation is one
// request, recording included; of BenchmarkVarying, one with numbers of its own in
// path, query, header and body.
func BenchmarkClosed(b *testing.B) { benchmarkModel(b, closedLoad(64, int64(b.N))) }

func BenchmarkOpen(b *testing.B) { benchmarkModel(b, openLoad(50_000, int64(b.N))) }

func BenchmarkVarying(b *testing.B) {
	benchmarkModel(b, closedLoad(64, int64(b.N)), Class{Name: "item", Weight: 1, Pool: varying(2000)})
}

func benchmarkModel(b *testing.B, load Load, classes ...Class) {
	plan := closedPlan(b, instant(b), load, classes...)
	g, err := New(plan, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	b.ReportAllocs()
	b.ResetTimer()
	if err := g.Run(context.Background(), Phase{Kind: results.Measure}, func(*results.Slice) error { return nil }); err != nil {
		b.Fatal(err)
	}
}

// The lean transport allocates nothing per request, also where heads vary: thousands of requests more
// allocate hardly more, all of it at start and end, and for the few connections
// that a busy machine needs in addition.
func TestRequestsDoNotAllocate(t *testing.T) {
	base := instant(t)
	for name, load := range map[string]func(int64) Load{
		"closed": func(n int64) Load { return closedLoad(4, n) },
		"open": func(n int64) Load {
			l := openLoad(10_000, n)
			l.Connections = 4
			return l
		},
	} {
		allocs := func(n int64, classes ...Class) float64 {
			g, err := New(closedPlan(t, base, load(n), classes...), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			runPhase(t, g, Phase{Kind: results.Measure}) // opens the connections
			return testing.AllocsPerRun(1, func() { runPhase(t, g, Phase{Kind: results.Measure}) })
		}
		for kind, classes := range map[string][]Class{"alike": nil, "varying": {{Name: "item", Weight: 1, Pool: varying(100)}}} {
			few, many := allocs(100, classes...), allocs(10_100, classes...)
			if per := (many - few) / 10_000; per > 0.1 {
				t.Errorf("%s, %s: %.2f allocations per request (%.0f for 100 requests, %.0f for 10,100)", name, kind, per, few, many)
			}
		}
	}
}
