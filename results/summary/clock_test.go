package summary

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
)

// Whatever is in the table goes into a file and out of it again, and may be an
// objective: nothing lists clocks besides.
func TestEveryClockOfTheTableIsReadShownAndJudged(t *testing.T) {
	d := served(20)
	f := openFile(map[string]*results.ClassData{"predict": d})
	f.Slices[0].Connections.Clocks = map[string]*stats.Histogram{}
	for i := range results.Clocks {
		if c := &results.Clocks[i]; c.OfConnections() {
			f.Slices[0].Connections.Clocks[c.Name] = repeat(3, 7)
		} else {
			d.Clocks[c.Name] = repeat(20, 7)
		}
	}
	read, err := results.ReadFile(write(t, f), nil)
	if err != nil || read.Damage != "" {
		t.Fatalf("%v, damage %q", err, read.Damage)
	}
	s := Of(read, Select{Arm: results.ArmA}, nil)
	b, err := json.Marshal(s.Latency)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range results.Clocks {
		if l := s.Latency[c.Name]; !near(l.Max, 7) || !strings.Contains(string(b), `"`+c.Name+`":{"min":6.99`) {
			t.Errorf("%s: %+v in %s", c.Name, l, b)
		}
		o, err := ParseObjective(c.Name + "_mean<8ms")
		if err != nil {
			t.Fatal(err)
		}
		if out, err := o.Judge(s); err != nil || !out.Held || !near(*out.Value, 7) {
			t.Errorf("%s: %+v, %v", o.Expr, out, err)
		}
	}
}

// A clock's count is its own: of three connections no percentile says much,
// however many requests there were.
func TestObjectivesCountWhatTheirClockCounts(t *testing.T) {
	f := openFile(map[string]*results.ClassData{"predict": served(200)})
	f.Slices[0].Connections.Clocks = map[string]*stats.Histogram{results.ClockDial: repeat(3, 7)}
	s := Of(f, Select{Arm: results.ArmA}, nil)
	o, err := ParseObjective("dial_p99<8ms")
	if err != nil {
		t.Fatal(err)
	}
	if out, _ := o.Judge(s); out.Note != "the maximum: 3 connections are too few for p99" {
		t.Errorf("note %q", out.Note)
	}
	if out, _ := (&Objective{Expr: "tls_p99<1ms", clock: results.ClockTLS, q: 0.99, op: "<", limit: 1}).Judge(s); out.Value != nil || out.Held {
		t.Errorf("a handshake that was not: %+v", out)
	}
	if _, err := ParseObjective("predict:dial_p99<8ms"); err == nil || !strings.Contains(err.Error(), "leave out predict:") {
		t.Errorf("connections of a class: %v", err)
	}
}
