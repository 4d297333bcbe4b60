package verdict

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// trial is a comparison without a clock: real histograms of latencies that a
// seed gives. Both slices of a pair draw the same ones, as both targets get the
// same requests.
type trial struct {
	pairs    int
	requests int     // per slice, all classes together
	noise    float64 // standard deviation of what is common to a slice, of the logarithm
	slow     float64 // factor on B's latencies
	seed     uint64
	classes  []results.Class
	header   func(*results.Header)
	class    func(name string) float64            // factor on B's latencies of a class; nil: 1
	slice    func(pair int, s *results.Slice)     // last changes of a measured slice; may be nil
	total    func(pair int, d *results.ClassData) // the same of B's first class; may be nil
	stall    func(pair int) (a, b bool)           // a request of 300 ms; may be nil
	lag      func(pair int, arm string) float64   // in ms; nil: 0.01
}

// minute is 48 pairs of half a second at 100/s, of identical targets.
func minute() trial {
	return trial{pairs: 48, requests: 50, noise: 0.03, slow: 1, seed: 1, classes: []results.Class{{Name: "predict", Share: 1}}}
}

// mixed has classes of very different weight and cost.
func mixed() trial {
	t := minute()
	t.classes = []results.Class{{Name: "predict", Share: 0.70}, {Name: "batch", Share: 0.20}, {Name: "info", Share: 0.08}, {Name: "health", Share: 0.02}}
	return t
}

// base is a class's latency in ms.
func base(class string) float64 {
	switch class {
	case "batch":
		return 12
	case "info":
		return 1
	case "health":
		return 0.2
	}
	return 2
}

const sliceS, settleS = 0.5, 0.06

func (t trial) file() *results.File {
	f := openFile(nil)
	f.Path = "compared.jsonl"
	h := &f.Header
	h.Command, h.Seed, h.Classes = "compare", t.seed, t.classes
	h.Targets = []results.Target{{Arm: results.ArmA, Name: "legacy", URL: "http://127.0.0.1:5000"}, {Arm: results.ArmB, Name: "modern", URL: "http://127.0.0.1:8000"}}
	h.WarmupS, h.BudgetS = 3, 60
	if t.header != nil {
		t.header(h)
	}
	for _, arm := range f.Arms() {
		f.Slices = append(f.Slices, results.Slice{Type: "slice", Arm: arm, Phase: results.Warmup, DurationS: 3, Classes: map[string]*results.ClassData{}})
	}
	coin := rand.New(rand.NewPCG(t.seed, 1))
	at := 6.0
	for pair := 1; pair <= t.pairs; pair++ {
		order := []string{results.ArmA, results.ArmB}
		if coin.IntN(2) == 1 {
			order = []string{results.ArmB, results.ArmA}
		}
		for i, arm := range order {
			s := t.measure(h, pair, arm)
			s.Position, s.StartS = i+1, at+settleS
			at += settleS + sliceS
			f.Slices = append(f.Slices, *s)
		}
	}
	return f
}

// measure is one slice.
func (t trial) measure(h *results.Header, pair int, arm string) *results.Slice {
	requests := rand.New(rand.NewPCG(t.seed, uint64(2*pair)))              // the same in both arms
	luck := rand.New(rand.NewPCG(t.seed^uint64(arm[0]), uint64(2*pair+1))) // of this slice
	common := math.Exp(t.noise * luck.NormFloat64())
	live := map[string]*stats.Live{}
	s := &results.Slice{Type: "slice", Arm: arm, Pair: pair, Phase: results.Measure, DurationS: sliceS, Classes: map[string]*results.ClassData{}}
	for range t.requests {
		class := pick(t.classes, requests.Float64())
		ms := base(class) * common * math.Exp(0.3*requests.NormFloat64())
		if arm == results.ArmB {
			ms *= t.slow
			if t.class != nil {
				ms *= t.class(class)
			}
		}
		if live[class] == nil {
			live[class] = stats.NewLive()
			s.Classes[class] = &results.ClassData{}
		}
		live[class].Record(time.Duration(ms * float64(time.Millisecond)))
		s.Classes[class].Sent++
	}
	if t.stall != nil { // of one more request, which both arms get
		first := t.classes[0].Name
		took := time.Duration(base(first) * float64(time.Millisecond))
		if a, b := t.stall(pair); arm == results.ArmA && a || arm == results.ArmB && b {
			took = 300 * time.Millisecond
		}
		live[first].Record(took)
		s.Classes[first].Sent++
	}
	lag := 0.01
	if t.lag != nil {
		lag = t.lag(pair, arm)
	}
	for class, l := range live {
		d := s.Classes[class]
		d.Clocks = map[string]*stats.Histogram{results.ClockService: l.Drain()}
		d.Planned, d.Done, d.Status = d.Sent, d.Sent, map[string]int64{"200": d.Sent}
		if h.Model == results.Open {
			d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag] = d.Clocks[results.ClockService], repeat(int(d.Sent), lag)
		}
	}
	if t.total != nil && arm == results.ArmB {
		t.total(pair, s.Classes[t.classes[0].Name])
	}
	if t.slice != nil {
		t.slice(pair, s)
	}
	return s
}

func pick(classes []results.Class, at float64) string {
	for _, c := range classes {
		if at -= c.Share; at < 0 {
			return c.Name
		}
	}
	return classes[0].Name
}

// failing makes n requests of d fail with an unexpected status.
func failing(d *results.ClassData, n int64) {
	n = min(n, d.Sent)
	d.Errors = map[string]int64{results.ErrStatus: n}
	d.Status = map[string]int64{"200": d.Sent - n, "503": n}
}

// closedModel turns f's slices into those of workers that wait: B answers rate
// times as many requests as A.
func closedModel(f *results.File, rate float64) {
	f.Header.Model, f.Header.Arrivals, f.Header.RateRPS, f.Header.Connections = results.Closed, "", 0, 8
	for i := range f.Slices {
		s := &f.Slices[i]
		for _, d := range s.Classes {
			d.Clocks[results.ClockResponse], d.Clocks[results.ClockLag] = nil, nil
			n := 1000 + int64(37*s.Pair%23)
			if s.Arm == results.ArmB {
				n = int64(rate * float64(n))
			}
			d.Planned, d.Sent, d.Done = n, n, n
			d.Clocks[results.ClockService] = repeat(int(n), 8*1000*s.DurationS/float64(n*int64(len(s.Classes))))
		}
	}
}

// swapped is f with its arms in each other's place.
func swapped(f *results.File) *results.File {
	other := map[string]string{results.ArmA: results.ArmB, results.ArmB: results.ArmA}
	out := *f
	out.Slices = append([]results.Slice{}, f.Slices...)
	for i := range out.Slices {
		out.Slices[i].Arm = other[out.Slices[i].Arm]
	}
	out.Header.Targets = []results.Target{f.Header.Targets[1], f.Header.Targets[0]}
	out.Header.Targets[0].Arm, out.Header.Targets[1].Arm = results.ArmA, results.ArmB
	return &out
}

func describe(c *Comparison) string {
	out := string(c.Verdict)
	if c.Improved {
		out += ", improved"
	}
	return out
}
