package scenarios

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

func TestClientsOverTimeAndPacing(t *testing.T) {
	const yaml = `
load: {connections: "stages(0s:10, 30s:50, 1m:50, 30s:0)", pacing: 2/s}
requests: [{name: a}]
`
	sc, err := Parse([]byte(yaml), "f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	o := CompileOptions{Target: target(t, "http://127.0.0.1:1")}
	plan, err := Compile(sc, o)
	if err != nil {
		t.Fatal(err)
	}
	l := &plan.Load
	if l.Model != results.Closed || l.Connections != 50 || l.Duration != 2*time.Minute || l.Pacing != 500*time.Millisecond {
		t.Errorf("%+v", l)
	}
	if from, middle, end := l.Clients.Rate(0), l.Clients.Rate(15*time.Second), l.Clients.Rate(2*time.Minute); from != 10 || middle != 30 || end != 0 {
		t.Errorf("%v, %v and %v clients, want 10, 30 and 0", from, middle, end)
	}
	// Flags go before the file.
	o.Override.Connections = connections{Most: 7}
	o.Override.Pacing = pacing{"3s", 3 * time.Second}
	if plan, err = Compile(sc, o); err != nil || plan.Load.Clients != nil || plan.Load.Connections != 7 || plan.Load.Pacing != 3*time.Second {
		t.Errorf("%+v, %v", plan.Load, err)
	}
	if err := o.Override.Connections.Set("steps(5s:2, 5s:3)"); err != nil {
		t.Fatal(err)
	}
	if plan, err = Compile(sc, o); err != nil || plan.Load.Connections != 3 || plan.Load.Duration != 10*time.Second {
		t.Errorf("%+v, %v", plan.Load, err)
	}
	// A rate makes an open model of it, which has none of both, unless flags ask for them.
	o.Override = Overrides{Rate: 5}
	if plan, err = Compile(sc, o); err != nil || plan.Load.Clients != nil || plan.Load.Pacing != 0 || plan.Load.Connections != 10_000 {
		t.Errorf("%+v, %v", plan.Load, err)
	}
	clients := connections{}
	for _, many := range []string{"200000", "0", "-1", "stages(5s:200000)"} {
		if err := clients.Set(many); err == nil {
			t.Errorf("--connections %s is taken", many)
		}
	}
	if err := clients.Set("stages(5s:2)"); err != nil {
		t.Fatal(err)
	}
	for name, ov := range map[string]Overrides{
		"no clients who come and go": {Rate: 5, Connections: clients},
		"no pacing":                  {Rate: 5, Pacing: pacing{"3s", 3 * time.Second}},
		"leave the spawn rate out":   {SpawnRate: 5},
	} {
		o.Override = ov
		if _, err := Compile(sc, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConnectionForms(t *testing.T) {
	for _, text := range []string{"", "x", "5.5", "stages()", "stages(30s)", "stages(30s:0)", "stages(30s:1.5)", "stages(30s:1e9)", "stages(-1s:5)", "sine(5, 1, 3s)", "stages(1m:200000)"} {
		var c connections
		if err := c.Set(text); err == nil || c.Most != 0 || !strings.Contains(err.Error(), "want") {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	for _, text := range []string{"", "0", "0s", "0/s", "-5s", "5", "often"} {
		var p pacing
		if err := p.Set(text); err == nil || !strings.Contains(err.Error(), "2/s") {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
	for text, want := range map[string]time.Duration{"5s": 5 * time.Second, "2/s": time.Second / 2, "30/m": 2 * time.Second} {
		var p pacing
		if err := p.Set(text); err != nil || p.every != want {
			t.Errorf("%q: %v, %v; want %s", text, p.every, err, want)
		}
	}
	for _, want := range []string{`8`, `"stages(30s:50, 1m:0)"`} {
		var c connections
		if err := json.Unmarshal([]byte(want), &c); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(c); err != nil || string(got) != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
}
