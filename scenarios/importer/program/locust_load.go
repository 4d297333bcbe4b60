package program

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// common is a multiple of whole numbers, where it is small.
func common(all []float64) float64 {
	out := 1.0
	for _, f := range all {
		if f != math.Trunc(f) || out*f > 1e6 {
			return 1
		}
		out *= f / divisor(out, f)
	}
	return out
}

func divisor(a, b float64) float64 {
	for b != 0 {
		a, b = b, math.Mod(a, b)
	}
	return a
}

// simplified makes whole shares as small as they can be.
func simplified(all []float64) {
	by := 0.0
	for _, f := range all {
		if f != math.Trunc(f) {
			return
		}
		by = divisor(f, by)
	}
	if by > 1 && len(all) > 1 {
		for i := range all {
			all[i] /= by
		}
	}
}

// pauseOf is a wait in seconds, as a think time.
func pauseOf(v any) string {
	if f, ok := numberOf(v); ok && f > 0 {
		return seconds(f)
	}
	if _, least, most, ok := limits(v); ok && most > 0 {
		return fmt.Sprintf("uniform(%s, %s)", seconds(math.Max(0, least)), seconds(most))
	}
	return ""
}

func seconds(f float64) string {
	if f >= 1 || f == 0 {
		return strconv.FormatFloat(math.Round(f*1e3)/1e3, 'f', -1, 64) + "s"
	}
	return strconv.FormatFloat(math.Max(math.Round(f*1e6)/1e3, 0.001), 'f', -1, 64) + "ms"
}

// waiting is what a user waits between its tasks, as a think time.
func (p *program) waiting(u *instance) string {
	wait, _ := p.waitTime(u)
	return wait
}

// waitTime is the think time, and else what keeps the pace.
func (p *program) waitTime(u *instance) (think, pacing string) {
	for at := u; at != nil; at = nil {
		for i := len(at.of.node.Block) - 1; i >= 0; i-- {
			n := at.of.node.Block[i]
			if n.Kind == script.Assign && n.Kids[0].Is("wait_time") {
				return p.waitCall(n.Kids[1], at.of.scope)
			}
		}
	}
	if v, ok := p.inheritedWait(u.of, maxProgramCalls); ok {
		return p.waitCall(v, u.of.scope)
	}
	least, ok1 := p.classValue(u.of, "min_wait", maxProgramCalls)
	most, ok2 := p.classValue(u.of, "max_wait", maxProgramCalls)
	x, isNumber1 := numberOf(least)
	y, isNumber2 := numberOf(most)
	if ok1 && ok2 && isNumber1 && isNumber2 && y >= x && x >= 0 && y > 0 {
		return fmt.Sprintf("uniform(%s, %s)", seconds(x/1000), seconds(y/1000)), ""
	}
	return "", ""
}

// inheritedWait is the wait_time of a class that it is made of.
func (p *program) inheritedWait(c *class, depth int) (*script.Node, bool) {
	if depth == 0 {
		return nil, false
	}
	for _, base := range c.node.Kids {
		b, ok := p.eval(base, c.scope).(*class)
		if !ok {
			continue
		}
		for _, n := range b.node.Block {
			if n.Kind == script.Assign && n.Kids[0].Is("wait_time") {
				return n.Kids[1], true
			}
		}
		if n, ok := p.inheritedWait(b, depth-1); ok {
			return n, true
		}
	}
	return nil, false
}

func (p *program) waitCall(n *script.Node, s *scope) (think, pacing string) {
	if n.Kind == script.Function && len(n.Block) == 1 && n.Block[0].Kind == script.Return { // lambda self: 1
		v := p.eval(n.Block[0].Kids[0], s)
		return pauseOf(v), ""
	}
	if n.Kind != script.Call {
		return "", ""
	}
	a := p.arguments(n, s)
	x, ok := numberOf(a.get(0, "min_wait"))
	switch path := n.Kids[0].Path(); path[strings.LastIndexByte(path, '.')+1:] {
	case "between":
		if y, ok2 := numberOf(a.get(1, "max_wait")); ok && ok2 && y >= x && y > 0 && x >= 0 {
			if x == y {
				return seconds(x), ""
			}
			return fmt.Sprintf("uniform(%s, %s)", seconds(x), seconds(y)), ""
		}
	case "constant":
		if ok = ok || numberIn(a, &x); ok && x > 0 {
			return seconds(x), ""
		}
	case "constant_pacing":
		if ok = ok || numberIn(a, &x); ok && x > 0 {
			return "", seconds(x)
		}
	case "constant_throughput":
		if ok = ok || numberIn(a, &x); ok && x > 0 {
			return "", strconv.FormatFloat(x, 'f', -1, 64) + "/s"
		}
	}
	return "", ""
}

func numberIn(a arguments, x *float64) bool {
	for _, v := range a.named {
		if f, ok := numberOf(v); ok {
			*x = f
			return true
		}
	}
	return false
}

// waitOf says how a user waits, and how a load has it.
func (l *locustfile) waitOf(u *instance) (wait, line string) {
	think, pacing := l.waitTime(u)
	switch {
	case think != "":
		return think, "think: " + think
	case pacing != "":
		return "pacing " + pacing, "pacing: " + pacing
	}
	return "none", ""
}

// shape is that of a LoadTestShape with literal stages; without one, what the
// command line of Locust says.
func (l *locustfile) shape() {
	usual := []string{"connections: 10 # as --users of Locust", "duration: 1m # as --run-time"}
	for _, name := range l.declared(script.Class) {
		v, _ := l.globals.get(name)
		c, ok := v.(*class)
		if !ok || !l.is(c, maxProgramCalls, "LoadTestShape") {
			continue
		}
		stages, _ := l.classValue(c, "stages", 2)
		list, _ := stages.([]any)
		if text := shapeOf(list); text != "" {
			usual = connectionsOver(text)
		} else {
			l.load.About = append(l.load.About, fmt.Sprintf("line %d: how %s changes the number of users is not read.", c.node.Line, name))
		}
	}
	l.timeout()
	l.load.Lines = append(usual, l.load.Lines...)
	l.d.Loads = []draft.Load{l.load}
	for _, f := range l.onces {
		l.addOnce(f)
	}
}

// shapeOf are the numbers of users over time. Durations are since the start, as
// Locust's own examples have them; users come and go as fast as spawn_rate says.
func shapeOf(list []any) string {
	var parts []string
	from, users := 0.0, 0.0
	for _, v := range list {
		stage, ok := v.(example.Pairs)
		until, ok1 := numberOf(stage.Get("duration"))
		target, ok2 := numberOf(stage.Get("users"))
		if !ok || !ok1 || !ok2 || until <= from || target < 0 || len(parts) > maxFlow {
			return ""
		}
		length := until - from
		ramp := 0.0
		if rate, ok := numberOf(stage.Get("spawn_rate")); ok && rate > 0 {
			ramp = math.Min(math.Ceil(math.Abs(target-users)/rate), length)
		}
		at := strconv.FormatFloat(target, 'f', -1, 64)
		parts = append(parts, seconds(ramp)+":"+at)
		if ramp < length {
			parts = append(parts, seconds(length-ramp)+":"+at)
		}
		from, users = until, target
	}
	if len(parts) == 0 {
		return ""
	}
	return "stages(" + strings.Join(parts, ", ") + ")"
}
