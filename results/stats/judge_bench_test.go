package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// bigEvidence is a scenario of eight classes, 25 metrics in all, whose latencies
// have the steps of the histogram: ties and zeros as they come.
func bigEvidence(pairs int) Evidence {
	rng := rand.New(rand.NewPCG(4, 4))
	var e Evidence
	latency := func() float64 { return math.Log(math.Round(2000*math.Exp(0.05*rng.NormFloat64())) / 1e6) }
	for i := range 25 {
		m := Metric{Name: fmt.Sprint("m", i%3), Class: fmt.Sprint("c", i/3), Margin: 0.05, Group: 1}
		for range pairs {
			m.D = append(m.D, latency()-latency())
		}
		e.Metrics = append(e.Metrics, m)
	}
	for i := range 9 {
		class := Errors{Class: fmt.Sprint("c", i), Whole: i == 0, Margin: 0.005}
		for range pairs {
			class.Pairs = append(class.Pairs, ErrorPair{rng.IntN(2), 50, rng.IntN(2), 50})
		}
		e.Errors = append(e.Errors, class)
		e.Stalls = append(e.Stalls, Stalls{Class: class.Class, OnlyA: 2, OnlyB: 5, Pairs: pairs})
	}
	return e
}

func BenchmarkJudge(b *testing.B) {
	for _, pairs := range []int{48, 96, 300, 3000} {
		b.Run(fmt.Sprintf("%dpairs", pairs), func(b *testing.B) {
			e, r := bigEvidence(pairs), RuleFor(2)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Judge(e, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSignedRank(b *testing.B) {
	d := around(0.01, 0.05, 48)
	for b.Loop() {
		SignedRank(d, 0)
	}
}

func BenchmarkHLInterval(b *testing.B) {
	d := around(0.01, 0.05, 48)
	for b.Loop() {
		HLInterval(d, 0.025)
	}
}

func BenchmarkSignFlipDrawn(b *testing.B) {
	d := around(0.01, 0.05, 48)
	for b.Loop() {
		SignFlip(d, 0)
	}
}
