package program

import (
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// task is one of a user's, with its share.
type task struct {
	name   string
	weight float64
	run    func() // in the flow that it is called in
}

// tasks are those of a user or a task set.
func (l *locustfile) tasks(u *instance, c *class, depth int) []task {
	if depth == 0 {
		return nil
	}
	var out []task
	for _, base := range c.node.Kids {
		if b, ok := l.eval(base, c.scope).(*class); ok {
			out = append(out, l.tasks(u, b, depth-1)...)
		}
	}
	scope := l.classScope(c)
	sequential := l.is(c, maxProgramCalls, "SequentialTaskSet", "TaskSequence")
	var own []task
	for _, n := range c.node.Block {
		weight, marked := l.marked(n, scope)
		switch {
		case marked && n.Kind == script.Function:
			own = append(own, l.method(u, n, c.scope, weight))
		case marked && n.Kind == script.Class:
			own = append(own, l.nested(u, &class{node: n, scope: scope}, weight, depth)...)
		case n.Kind == script.Assign && (n.Kids[0].Is("tasks") || n.Kids[0].Is("task_set")):
			own = append(own, l.listed(u, n.Kids[1], scope, depth)...)
		}
	}
	if sequential && len(own) > 1 {
		name, all := strings.ToLower(c.node.Text), own
		own = []task{{name, 1, func() {
			for i, t := range all {
				if t.run(); i+1 < len(all) && l.flow.pause == "" {
					l.flow.pause = l.waiting(u)
				}
			}
		}}}
	}
	return append(out, own...)
}

// marked says whether @task stands before it, and its weight.
func (l *locustfile) marked(n *script.Node, s *scope) (weight float64, ok bool) {
	if n.Kind != script.Function && n.Kind != script.Class {
		return 0, false
	}
	for _, mark := range n.Else {
		at := mark
		if mark.Kind == script.Call {
			at = mark.Kids[0]
		}
		if !l.isBase(at, s, "task", "seq_task") {
			continue
		}
		if mark.Kind == script.Call && len(mark.Kids) > 1 && !l.isBase(at, s, "seq_task") {
			v := mark.Kids[1]
			if v.Kind == script.Keyword {
				v = v.Kids[0]
			}
			if f, isNumber := numberOf(l.eval(v, s)); isNumber && f > 0 && f < 1e9 {
				weight = f
				ok = true
				continue
			}
		}
		if weight == 0 {
			weight = 1
		}
		ok = true
	}
	return weight, ok
}

func (l *locustfile) method(u *instance, n *script.Node, s *scope, weight float64) task {
	return task{taskName(n.Text), weight, func() { l.enter(&closure{n, s, u}, nil, n) }}
}

func taskName(name string) string {
	return draft.WordOf(name)
}

// nested are the tasks of a task set, which together weigh as much as it.
func (l *locustfile) nested(u *instance, c *class, weight float64, depth int) []task {
	start := len(l.onces)
	set := &instance{of: c, attributes: u.attributes, headers: u.headers}
	l.once(set, "on_start")
	u.headers = set.headers
	if len(l.onces) > start {
		l.onces[start].name = c.node.Text + ".on_start"
	}
	all := l.tasks(set, c, depth-1)
	sum := 0.0
	for _, t := range all {
		sum += t.weight
	}
	for i := range all {
		if weight != 1 || depth < maxProgramCalls-1 {
			all[i].weight *= weight / sum
		}
	}
	return all
}

// listed are tasks = [a, B] and tasks = {a: 3, B: 1}.
func (l *locustfile) listed(u *instance, n *script.Node, s *scope, depth int) []task {
	type entry struct {
		node   *script.Node
		weight float64
	}
	var entries []entry
	switch n.Kind {
	case script.List:
		for _, k := range n.Kids {
			entries = append(entries, entry{k, 1})
		}
	case script.Object:
		for _, k := range n.Kids {
			weight := 1.0
			if k.Kind == script.Pair {
				if f, ok := numberOf(l.eval(k.Kids[1], s)); ok && f > 0 && f < 1e9 {
					weight = f
				}
				entries = append(entries, entry{k.Kids[0], weight})
			}
		}
	case script.Name:
		entries = append(entries, entry{n, 1})
	}
	var out []task
	for _, e := range entries {
		switch v := l.eval(e.node, s).(type) {
		case *closure:
			out = append(out, l.method(u, v.node, v.scope, e.weight))
		case *class:
			out = append(out, l.nested(u, v, e.weight, depth)...)
		case []any: // tasks = TASKS
			for _, item := range v {
				if f, ok := item.(*closure); ok {
					out = append(out, l.method(u, f.node, f.scope, 1))
				}
			}
		default:
			l.d.Left = append(l.d.Left, fmt.Sprintf("line %d: the task %s", e.node.Line, e.node.Label()))
		}
	}
	return out
}
