package importer

import (
	"fmt"
	"strings"
	"time"
)

// walk makes steps of what stands in a tree, in its order.
func (j *jmeter) walk(tree *jmxElement, outer jmxScope) (steps []draftRequest) {
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
			r.think = j.think(append(scope[:len(scope):len(scope)], n.below.nodes()...))
			r.about = j.takeNotes()
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
	if j.d.of++; read {
		j.d.read++
	}
}

func runsProgram(tag string) bool {
	return strings.HasPrefix(tag, "JSR223") || strings.HasPrefix(tag, "BeanShell") || strings.HasPrefix(tag, "BSF") || tag == "SystemSampler" || tag == "JavaSampler"
}

// controller makes steps of what a controller holds.
func (j *jmeter) controller(n jmxNode, scope jmxScope) []draftRequest {
	switch n.tag {
	case "ThroughputController":
		return j.throughputController(n, scope)
	case "RandomController", "InterleaveControl":
		return j.oneOf(n, scope)
	case "RandomOrderController":
		j.note("", fmt.Sprintf("Line %d: %s: in random order in the original.", n.line, n.title()))
	case "LoopController":
		return j.loop(n, scope)
	case "OnceOnlyController":
		if j.onceLogin(n, scope) {
			return nil
		}
		j.note("", fmt.Sprintf("Line %d: %s: once for each thread in the original, here in every journey.", n.line, n.title()))
	case "IfController":
		condition := strings.TrimSpace(n.prop("IfController.condition"))
		if !strings.Contains(condition, "last_sample_ok") { // a journey ends by itself with what fails
			j.note("", fmt.Sprintf("Line %d: %s: only if %s in the original, here always.", n.line, n.title(), shortened(condition)))
		}
	case "WhileController", "ForeachController", "RunTime", "SwitchController":
		j.note("", fmt.Sprintf("Line %d: %s is not read: what is in it is sent once.", n.line, n.title()))
	case "ModuleController", "IncludeController":
		j.unread(n.jmxElement, "what it includes stands elsewhere")
	}
	return j.walk(n.below, scope)
}

// throughputController is a choice between its requests and nothing.
func (j *jmeter) throughputController(n jmxNode, scope jmxScope) []draftRequest {
	percent := j.number(n.prop("ThroughputController.percentThroughput"))
	if n.prop("ThroughputController.style") != "1" {
		j.note("", fmt.Sprintf("Line %d: %s: %s times in the original, here in every journey.", n.line, n.title(), j.plain(n.prop("ThroughputController.maxThroughput"))))
		return j.walk(n.below, scope)
	}
	notes := j.takeNotes()
	inside := j.branch(n, scope)
	if len(inside) == 0 || percent <= 0 {
		j.pending = append(notes, j.pending...)
		return nil
	}
	if percent >= 100 {
		return inside
	}
	return []draftRequest{{about: notes, choose: []draftRequest{branchOf(inside, percent), {none: true, weight: 100 - percent}}}}
}

// branch is walk for what is not always sent: what it captures is known in it only.
func (j *jmeter) branch(n jmxNode, scope jmxScope) []draftRequest {
	before := j.captured
	j.captured = map[string]bool{}
	for name := range before {
		j.captured[name] = true
	}
	defer func() { j.captured = before }()
	return j.walk(n.below, scope)
}

// branchOf is a choice: several requests are its steps, until expanded.
func branchOf(list []draftRequest, weight float64) draftRequest {
	if len(list) == 1 && list[0].choose == nil {
		list[0].weight = weight
		return list[0]
	}
	return draftRequest{weight: weight, none: true, steps: list}
}

// oneOf is a choice of what stands in a controller, each as likely.
func (j *jmeter) oneOf(n jmxNode, scope jmxScope) []draftRequest {
	notes := j.takeNotes()
	if n.tag == "InterleaveControl" {
		notes = append(notes, fmt.Sprintf("Line %d: %s: in turn in the original, here at random.", n.line, n.title()))
	}
	below := n.below.nodes()
	inner := scope.with(below)
	choice := draftRequest{about: notes}
	for _, kid := range below {
		if !isHTTP(kid.tag) && !isController(kid.tag) {
			continue
		}
		one := &jmxElement{tag: "hashTree", kids: []*jmxElement{kid.jmxElement}}
		if kid.below != nil {
			one.kids = append(one.kids, kid.below)
		}
		if list := j.branch(jmxNode{jmxElement: kid.jmxElement, below: one}, inner); len(list) > 0 {
			choice.choose = append(choice.choose, branchOf(list, 1))
		}
	}
	if len(choice.choose) == 0 {
		j.pending = append(j.pending, notes...)
		return nil
	}
	if len(choice.choose) == 1 && !choice.choose[0].none {
		choice.choose[0].weight = 0
		return choice.choose
	}
	return []draftRequest{choice}
}

// maxLoops bounds the requests that loops within a journey make.
const maxLoops = 100

// loop sends what it holds several times.
func (j *jmeter) loop(n jmxNode, scope jmxScope) []draftRequest {
	times := min(max(j.count(n.prop("LoopController.loops")), 1), maxLoops)
	var steps []draftRequest
	for range times {
		list := j.walk(n.below, scope)
		if j.unlooped += len(list); len(list) == 0 || j.unlooped > maxLoops {
			if len(list) > 0 {
				j.note("", fmt.Sprintf("Line %d: %s: %d times in the original.", n.line, n.title(), times))
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
				j.note("poisson", fmt.Sprintf("Line %d: %s: around this time in the original.", n.line, n.title()))
			}
			lo, hi = lo+delay, hi+delay+spread
		case "GaussianRandomTimer":
			const root3 = 1.732 // as wide as a normal one
			j.note("gauss", fmt.Sprintf("Line %d: %s: normally distributed in the original.", n.line, n.title()))
			lo, hi = lo+max(0, delay-root3*spread), hi+delay+root3*spread
		case "JSR223Timer", "BeanShellTimer", "SyncTimer":
			j.note(n.tag, fmt.Sprintf("Line %d: %s is not read: waits are times.", n.line, n.title()))
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
