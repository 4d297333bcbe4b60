package session

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// A Spec says all that is wrong with it at once, and is the same afterwards.
func TestValidateReportsAllMistakesAndChangesNothing(t *testing.T) {
	warmup := -time.Second
	spec := Spec{
		Reach:  Reach{Ready: "health", Transport: "quic", CertFile: "c.pem", Follow: true, NoKeepAlive: true, Timeout: -1},
		Warmup: &warmup, Output: results.Output{File: "x", None: true}, Objectives: []string{"quick"},
		Load: scenarios.Overrides{Arrivals: "bursts"}, Comparison: Comparison{Limits: "p50"},
	}
	spec.Load.Connections.Most = -1
	before, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	err = spec.Validate()
	if err == nil {
		t.Fatal("no mistake found")
	}
	for _, flag := range []string{"ready", "transport", "cert", "connections", "timeout", "warmup", "output", "objective", "arrivals", "max-regression"} {
		if !strings.Contains(err.Error(), "--"+flag) {
			t.Errorf("nothing of --%s in:\n%v", flag, err)
		}
	}
	if after, _ := json.Marshal(spec); string(after) != string(before) {
		t.Errorf("changed from\n%s to\n%s", before, after)
	}
	if err := (&Spec{}).Validate(); err != nil {
		t.Errorf("the zero Spec: %v", err)
	}
}

// A Spec travels as JSON; secrets do not travel with it.
func TestSpecIsPlainData(t *testing.T) {
	warmup := 2 * time.Second
	spec := Spec{
		Command: "compare", Scenario: "mix", Warmup: &warmup, Seed: 7, Request: &Request{Body: []byte("{}")},
		Reach:       Reach{Headers: []targets.Field{{Name: "X-A", Value: "1"}}, Timeout: time.Second},
		Tags:        map[string]string{"team": "search"},
		Comparison:  Comparison{Budget: time.Minute, Limits: "p50=3%"},
		Credentials: targets.CredentialSettings{Token: "hunter2"},
	}
	if err := spec.Load.Shape.Set("steps(30s:50, 1m:200)"); err != nil {
		t.Fatal(err)
	}
	if err := spec.Load.Think.Set("uniform(1s, 3s)"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(spec.Load.Connections.Set("stages(30s:50, 1m:0)"), spec.Load.Pacing.Set("2/s")); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(spec)
	if err != nil || strings.Contains(string(b), "hunter2") {
		t.Fatalf("%v: %s", err, b)
	}
	var got Spec
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	spec.Credentials = targets.CredentialSettings{}
	if !reflect.DeepEqual(got, spec) {
		t.Errorf("%+v, want %+v", got, spec)
	}
	if err := json.Unmarshal([]byte(`{"Load":{"Connections":8}}`), &got); err != nil || got.Load.Connections.String() != "8" {
		t.Errorf("a number of connections: %v, %v", got.Load.Connections, err)
	}
	var zero Spec
	if b, err = json.Marshal(zero); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Errorf("the zero Spec: %v", err)
	}
}
