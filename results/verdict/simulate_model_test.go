package verdict_test

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// The model of a whole comparison, without a clock: two targets on one host, each
// a server that answers one request after the other (Lindley's recursion), under
// the pairs of slices that package loadgen interleaves. What comes of it are
// slices as the generator writes them. Times are seconds.
const (
	simWork   = 0.002 // mean work of a request
	simSigma  = 0.3   // of its logarithm
	simShared = 0.8   // of that variance is in the payload, the same for A and B
	simLong   = 0.01  // of the requests are four times the work
	simSettle = 0.06
	simWarmup = 3.0 // per target
	simStart  = 2.0 // of both targets, where a comparison starts them again and again
	simTick   = 0.01
	simLag    = 10 * time.Microsecond
)

// simHost is how the slowness of the host varies: standard deviations of its
// logarithm over 30 s, over 0.7 s and of a level redrawn every 20 s or so; bursts
// a second, each 1.3 to 3 times as slow for 0.4 s or so.
type simHost struct {
	name                  string
	drift, flutter, level float64
	bursts                float64
	trend                 float64 // the logarithm grows by so much each minute
	period                float64 // each so often it is 2.5 times as slow for 15% of the time; 0: never
	memory, spread        float64 // from slice to slice: AR(1), its coefficient and standard deviation
}

var (
	quietHost   = simHost{name: "quiet", drift: 0.01, flutter: 0.01, level: 0.01, bursts: 1.0 / 60}
	typicalHost = simHost{name: "typical", drift: 0.04, flutter: 0.03, level: 0.05, bursts: 1.0 / 15}
	hostileHost = simHost{name: "hostile", drift: 0.10, flutter: 0.08, level: 0.12, bursts: 1.0 / 6}
)

// slowness is the factor on all work at an instant, drawn tick by tick as far as
// it is asked for.
type slowness struct {
	simHost
	rng                        *rand.Rand
	ticks                      []float64
	drifts, flutters, levels   float64
	keepDrift, keepFlutter     float64
	moveDrift, moveFlutter     float64
	burst, until, phase, slice float64
}

func (s *slowness) reset(h simHost, rng *rand.Rand) {
	*s = slowness{simHost: h, rng: rng, ticks: s.ticks[:0]}
	s.drifts, s.flutters, s.levels = h.drift*rng.NormFloat64(), h.flutter*rng.NormFloat64(), h.level*rng.NormFloat64()
	s.keepDrift, s.keepFlutter = math.Exp(-simTick/30), math.Exp(-simTick/0.7)
	s.moveDrift, s.moveFlutter = h.drift*math.Sqrt(1-s.keepDrift*s.keepDrift), h.flutter*math.Sqrt(1-s.keepFlutter*s.keepFlutter)
	s.phase, s.slice = rng.Float64(), h.spread*rng.NormFloat64()
}

func (s *slowness) at(instant float64) float64 {
	tick := int(instant / simTick)
	for len(s.ticks) <= tick {
		s.ticks = append(s.ticks, s.next(float64(len(s.ticks))*simTick))
	}
	return s.ticks[tick]
}

func (s *slowness) next(now float64) float64 {
	s.drifts = s.keepDrift*s.drifts + s.moveDrift*s.rng.NormFloat64()
	s.flutters = s.keepFlutter*s.flutters + s.moveFlutter*s.rng.NormFloat64()
	if s.rng.Float64() < simTick/20 {
		s.levels = s.level * s.rng.NormFloat64()
	}
	if s.rng.Float64() < s.bursts*simTick {
		s.burst, s.until = 1.3+1.7*s.rng.Float64(), now+0.4*s.rng.ExpFloat64()
	}
	out := math.Exp(s.drifts + s.flutters + s.levels + s.trend*now/60)
	if now < s.until {
		out *= s.burst
	}
	if s.period > 0 && math.Mod(now/s.period+s.phase, 1) < 0.15 {
		out *= 2.5
	}
	return out
}

// ofSlice is what all of the next slice has in common beside that.
func (s *slowness) ofSlice() float64 {
	if s.spread == 0 {
		return 1
	}
	s.slice = s.memory*s.slice + s.spread*math.Sqrt(1-s.memory*s.memory)*s.rng.NormFloat64()
	return math.Exp(s.slice)
}

// simTarget is how a target differs from the plain one. Factors are on its work;
// 0 stands for 1.
type simTarget struct {
	slow        float64 // on all of it
	path, share float64 // on that share of the requests
	lasting     float64 // it freezes for so long,
	every       float64 // so often
	errors      float64 // share of requests
	cold, tau   float64 // on all of it as its warm-up begins, which fades with tau
	leak        float64 // what all of it grows by each minute, as a logarithm
	luck        float64 // standard deviation of the logarithm from launch to launch
}

// simRequest is what both slices of a pair have in common.
type simRequest struct {
	at      float64 // since the slice's settling began
	payload float64 // in standard deviations of the work's logarithm
	path    float64 // uniform
	long    bool
}

// condition is what a comparison is simulated under.
type condition struct {
	name      string
	host      simHost
	rate      float64
	constant  bool // arrivals; else poisson
	slice     float64
	a, b      simTarget
	afterA    float64 // factor on the work of a slice that follows one of A; 0: 1
	second    float64 // on that of the second slice of a pair; 0: 1
	perLaunch int     // pairs, after which both targets are started anew; 0: never
	looks     []int
}

// simulator makes comparisons, one after the other.
type simulator struct {
	condition
	file     *results.File
	host     slowness
	requests []simRequest
	live     *stats.Live
	lags     []*stats.Histogram // by number of requests

	now                 float64
	started             [2]float64 // when its warm-up began
	pair, launched      int
	previous            int // arm of the last slice; -1: none
	phase               [2]float64
	luck                [2]float64
	payloads, own, coin *rand.Rand
}

func newSimulator() *simulator { return &simulator{live: stats.NewLive()} }

func factor(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}

// begin is a comparison up to the end of its warm-up.
func (x *simulator) begin(c condition, seed uint64) {
	stream := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }
	x.condition = c
	x.payloads, x.own, x.coin = stream(1), stream(2), stream(3)
	x.host.reset(c.host, stream(4))
	x.file = &results.File{Header: results.Header{
		Type: "header", Tool: "simulation", Command: "compare",
		Scenario: results.Scenario{Name: "simulated"},
		Targets:  []results.Target{{Arm: results.ArmA, Name: "old", URL: "http://127.0.0.1:1"}, {Arm: results.ArmB, Name: "new", URL: "http://127.0.0.1:2"}},
		Model:    results.Open, Arrivals: "poisson", RateRPS: c.rate, TimeoutS: 5, WarmupS: simWarmup,
		Classes: []results.Class{{Name: "predict", Share: 1}},
		Seed:    seed, Start: time.Unix(0, 0).UTC(),
		Host: results.Host{OS: "linux", Arch: "amd64", Cores: 2, Go: "go", GOMAXPROCS: 2},
	}}
	x.now, x.pair, x.launched = 0, 0, 0
	for arm, t := range [2]simTarget{c.a, c.b} {
		x.phase[arm] = x.own.Float64() * t.every
	}
	x.launch()
}

// launch starts both targets and warms them up.
func (x *simulator) launch() {
	if x.perLaunch > 0 {
		x.now += simStart
		x.launched++
	}
	for arm, t := range [2]simTarget{x.a, x.b} {
		x.luck[arm], x.started[arm] = math.Exp(t.luck*x.own.NormFloat64()), x.now
		x.file.Slices = append(x.file.Slices, results.Slice{
			Type: "slice", Arm: []string{results.ArmA, results.ArmB}[arm], Phase: results.Warmup,
			Launch: x.launched, StartS: x.now, DurationS: simWarmup, Classes: map[string]*results.ClassData{},
		})
		x.now += simWarmup
	}
	x.previous = -1
}

// pairs goes on until there are n.
func (x *simulator) pairs(n int) {
	for x.pair < n {
		if x.perLaunch > 0 && x.pair > 0 && x.pair%x.perLaunch == 0 {
			x.launch()
		}
		x.pair++
		x.draw()
		first := x.coin.IntN(2)
		for position, arm := range [2]int{first, 1 - first} {
			x.measure(arm, position)
		}
	}
}

// draw makes the requests of a pair.
func (x *simulator) draw() {
	x.requests = x.requests[:0]
	gap := func() float64 {
		if x.constant {
			return 1 / x.rate
		}
		return x.payloads.ExpFloat64() / x.rate
	}
	for at := gap(); at < simSettle+x.slice; at += gap() {
		x.requests = append(x.requests, simRequest{at, x.payloads.NormFloat64(), x.payloads.Float64(), x.payloads.Float64() < simLong})
	}
}

// measure is one slice.
func (x *simulator) measure(arm, position int) {
	t := [2]simTarget{x.a, x.b}[arm]
	common := factor(t.slow) * x.luck[arm] * x.host.ofSlice() * simWork * math.Exp(-simSigma*simSigma/2)
	if x.previous == 0 {
		common *= factor(x.afterA)
	}
	if position == 1 {
		common *= factor(x.second)
	}
	if t.leak > 0 {
		common *= math.Exp(t.leak * (x.now - x.started[arm]) / 60)
	}
	if t.cold > 0 {
		common *= 1 + (t.cold-1)*math.Exp(-(x.now-x.started[arm])/t.tau)
	}
	x.previous = arm
	begins, ends := x.now+simSettle, x.now+simSettle+x.slice
	d := &results.ClassData{Status: map[string]int64{}}
	s := results.Slice{
		Type: "slice", Arm: []string{results.ArmA, results.ArmB}[arm], Pair: x.pair, Position: position + 1, Launch: x.launched, Phase: results.Measure,
		StartS: begins, DurationS: x.slice, RateRPS: x.rate, Classes: map[string]*results.ClassData{"predict": d},
	}
	failed, free := int64(0), x.now
	for i := range x.requests {
		r := &x.requests[i]
		planned := x.now + r.at
		free = max(free, planned)
		if t.lasting > 0 {
			free = max(free, t.every*math.Floor((free+x.phase[arm])/t.every)-x.phase[arm]+t.lasting)
		}
		work := common * math.Exp(simSigma*(math.Sqrt(simShared)*r.payload+math.Sqrt(1-simShared)*x.own.NormFloat64()))
		if r.long {
			work *= 4
		}
		if r.path < t.share {
			work *= t.path
		}
		free += work * x.host.at(free)
		fails := t.errors > 0 && x.own.Float64() < t.errors
		if planned < begins {
			s.Discarded++
			if fails {
				s.SettleErrors++
			}
			if free >= begins && free < ends {
				d.Carried++
			}
			continue
		}
		x.live.Record(time.Duration((free - planned) * float64(time.Second)))
		d.Sent++
		if free >= ends {
			d.Late++
		}
		if fails {
			failed++
		}
	}
	d.Planned, d.Done = d.Sent, d.Sent
	if failed > 0 {
		d.Errors, d.Status["503"] = map[string]int64{results.ErrStatus: failed}, failed
	}
	d.Status["200"] = d.Sent - failed
	response := x.live.Drain()
	d.Clocks = map[string]*stats.Histogram{results.ClockResponse: response, results.ClockService: response, results.ClockFirstByte: response, results.ClockLag: x.lag(int(d.Sent))}
	x.now = max(ends, free)
	s.DrainS = x.now - ends
	x.file.Slices = append(x.file.Slices, s)
}

// lag is what the generator shows on an idle core.
func (x *simulator) lag(requests int) *stats.Histogram {
	for len(x.lags) <= requests {
		for range len(x.lags) {
			x.live.Record(simLag)
		}
		x.lags = append(x.lags, x.live.Drain())
	}
	return x.lags[requests]
}

// end closes the file as a measurement that came to its end does.
func (x *simulator) end() {
	x.file.Footer = &results.Footer{Type: "footer", End: time.Unix(int64(x.now), 0).UTC(), Ended: results.Completed}
}
