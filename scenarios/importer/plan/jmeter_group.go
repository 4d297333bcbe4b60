package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// jmxGroup is a thread group: users who do the same.
type jmxGroup struct {
	tag, name string
	steps     []draft.Request
	after     []string // notes behind the last step
	whole     bool     // one transaction controller holds all of it

	threads  int
	ramp     time.Duration
	hold     time.Duration // of all, with the ramp; 0: by loops
	loops    int           // 0: for ever
	stages   string        // clients over time
	shape    string        // a rate over time
	rate     float64       // requests per minute, of all threads; 0: none
	pace     float64       // requests per minute, of each thread
	constant bool          // the rate has equal gaps
	think    string        // before each iteration
}

func (j *jmeter) group(n jmxNode, scope jmxScope) *jmxGroup {
	g := &jmxGroup{tag: n.tag, name: n.attrs["testname"]}
	j.captured = map[string]bool{}
	g.clients(j, n)
	j.threads = g.threads
	inner := scope.with(n.below.nodes())
	for _, all := range []jmxScope{inner} {
		for _, t := range all {
			g.throughput(j, t)
		}
	}
	eachNode(n.below, func(t jmxNode) { g.throughput(j, t) })
	if below := controllers(n.below.nodes()); len(below) == 1 && below[0].tag == "TransactionController" {
		g.whole = true
	}
	if cookies := inner.of("CookieManager"); len(cookies) > 0 {
		j.Scenario.Cookies = true
	}
	g.steps = j.walk(n.below, scope)
	g.after = j.TakeNotes()
	return g
}

// controllers are what sends requests.
func controllers(all []jmxNode) (out []jmxNode) {
	for _, n := range all {
		if isSampler(n.tag) || isController(n.tag) {
			out = append(out, n)
		}
	}
	return out
}

func eachNode(tree *jmxElement, visit func(jmxNode)) {
	for _, n := range tree.nodes() {
		visit(n)
		eachNode(n.below, visit)
	}
}

func (j *jmeter) seconds(s string) time.Duration {
	return time.Duration(min(max(j.number(s), 0), 1e6) * float64(time.Second))
}

// clients reads how many threads there are, and when.
func (g *jmxGroup) clients(j *jmeter, n jmxNode) {
	g.threads = max(j.count(n.prop("ThreadGroup.num_threads", "TargetLevel")), 1)
	g.ramp = j.seconds(n.prop("ThreadGroup.ramp_time"))
	loop := n.find("ThreadGroup.main_controller")
	g.loops = 1
	if loop != nil {
		if loops := j.number(loop.prop("LoopController.loops")); loops < 0 {
			g.loops = 0
		} else {
			g.loops = max(j.count(loop.prop("LoopController.loops")), 1)
		}
		if loop.is("LoopController.continue_forever") && n.is("ThreadGroup.scheduler") && g.loops <= 1 {
			g.loops = 0
		}
	}
	if n.is("ThreadGroup.scheduler") || g.loops == 0 {
		g.hold = j.seconds(n.prop("ThreadGroup.duration"))
	}
	unit := time.Second
	if strings.HasPrefix(strings.ToUpper(n.prop("Unit")), "M") {
		unit = time.Minute
	}
	times := func(name string) time.Duration { return j.seconds(n.prop(name)) * (unit / time.Second) }
	switch {
	case strings.HasSuffix(n.tag, "ConcurrencyThreadGroup"):
		g.ramp, g.loops = times("RampUp"), 0
		g.hold = g.ramp + times("Hold")
		if g.ramp > 0 {
			g.stages = fmt.Sprintf("stages(%s:%d, %s:%d)", spanText(g.ramp), g.threads, spanText(times("Hold")), g.threads)
		}
	case strings.HasSuffix(n.tag, "ArrivalsThreadGroup") && !strings.HasSuffix(n.tag, "FreeFormArrivalsThreadGroup"):
		g.rate, g.loops, g.hold = j.number(n.prop("TargetLevel"))*float64(time.Minute/unit), 0, times("RampUp")+times("Hold")
		g.threads = 1
		if ramp := times("RampUp"); ramp > 0 {
			g.shape = fmt.Sprintf("stages(%s:%s, %s:%s)", spanText(ramp), numberText(g.rate/60), spanText(times("Hold")), numberText(g.rate/60))
		}
	case strings.HasSuffix(n.tag, "UltimateThreadGroup"):
		g.ultimate(j, n)
	case strings.HasSuffix(n.tag, "SteppingThreadGroup"):
		g.stepping(j, n)
	}
}

func spanText(d time.Duration) string {
	return millis(float64(max(d, time.Millisecond) / time.Millisecond)) // no stage but the first lasts no time
}

func numberText(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", f), "0"), ".")
}

// ultimate adds up rows of threads, delay, startup, hold and shutdown.
func (g *jmxGroup) ultimate(j *jmeter, n jmxNode) {
	type edge struct {
		at    time.Duration
		slope float64 // clients per second from here on
	}
	var edges []edge
	for _, row := range n.items("ultimatethreadgroupdata") {
		if len(row.kids) < 5 || len(edges) > 400 {
			continue
		}
		v := make([]float64, 5)
		for i := range v {
			v[i] = max(j.number(row.kids[i].text), 0)
		}
		at := time.Duration(v[1] * float64(time.Second))
		for _, leg := range []struct{ seconds, sign float64 }{{max(v[2], 1), 1}, {v[3], 0}, {max(v[4], 1), -1}} {
			for _, e := range []float64{leg.sign, -leg.sign} {
				if e != 0 {
					edges = append(edges, edge{at, e * v[0] / leg.seconds})
				}
				if e == leg.sign {
					at += time.Duration(leg.seconds * float64(time.Second))
				}
			}
		}
	}
	// The sum of ramps, stage by stage.
	var parts []string
	var now time.Duration
	level, slope, most := 0.0, 0.0, 0.0
	for len(edges) > 0 {
		next := edges[0].at
		for _, e := range edges {
			next = min(next, e.at)
		}
		if next > now {
			level += slope * (next - now).Seconds()
			parts = append(parts, fmt.Sprintf("%s:%d", spanText(next-now), int(max(level+0.5, 0))))
			now, most = next, max(most, level)
		}
		rest := edges[:0]
		for _, e := range edges {
			if e.at == next {
				slope += e.slope
			} else {
				rest = append(rest, e)
			}
		}
		edges = rest
	}
	g.loops, g.hold, g.threads = 0, now, max(int(most+0.5), 1)
	if len(parts) > 0 {
		g.stages = "stages(" + strings.Join(parts, ", ") + ")"
	}
}

// stepping adds so many threads every so often.
func (g *jmxGroup) stepping(j *jmeter, n jmxNode) {
	first, step := j.count(n.prop("Start users count burst")), j.count(n.prop("Start users count"))
	every, within := j.seconds(n.prop("Start users period")), j.seconds(n.prop("rampUp"))
	hold := j.seconds(n.prop("flighttime"))
	level := min(max(first, 0), g.threads)
	parts := []string{fmt.Sprintf("0s:%d", level)} // a stage begins, the others last
	const most = 100
	for level < g.threads && step > 0 && len(parts) < most {
		if every > 0 {
			parts = append(parts, fmt.Sprintf("%s:%d", spanText(every), level))
			g.hold += every
		}
		level = min(level+step, g.threads)
		parts = append(parts, fmt.Sprintf("%s:%d", spanText(within), level))
		g.hold += within
	}
	parts = append(parts, fmt.Sprintf("%s:%d", spanText(hold), g.threads))
	g.hold, g.loops = g.hold+hold, 0
	g.stages = "stages(" + strings.Join(parts, ", ") + ")"
}

// throughput reads timers that hold a rate.
func (g *jmxGroup) throughput(j *jmeter, n jmxNode) {
	switch n.tag {
	case "ConstantThroughputTimer":
		perMinute := j.number(n.prop("throughput"))
		if mode := j.plain(n.prop("calcMode")); mode == "" || mode == "0" {
			g.pace = perMinute
		} else {
			g.rate, g.constant = perMinute, true
		}
	case "PreciseThroughputTimer":
		if period := j.number(n.prop("throughputPeriod")); period > 0 {
			g.rate = j.number(n.prop("throughput")) / period * 60
		}
	case "kg.apc.jmeter.timers.VariableThroughputTimer":
		var parts []string
		for _, row := range n.items("load_profile") {
			if len(row.kids) < 3 || len(parts) > 100 {
				continue
			}
			from, to, d := j.number(row.kids[0].text), j.number(row.kids[1].text), j.seconds(row.kids[2].text)
			begin := "0s:"
			if len(parts) > 0 {
				begin = "1ms:"
			}
			parts = append(parts, begin+numberText(max(from, 0)), spanText(d)+":"+numberText(max(to, 0)))
			g.hold += d
		}
		if len(parts) > 0 {
			g.shape, g.constant = "stages("+strings.Join(parts, ", ")+")", true
		}
	}
}
