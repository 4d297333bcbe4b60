package scenarios

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/targets/strict"
)

// namedLoad is one of several loads at the same time.
type namedLoad struct {
	LoadModel
	Classes []string `yaml:"classes"` // names of requests; each is of one load
	Start   duration `yaml:"start"`   // of a load beside the judged one: after the measurement's beginning; default 0

	Name string
}

// loads are several by their names, in the file's order.
type loads []namedLoad

const maxLoads = 16

// DecodeNode reads a mapping, whose order says which is the first.
func (ls *loads) DecodeNode(d *strict.Document, n *strict.Node) {
	if !d.Want(n, strict.Map) {
		return
	}
	for i, key := range n.Keys {
		l := namedLoad{LoadModel: newLoadModel(), Name: key.Name}
		d.Decode(n.Items[i], &l)
		*ls = append(*ls, l)
	}
}

// newLoadModel has the defaults that depend on nothing.
func newLoadModel() LoadModel {
	return LoadModel{Warmup: duration(3 * time.Second), Timeout: duration(10 * time.Second)}
}

// judged is the place of the load that is measured and judged; -1: there is none of
// that name.
func (s *Scenario) judged() int {
	if s.Judge == "" {
		return 0
	}
	return slices.IndexFunc(s.Loads, func(l namedLoad) bool { return l.Name == s.Judge })
}

// Beside are the loads beside the judged one, in a plan's order. Flags do not change
// them.
func (s *Scenario) Beside() (out []namedLoad) {
	for i, l := range s.Loads {
		if i != s.judged() {
			out = append(out, l)
		}
	}
	return out
}

// besideOf is the load beside that a request is of; "": it is of the judged one.
func (s *Scenario) besideOf(request string) string {
	for _, l := range s.Beside() {
		if slices.Contains(l.Classes, request) {
			return l.Name
		}
	}
	return ""
}

// seedOf is the seed of a load beside: no two loads have the same arrivals.
func seedOf(seed uint64, load string) uint64 {
	name := fnv.New64a()
	name.Write([]byte("load\x00" + load))
	return seed ^ name.Sum64()
}

// loads validates several, and makes the judged one the scenario's.
func (v *validator) loads(n *strict.Node) {
	sc := v.sc
	if v.d.Root.Get("load") != nil {
		v.d.Bad(n, "there is a load as well: leave one out")
	}
	if n.Kind != strict.Map {
		return
	}
	switch {
	case len(sc.Loads) == 0:
		v.d.Bad(n, "no loads: want at least one, such as main: {rate: 100/s, classes: [predict]}")
		return
	case len(sc.Loads) > maxLoads:
		v.d.Bad(n, "%d loads, want at most %d", len(sc.Loads), maxLoads)
	}
	judged := sc.judged()
	if judged < 0 {
		v.d.Bad(v.d.Root.Get("judge"), "there is no load %q%s", sc.Judge, suggested(sc.Judge, loadNames(sc.Loads)))
		judged = 0
		sc.Judge = ""
	}
	of := map[string]string{} // request: its load
	for i := range sc.Loads {
		l := &sc.Loads[i]
		at := v.d.At("loads", l.Name)
		if !nameForm.MatchString(l.Name) {
			v.d.BadAt(n.Keys[i].Line, n.Keys[i].Col, "loads: found %q, %s", l.Name, nameRule)
		}
		if at.Kind != strict.Map {
			continue
		}
		v.loadModel(&l.LoadModel, "loads", l.Name)
		v.loadClasses(l, at, of)
		switch {
		case i == judged && at.Get("start") != nil:
			v.d.Bad(at.Get("start"), "this load is the one that is judged, and begins the measurement: leave it out")
		case i != judged && at.Get("warmup") != nil:
			v.d.Bad(at.Get("warmup"), "the warm-up is that of the load that is judged, %s: leave it out", sc.Loads[judged].Name)
		}
		if length := sc.Loads[judged].length(); i != judged && length > 0 && l.Start >= length {
			v.d.Bad(at.Get("start"), "found %s, when %s has ended, after %s", l.Start, sc.Loads[judged].Name, length)
		}
	}
	for i := range sc.Requests {
		if name := sc.Requests[i].Name; name != "" && of[name] == "" {
			v.d.Bad(v.d.At("requests", i, "name"), "%s is in the classes of no load", name)
		}
	}
	sc.Load = sc.Loads[judged].LoadModel
}

// loadClasses notes which requests a load has.
func (v *validator) loadClasses(l *namedLoad, at *strict.Node, of map[string]string) {
	classes := at.Get("classes")
	if len(l.Classes) == 0 && (classes == nil || classes.Kind == strict.List) {
		v.d.Bad(cmp.Or(classes, at), "no classes: want the names of the requests that this load sends")
	}
	var known []string
	for i := range v.sc.Requests {
		known = append(known, v.sc.Requests[i].Name)
	}
	for i, name := range l.Classes {
		n := v.d.At("loads", l.Name, "classes", i)
		switch {
		case n.Kind != strict.String:
		case !slices.Contains(known, name):
			v.d.Bad(n, "there is no request %q%s", name, suggested(name, known))
		case of[name] != "":
			v.d.Bad(n, "%s is of the load %s already: each class is of one", name, of[name])
		default:
			of[name] = l.Name
		}
	}
}

// length is how long the load lasts, if a time says so.
func (l *LoadModel) length() duration {
	if l.Duration == 0 && l.Requests == 0 {
		return duration(cmp.Or(l.Shape.length, l.Connections.length))
	}
	return l.Duration
}

func loadNames(ls loads) (names []string) {
	for _, l := range ls {
		names = append(names, l.Name)
	}
	return names
}

// suggested is what may have been meant, and what there is.
func suggested(word string, known []string) string {
	text := " (there are: " + strings.Join(known, ", ") + ")"
	if s := strict.Suggest(word, known); s != "" {
		text = fmt.Sprintf(", did you mean %q?", s) + text
	}
	return text
}

// besideDefaults are the defaults of a load that may be without an end.
func (l *namedLoad) besideDefaults() {
	length, requests := l.length(), l.Requests
	l.LoadModel = l.withDefaults()
	l.Duration, l.Requests = length, requests
}

// plansBeside are the loads beside, compiled.
func (s *Scenario) plansBeside(o *CompileOptions) (out []*loadgen.Plan, all error) {
	for _, l := range s.Beside() {
		p, err := s.planOf(&l.LoadModel, l.Name, o)
		if err != nil {
			all = together(all, err)
			continue
		}
		p.Load.Name, p.Load.Start = l.Name, time.Duration(l.Start)
		p.Seed = seedOf(p.Seed, l.Name)
		out = append(out, p)
	}
	return out, all
}
