package scenarios

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/loadgen/send"
)

// zipfShares are the shares of the ranks by definition.
func zipfShares(n int, s float64) []float64 {
	p, sum := make([]float64, n), 0.0
	for k := range p {
		p[k] = math.Pow(float64(k+1), -s)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// The ranks come as often as Zipf's law says. The sequence in the value is its
// rank. 19 degrees of freedom: over 43.8 by chance for one seed in a thousand.
func TestZipfFrequencies(t *testing.T) {
	const distinct, draws = 20, 50_000
	for _, s := range []float64{0, 0.5, 1, 2} {
		seen, want := map[string]float64{}, map[string]float64{}
		for k, p := range zipfShares(distinct, s) {
			want[fmt.Sprint(k+1)] = p * draws
		}
		for _, b := range bodies(t, request(fmt.Sprintf("{$zipf: {of: {$sequence: }, distinct: %d, exponent: %v}}", distinct, s), ""), 11, draws) {
			seen[b]++
		}
		if chi := chiSquare(seen, want); chi > 43.8 {
			t.Errorf("exponent %v: chi-square %.1f, seen %v", s, chi, seen)
		}
	}
}

// What a cache without a limit answers of the first n requests: 1 - D/n, where
// D = Σ 1-(1-p)^n is how many different values are expected among them.
func TestZipfHitShareOfTheFirstRequests(t *testing.T) {
	const distinct, draws, s = 1000, 2000, 1.0
	var hits float64
	const seeds = 20
	for seed := range uint64(seeds) {
		hits += hitShare(bodies(t, request(fmt.Sprintf("{features: {$zipf: {of: {$vector: {size: 4}}, distinct: %d}}}", distinct), ""), seed, draws), distinct)
	}
	var different float64
	for _, p := range zipfShares(distinct, s) {
		different += 1 - math.Pow(1-p, draws)
	}
	if got, want := hits/seeds, 1-different/draws; !near(got, want, seeds*draws) {
		t.Errorf("hit share %.4f, want %.4f", got, want)
	}
}

// hitShare is what a cache of so many entries, which replaces the least recently
// used, answers of the bodies.
func hitShare(bodies []string, entries int) float64 {
	hits := 0
	used, now := map[string]int{}, 0
	for _, b := range bodies {
		now++
		if _, ok := used[b]; ok {
			hits++
		} else if len(used) == entries {
			oldest := ""
			for k, at := range used {
				if oldest == "" || at < used[oldest] {
					oldest = k
				}
			}
			delete(used, oldest)
		}
		used[b] = now
	}
	return float64(hits) / float64(len(bodies))
}

// What a cache of fewer entries than there are values answers, by Che's
// approximation: Σ p(1-e^(-pT)), with T such that Σ 1-e^(-pT) = entries.
func TestZipfHitShareOfASmallCache(t *testing.T) {
	const distinct, entries, draws = 500, 50, 20_000
	got := hitShare(bodies(t, request(fmt.Sprintf("{$zipf: {of: {$int: {max: 1000000}}, distinct: %d, exponent: 0.8}}", distinct), ""), 3, draws), entries)
	p := zipfShares(distinct, 0.8)
	sum := func(T float64, weight func(p float64) float64) (s float64) {
		for _, p := range p {
			s += weight(p) * (1 - math.Exp(-p*T))
		}
		return s
	}
	lo, hi := 0.0, 1e6
	for range 100 {
		if mid := (lo + hi) / 2; sum(mid, func(float64) float64 { return 1 }) < entries {
			lo = mid
		} else {
			hi = mid
		}
	}
	if want := sum(lo, func(p float64) float64 { return p }); math.Abs(got-want) > 0.02 {
		t.Errorf("hit share %.3f, want %.3f", got, want)
	}
}

// With new values, a cache that holds the hot set answers the rest: the pool is
// sent as the engine sends it, over and over.
func TestZipfNewIsTheShareOfMisses(t *testing.T) {
	for _, share := range []float64{0.05, 0.3, 0.8} {
		sc := parse(t, request(fmt.Sprintf("{features: {$zipf: {of: {$vector: {size: 4}}, distinct: 100, new: %v}}}", share), ""))
		pool := compile(t, sc, CompileOptions{Seed: 9}).Classes[0].Pool
		cache, hits, requests := map[string]bool{}, 0, 0
		for pass := range 5 {
			for i, p := range pool {
				for _, at := range p.Fresh {
					copy(p.Body[at:], fmt.Sprintf("%0*d", send.FreshDigits, pass*len(pool)+i))
				}
				if pass > 0 { // the first fills the cache
					requests++
					if cache[string(p.AppendHTTP1(nil))] {
						hits++
					}
				}
				cache[string(p.AppendHTTP1(nil))] = true
			}
		}
		if got := float64(hits) / float64(requests); math.Abs(got-(1-share)) > 0.002 {
			t.Errorf("new %v: hit share %.4f", share, got)
		}
	}
}

// Hot values are the same bytes every time, though vectors and ids are fresh
// elsewhere; they are different from one another.
func TestHotValuesAreNotFresh(t *testing.T) {
	sc := parse(t, request("{hot: {$zipf: {of: {v: {$vector: {size: 2}}, id: {$id: }, text: {$text: {tokens: 2}}}, distinct: 10}}}", ""))
	values := map[string]bool{}
	for _, p := range compile(t, sc, CompileOptions{Seed: 2}).Classes[0].Pool {
		if len(p.Fresh) > 0 {
			t.Fatalf("fresh digits in %s", p.AppendHTTP1(nil))
		}
		values[string(p.AppendHTTP1(nil))] = true
	}
	if len(values) != 10 {
		t.Errorf("%d different values, want 10", len(values))
	}
	sc = parse(t, request("{id: {$id: }, hot: {$zipf: {of: {$vector: {size: 2}}, distinct: 10}}}", ""))
	if p := compile(t, sc, CompileOptions{PoolSize: 1}).Classes[0].Pool[0]; len(p.Fresh) != 1 {
		t.Errorf("%d fresh places, want that of the id", len(p.Fresh))
	}
}

func TestZipfWithoutEnoughValues(t *testing.T) {
	for _, body := range []string{"{$int: {max: 5}}", "{$row: people}", "x"} {
		src := "data: {people: {file: people.csv}}\nrequests: [{name: a, body: {json: [{$row: people}, {$zipf: {of: " + body + ", distinct: 50}}]}}]"
		sc, err := Parse([]byte(src), "testdata/rows/x.yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, err = Compile(sc, CompileOptions{Target: target(t, "modern")})
		if want := "requests[0].body: $zipf: found no 50 different values"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}
