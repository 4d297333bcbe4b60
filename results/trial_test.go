package results

import (
	"math"
	"math/rand/v2"
	"time"

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
	classes  []Class
	header   func(*Header)
	class    func(name string) float64          // factor on B's latencies of a class; nil: 1
	slice    func(pair int, s *Slice)           // last changes of a measured slice; may be nil
	total    func(pair int, d *ClassData)       // the same of B's first class; may be nil
	stall    func(pair int) (a, b bool)         // a request of 300 ms; may be nil
	lag      func(pair int, arm string) float64 // in ms; nil: 0.01
}

// minute is 48 pairs of half a second at 100/s, of identical targets.
func minute() trial {
	return trial{pairs: 48, requests: 50, noise: 0.03, slow: 1, seed: 1, classes: []Class{{Name: "predict", Share: 1}}}
}

// mixed has classes of very different weight and cost.
func mixed() trial {
	t := minute()
	t.classes = []Class{{"predict", 0.70}, {"batch", 0.20}, {"info", 0.08}, {"health", 0.02}}
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

func (t trial) file() *File {
	f := openFile(nil)
	f.Path = "compared.jsonl"
	h := &f.Header
	h.Command, h.Seed, h.Classes = "compare", t.seed, t.classes
	h.Targets = []Target{{Arm: ArmA, Name: "legacy", URL: "http://127.0.0.1:5000"}, {Arm: ArmB, Name: "modern", URL: "http://127.0.0.1:8000"}}
	h.WarmupS, h.BudgetS = 3, 60
	if t.header != nil {
		t.header(h)
	}
	for _, arm := range f.Arms() {
		f.Slices = append(f.Slices, Slice{Type: "slice", Arm: arm, Phase: Warmup, DurationS: 3, Classes: map[string]*ClassData{}})
	}
	coin := rand.New(rand.NewPCG(t.seed, 1))
	at := 6.0
	for pair := 1; pair <= t.pairs; pair++ {
		order := []string{ArmA, ArmB}
		if coin.IntN(2) == 1 {
			order = []string{ArmB, ArmA}
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
func (t trial) measure(h *Header, pair int, arm string) *Slice {
	requests := rand.New(rand.NewPCG(t.seed, uint64(2*pair)))              // the same in both arms
	luck := rand.New(rand.NewPCG(t.seed^uint64(arm[0]), uint64(2*pair+1))) // of this slice
	common := math.Exp(t.noise * luck.NormFloat64())
	live := map[string]*stats.Live{}
	s := &Slice{Type: "slice", Arm: arm, Pair: pair, Phase: Measure, DurationS: sliceS, Classes: map[string]*ClassData{}}
	for range t.requests {
		class := pick(t.classes, requests.Float64())
		ms := base(class) * common * math.Exp(0.3*requests.NormFloat64())
		if arm == ArmB {
			ms *= t.slow
			if t.class != nil {
				ms *= t.class(class)
			}
		}
		if live[class] == nil {
			live[class] = stats.NewLive()
			s.Classes[class] = &ClassData{}
		}
		live[class].Record(time.Duration(ms * float64(time.Millisecond)))
		s.Classes[class].Sent++
	}
	if t.stall != nil { // of one more request, which both arms get
		first := t.classes[0].Name
		took := time.Duration(base(first) * float64(time.Millisecond))
		if a, b := t.stall(pair); arm == ArmA && a || arm == ArmB && b {
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
		d.Clocks = histograms{ClockService: l.Drain()}
		d.Planned, d.Done, d.Status = d.Sent, d.Sent, map[string]int64{"200": d.Sent}
		if h.Model == Open {
			d.Clocks[ClockResponse], d.Clocks[ClockLag] = d.Clocks[ClockService], repeat(int(d.Sent), lag)
		}
	}
	if t.total != nil && arm == ArmB {
		t.total(pair, s.Classes[t.classes[0].Name])
	}
	if t.slice != nil {
		t.slice(pair, s)
	}
	return s
}

func pick(classes []Class, at float64) string {
	for _, c := range classes {
		if at -= c.Share; at < 0 {
			return c.Name
		}
	}
	return classes[0].Name
}

// failing makes n requests of d fail with an unexpected status.
func (d *ClassData) failing(n int64) {
	n = min(n, d.Sent)
	d.Errors = map[string]int64{ErrStatus: n}
	d.Status = map[string]int64{"200": d.Sent - n, "503": n}
}

// closedModel turns f's slices into those of workers that wait: B answers rate
// times as many requests as A.
func closedModel(f *File, rate float64) {
	f.Header.Model, f.Header.Arrivals, f.Header.RateRPS, f.Header.Connections = Closed, "", 0, 8
	for i := range f.Slices {
		s := &f.Slices[i]
		for _, d := range s.Classes {
			d.Clocks[ClockResponse], d.Clocks[ClockLag] = nil, nil
			n := 1000 + int64(37*s.Pair%23)
			if s.Arm == ArmB {
				n = int64(rate * float64(n))
			}
			d.Planned, d.Sent, d.Done = n, n, n
			d.Clocks[ClockService] = repeat(int(n), 8*1000*s.DurationS/float64(n*int64(len(s.Classes))))
		}
	}
}

// swapped is f with its arms in each other's place.
func swapped(f *File) *File {
	other := map[string]string{ArmA: ArmB, ArmB: ArmA}
	out := *f
	out.Slices = append([]Slice{}, f.Slices...)
	for i := range out.Slices {
		out.Slices[i].Arm = other[out.Slices[i].Arm]
	}
	out.Header.Targets = []Target{f.Header.Targets[1], f.Header.Targets[0]}
	out.Header.Targets[0].Arm, out.Header.Targets[1].Arm = ArmA, ArmB
	return &out
}

func describe(c *Comparison) string {
	out := string(c.Verdict)
	if c.Improved {
		out += ", improved"
	}
	return out
}
