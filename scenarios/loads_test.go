package scenarios

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
)

const sideBySide = `
loads:
  background: {connections: 2, think: 1s, classes: [reindex, browse], start: 10s, timeout: 1m}
  main: {rate: 100/s, duration: 20s, warmup: 1s, classes: [predict, health]}
  ramp: {shape: "stages(5s:10)", classes: [other]}
judge: main
requests:
  - {name: reindex, method: POST, path: /reindex}
  - {name: predict, path: /predict, weight: 3, body: {json: {x: {$uuid: }}}}
  - {name: browse, path: /a, total: true, steps: [{name: more, path: /b}]}
  - {name: other, path: /other}
  - {name: health, path: /health}
`

func TestLoadsSideBySide(t *testing.T) {
	sc, err := Parse([]byte(sideBySide), "s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	options := CompileOptions{Target: target(t, "modern"), Seed: 7, ForShow: true, Override: Overrides{Rate: 50, Duration: 5 * time.Second, Timeout: time.Second}}
	plan, err := Compile(sc, options)
	if err != nil {
		t.Fatal(err)
	}
	type shown struct {
		Name     string
		Model    results.Model
		Start    time.Duration
		Duration time.Duration
		Timeout  time.Duration
		Classes  []results.Class
	}
	var got []shown
	seeds := map[uint64]bool{}
	for _, l := range plan.Loads() {
		got = append(got, shown{l.Load.Name, l.Load.Model, l.Load.Start, l.Load.Duration, l.Timeout, l.Shares()})
		seeds[l.Seed] = true
	}
	third := 1.0 / 3
	want := []shown{
		{"", results.Open, 0, 5 * time.Second, time.Second, []results.Class{{Name: "predict", Share: 0.75}, {Name: "health", Share: 0.25}}},
		{"background", results.Closed, 10 * time.Second, 0, time.Minute, []results.Class{{Name: "reindex", Share: third}, {Name: "browse", Share: third}, {Name: "browse.more", Share: third}, {Name: "browse.total", Span: true}}},
		{"ramp", results.Open, 0, 5 * time.Second, 10 * time.Second, []results.Class{{Name: "other", Share: 1}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if len(seeds) != 3 {
		t.Errorf("%d seeds of 3 loads", len(seeds))
	}
	if names := strings.Join(sc.ClassNames(), " "); names != "predict health" {
		t.Errorf("comparisons are of %s", names)
	}
	if time.Duration(sc.Load.Warmup) != time.Second {
		t.Errorf("warm-up of %s", sc.Load.Warmup)
	}
	// Each request of each load once, in the order of verify's, too.
	all, err := Once(sc, options)
	if err != nil {
		t.Fatal(err)
	}
	var once, listed []string
	for _, e := range all.Classes {
		once = append(once, e.Name)
	}
	for _, r := range sc.Classes() {
		listed = append(listed, r.Name)
	}
	if d := cmp.Diff([]string{"predict", "health", "reindex", "browse", "browse.more", "other"}, once); d != "" || !slices.Equal(once, listed) {
		t.Errorf("once: %s\n%v", d, listed)
	}
}

// The judged load is as it is alone, byte by byte; so is what a load without a name is.
func TestJudgedLoadIsAsAlone(t *testing.T) {
	alone := "load: {rate: 100/s, duration: 20s}\nrequests:\n  - {name: predict, path: /predict, weight: 3, body: {json: {x: {$uuid: }}}}\n  - {name: health, path: /health}\n"
	var plans []*loadgen.Plan
	for _, src := range []string{sideBySide, alone} {
		sc, err := Parse([]byte(src), "s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Compile(sc, CompileOptions{Target: target(t, "modern"), Seed: 7, ForShow: true})
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, plan)
	}
	first := func(p *loadgen.Plan) (out []string) {
		for r := range p.Requests(loadgen.Phase{Kind: results.Measure, Stream: 1}) {
			if out = append(out, r.At.String()+" "+string(r.Request.Shown())); len(out) == 200 {
				break
			}
		}
		return out
	}
	if d := cmp.Diff(first(plans[1]), first(plans[0])); d != "" {
		t.Errorf("(-alone +with others):\n%s", d)
	}
}

// A limit or rule may be of a class of any load.
func TestObjectivesOfLoadsBeside(t *testing.T) {
	for limits, ok := range map[string]bool{
		`objectives: ["reindex:p95<30s", "browse.total:p95<5s"]`: true,
		`abort: ["other:errors>5%"]`:                             true,
		`objectives: ["background:p95<30s"]`:                     false,
	} {
		if _, err := Parse([]byte(sideBySide+limits+"\n"), "s.yaml"); (err == nil) != ok {
			t.Errorf("%s: %v", limits, err)
		}
	}
}
