package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// jmeter reads a test plan of JMeter's. Its variables and functions become those of
// the scenario; the programs in it are not run.
type jmeter struct {
	draft.Filler
	o *draft.Options

	defined  map[string]string // user defined variables
	made     map[string]any    // variables that generators make
	captured map[string]bool   // by what came before in the journey
	origin   string            // of most requests
	threads  int               // of the group that is read
	once     string            // variable that the login sets
	carried  map[string]bool   // variables that are tokens in headers
	takes    map[string]bool   // variables that are taken from answers, somewhere
	unlooped int               // requests that loops made
	paused   time.Duration
	seen     map[*jmxElement]bool // requests that were counted
}

// FromJMeter makes a scenario of a test plan: of a thread group a journey, whose
// clients are its threads.
func FromJMeter(raw []byte, o draft.Options) ([]byte, error) {
	return draft.WithFiles(o, func(o draft.Options) ([]byte, error) { return jmeterScenario(raw, o) })
}

func jmeterScenario(raw []byte, o draft.Options) ([]byte, error) {
	tree, err := readJMX(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Source, err)
	}
	j := &jmeter{
		Filler: draft.NewFiller(raw, fmt.Sprintf("Made of the test plan %s of JMeter's.", o.Source)), o: &o,
		defined: map[string]string{}, made: map[string]any{},
		seen: map[*jmxElement]bool{}, captured: map[string]bool{}, carried: map[string]bool{}, takes: map[string]bool{},
	}
	j.define(tree)
	j.findOrigin(tree)
	eachNode(tree, func(n jmxNode) {
		for _, h := range n.items("HeaderManager.headers") {
			if name := bearerOf(h.prop("Header.value")); name != "" {
				j.carried[name] = true
			}
		}
		if isExtractor(n.tag) {
			names, _, _ := j.taken(n)
			for _, name := range names {
				j.takes[name] = true
			}
		}
	})
	var groups []*jmxGroup
	for _, n := range tree.nodes() { // TestPlan, and what older plans have beside it
		groups = append(groups, j.groups(n.below, jmxScope(nil))...)
		if len(n.items("TestPlan.user_defined_variables", "Arguments.arguments")) == 0 && isGroup(n.tag) {
			groups = append(groups, j.group(n, nil))
		}
	}
	j.finish(groups)
	return j.Scenario.Finish(o.WithDefaults())
}

// jmxScope are elements that samplers obey, the outermost first.
type jmxScope []jmxNode

func (s jmxScope) of(tags ...string) (out []jmxNode) {
	for _, n := range s {
		if slices.Contains(tags, n.tag) {
			out = append(out, n)
		}
	}
	return out
}

// with is the scope of what stands beside these nodes, or below.
func (s jmxScope) with(nodes []jmxNode) jmxScope {
	out := slices.Clone(s)
	for _, n := range nodes {
		if !isGroup(n.tag) && !isController(n.tag) && !isSampler(n.tag) {
			out = append(out, n)
		}
	}
	return out
}

func isGroup(tag string) bool { return strings.HasSuffix(tag, "ThreadGroup") }

func isController(tag string) bool {
	return strings.HasSuffix(tag, "Controller") || tag == "InterleaveControl" || tag == "RunTime"
}

func isSampler(tag string) bool {
	return isHTTP(tag) || strings.HasSuffix(tag, "Sampler") || tag == "TestAction" || strings.HasSuffix(tag, "Request") || tag == "SmtpSampler"
}

func isHTTP(tag string) bool {
	return tag == "HTTPSamplerProxy" || tag == "HTTPSampler" || tag == "HTTPSampler2"
}

// groups are the thread groups of a tree.
func (j *jmeter) groups(tree *jmxElement, outer jmxScope) (out []*jmxGroup) {
	nodes := tree.nodes()
	scope := outer.with(nodes)
	for _, n := range nodes {
		switch {
		case isGroup(n.tag):
			out = append(out, j.group(n, scope))
		case n.tag == "TestPlan":
			out = append(out, j.groups(n.below, scope)...)
		case n.tag == "CookieManager":
			j.Scenario.Cookies = true
		}
	}
	return out
}

// unread notes an element that is not taken over.
func (j *jmeter) unread(e *jmxElement, why string) {
	j.Note("", fmt.Sprintf("Line %d: %s is not read: %s.", e.line, e.title(), why))
}

// findOrigin finds the server that most requests go to: a scenario has one target.
func (j *jmeter) findOrigin(tree *jmxElement) {
	variables, places := slices.Clone(j.Scenario.Vault.Variables), maps.Clone(j.Places)
	defer func() { j.Scenario.Vault.Variables, j.Places = variables, places }() // what is captured is not known yet
	count := map[string]int{}
	j.eachHTTP(tree, nil, func(n jmxNode, scope jmxScope) {
		origin, _ := j.address(n, scope)
		count[origin]++
	})
	for _, origin := range slices.Sorted(maps.Keys(count)) {
		if count[origin] > count[j.origin] || j.origin == "" {
			j.origin = origin
		}
	}
	if j.origin != "" {
		j.o.Target = cmp.Or(j.o.Target, j.origin)
	}
	j.Pending, j.Said = nil, map[string]bool{} // said again where they stand
}

func (j *jmeter) eachHTTP(tree *jmxElement, outer jmxScope, visit func(jmxNode, jmxScope)) {
	nodes := tree.nodes()
	scope := outer.with(nodes)
	for _, n := range nodes {
		if isHTTP(n.tag) {
			visit(n, scope)
		}
		j.eachHTTP(n.below, scope, visit)
	}
}
