package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// walk makes steps of what stands in a tree, in its order.
func (j *jmeter) walk(tree *jmxElement, outer jmxScope) (steps []draft.Request) {
	nodes := tree.nodes()
	scope := outer.with(nodes)
	for _, n := range nodes {
		switch {
		case isHTTP(n.tag):
			r, why := j.sampler(n, scope)
			if j.count1(n, why == ""); why != "" {
				j.unread(n.jmxElement, why)
				continue
			}
			r.Think = j.think(append(scope[:len(scope):len(scope)], n.below.nodes()...))
			r.About = j.TakeNotes()
			steps = append(steps, r)
		case n.tag == "TestAction":
			j.pause(n)
		case isSampler(n.tag):
			if runsProgram(n.tag) {
				j.unread(n.jmxElement, "a program, which is not run")
			} else if n.tag != "DebugSampler" {
				j.count1(n, false)
				j.unread(n.jmxElement, "requests are HTTP's")
			}
		case isController(n.tag):
			steps = append(steps, j.controller(n, scope)...)
		case runsProgram(n.tag):
			j.unread(n.jmxElement, "a program, which is not run")
		case isExtractor(n.tag):
			j.unread(n.jmxElement, "it takes values from every answer: put it below the request that has them")
		}
	}
	return steps
}

// count1 counts a request, once.
func (j *jmeter) count1(n jmxNode, read bool) {
	if j.seen[n.jmxElement] {
		return
	}
	j.seen[n.jmxElement] = true
	if j.Scenario.Of++; read {
		j.Scenario.Read++
	}
}

func runsProgram(tag string) bool {
	return strings.HasPrefix(tag, "JSR223") || strings.HasPrefix(tag, "BeanShell") || strings.HasPrefix(tag, "BSF") || tag == "SystemSampler" || tag == "JavaSampler"
}

// controller makes steps of what a controller holds.
func (j *jmeter) controller(n jmxNode, scope jmxScope) []draft.Request {
	switch n.tag {
	case "ThroughputController":
		return j.throughputController(n, scope)
	case "RandomController", "InterleaveControl":
		return j.oneOf(n, scope)
	case "RandomOrderController":
		j.Note("", fmt.Sprintf("Line %d: %s: in random order in the original.", n.line, n.title()))
	case "LoopController":
		return j.loop(n, scope)
	case "OnceOnlyController":
		if j.onceLogin(n, scope) {
			return nil
		}
		j.Note("", fmt.Sprintf("Line %d: %s: once for each thread in the original, here in every journey.", n.line, n.title()))
	case "IfController":
		condition := strings.TrimSpace(n.prop("IfController.condition"))
		if !strings.Contains(condition, "last_sample_ok") { // a journey ends by itself with what fails
			j.Note("", fmt.Sprintf("Line %d: %s: only if %s in the original, here always.", n.line, n.title(), draft.Shortened(condition)))
		}
	case "WhileController", "ForeachController", "RunTime", "SwitchController":
		j.Note("", fmt.Sprintf("Line %d: %s is not read: what is in it is sent once.", n.line, n.title()))
	case "ModuleController", "IncludeController":
		j.unread(n.jmxElement, "what it includes stands elsewhere")
	}
	return j.walk(n.below, scope)
}

// throughputController is a choice between its requests and nothing.
func (j *jmeter) throughputController(n jmxNode, scope jmxScope) []draft.Request {
	percent := j.number(n.prop("ThroughputController.percentThroughput"))
	if n.prop("ThroughputController.style") != "1" {
		j.Note("", fmt.Sprintf("Line %d: %s: %s times in the original, here in every journey.", n.line, n.title(), j.plain(n.prop("ThroughputController.maxThroughput"))))
		return j.walk(n.below, scope)
	}
	notes := j.TakeNotes()
	inside := j.branch(n, scope)
	if len(inside) == 0 || percent <= 0 {
		j.Pending = append(notes, j.Pending...)
		return nil
	}
	if percent >= 100 {
		return inside
	}
	return []draft.Request{{About: notes, Choose: []draft.Request{branchOf(inside, percent), {None: true, Weight: 100 - percent}}}}
}

// branch is walk for what is not always sent: what it captures is known in it only.
func (j *jmeter) branch(n jmxNode, scope jmxScope) []draft.Request {
	before := j.captured
	j.captured = map[string]bool{}
	for name := range before {
		j.captured[name] = true
	}
	defer func() { j.captured = before }()
	return j.walk(n.below, scope)
}

// branchOf is a choice: several requests are its steps, until expanded.
func branchOf(list []draft.Request, weight float64) draft.Request {
	if len(list) == 1 && list[0].Choose == nil {
		list[0].Weight = weight
		return list[0]
	}
	return draft.Request{Weight: weight, None: true, Steps: list}
}

// oneOf is a choice of what stands in a controller, each as likely.
func (j *jmeter) oneOf(n jmxNode, scope jmxScope) []draft.Request {
	notes := j.TakeNotes()
	if n.tag == "InterleaveControl" {
		notes = append(notes, fmt.Sprintf("Line %d: %s: in turn in the original, here at random.", n.line, n.title()))
	}
	below := n.below.nodes()
	inner := scope.with(below)
	choice := draft.Request{About: notes}
	for _, kid := range below {
		if !isHTTP(kid.tag) && !isController(kid.tag) {
			continue
		}
		one := &jmxElement{tag: "hashTree", kids: []*jmxElement{kid.jmxElement}}
		if kid.below != nil {
			one.kids = append(one.kids, kid.below)
		}
		if list := j.branch(jmxNode{jmxElement: kid.jmxElement, below: one}, inner); len(list) > 0 {
			choice.Choose = append(choice.Choose, branchOf(list, 1))
		}
	}
	if len(choice.Choose) == 0 {
		j.Pending = append(j.Pending, notes...)
		return nil
	}
	if len(choice.Choose) == 1 && !choice.Choose[0].None {
		choice.Choose[0].Weight = 0
		return choice.Choose
	}
	return []draft.Request{choice}
}

// maxLoops bounds the requests that loops within a journey make.
const maxLoops = 100

// loop sends what it holds several times.
func (j *jmeter) loop(n jmxNode, scope jmxScope) []draft.Request {
	times := min(max(j.count(n.prop("LoopController.loops")), 1), maxLoops)
	var steps []draft.Request
	for range times {
		list := j.walk(n.below, scope)
		if j.unlooped += len(list); len(list) == 0 || j.unlooped > maxLoops {
			if len(list) > 0 {
				j.Note("", fmt.Sprintf("Line %d: %s: %d times in the original.", n.line, n.title(), times))
			}
			return append(steps, list...)
		}
		steps = append(steps, list...)
	}
	return steps
}

// pause is a wait before the next request.
func (j *jmeter) pause(n jmxNode) {
	if action := n.prop("ActionProcessor.action"); action == "1" {
		j.paused += time.Duration(j.count(n.prop("ActionProcessor.duration"))) * time.Millisecond
	} else {
		j.unread(n.jmxElement, "it stops threads")
	}
}

// think is the wait that timers make before a request.
func (j *jmeter) think(scope jmxScope) string {
	lo := float64(j.paused / time.Millisecond)
	j.paused = 0
	hi := lo
	for _, n := range scope {
		delay, spread := j.number(n.prop("ConstantTimer.delay")), j.number(n.prop("RandomTimer.range"))
		switch n.tag {
		case "ConstantTimer":
			lo, hi = lo+delay, hi+delay
		case "UniformRandomTimer", "PoissonRandomTimer":
			if n.tag == "PoissonRandomTimer" {
				delay, spread = delay+spread, 0 // around its mean
				j.Note("poisson", fmt.Sprintf("Line %d: %s: around this time in the original.", n.line, n.title()))
			}
			lo, hi = lo+delay, hi+delay+spread
		case "GaussianRandomTimer":
			const root3 = 1.732 // as wide as a normal one
			j.Note("gauss", fmt.Sprintf("Line %d: %s: normally distributed in the original.", n.line, n.title()))
			lo, hi = lo+max(0, delay-root3*spread), hi+delay+root3*spread
		case "JSR223Timer", "BeanShellTimer", "SyncTimer":
			j.Note(n.tag, fmt.Sprintf("Line %d: %s is not read: waits are times.", n.line, n.title()))
		}
	}
	lo, hi = max(lo, 0), max(hi, 0)
	const most = 3_600_000
	switch lo, hi = min(lo, most), min(hi, most); {
	case hi < 1:
		return ""
	case hi-lo < 1:
		return millis(lo)
	}
	return fmt.Sprintf("uniform(%s, %s)", millis(lo), millis(hi))
}

// millis is a time as people write it: 1.5s, not 1500ms.
func millis(ms float64) string {
	s := (time.Duration(ms) * time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
