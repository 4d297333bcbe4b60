package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

func parse(t *testing.T, src string) *Scenario {
	t.Helper()
	sc, err := Parse([]byte(src), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	return sc
}

func target(t *testing.T, ref string) targets.Target {
	t.Helper()
	got, err := (&targets.File{}).Parse(ref)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func compile(t *testing.T, sc *Scenario, o CompileOptions) *loadgen.Plan {
	t.Helper()
	if o.Target.URL == nil {
		o.Target = target(t, "modern")
	}
	plan, err := Compile(sc, o)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// The bytes of all shipped scenarios, as a server sees them.
func TestShippedRequests(t *testing.T) {
	var all strings.Builder
	for _, name := range Names() {
		sc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		plan := compile(t, sc, CompileOptions{Token: "TOKEN", UserAgent: "mlbench/1.0", Seed: 1, PoolSize: 1})
		fmt.Fprintf(&all, "=== %s: %s, %d connections, %s\n", name, plan.Load.Model, plan.Load.Connections, plan.Load.Duration)
		for _, c := range plan.Classes {
			fmt.Fprintf(&all, "--- %s, weight %v\n%s\n", c.Name, c.Weight, c.Pool[0].AppendHTTP1(nil))
		}
	}
	golden(t, "testdata/shipped.golden", strings.ReplaceAll(all.String(), "\r\n", "\n"))
}

// Every payload of every shipped scenario is a request that net/http accepts,
// with the JSON that the API asks for, whatever the engine writes into it.
func TestShippedRequestsAreValid(t *testing.T) {
	for _, name := range Names() {
		sc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		plan := compile(t, sc, CompileOptions{Token: "TOKEN", UserAgent: "mlbench/1.0", Seed: 3})
		for _, c := range plan.Classes {
			for i, p := range c.Pool {
				for _, at := range p.Fresh {
					copy(p.Body[at:], fmt.Sprintf("%0*d", send.FreshDigits, 999_999_999_999-i))
				}
				validPayload(t, c.Name, p)
			}
		}
	}
}

func validPayload(t *testing.T, class string, p send.Request) {
	t.Helper()
	req := readRequest(t, p.AppendHTTP1(nil))
	var body struct {
		Features []float64
		Samples  [][]float64
	}
	if req.Method == http.MethodPost {
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			t.Fatalf("%s: %v in %s", class, err, p.AppendHTTP1(nil))
		}
	}
	for _, at := range p.Fresh {
		// The digits end the number, or its part before the exponent.
		digits, next := p.Body[at:at+send.FreshDigits], p.Body[at+send.FreshDigits]
		if len(bytes.Trim(digits, "0123456789")) > 0 || bytes.IndexByte([]byte(",]}e"), next) < 0 {
			t.Fatalf("%s: fresh digits %q are followed by %q", class, digits, next)
		}
	}
	rows := body.Samples
	switch class {
	case "predict":
		rows = [][]float64{body.Features}
	case "batch-predict":
		if len(rows) < 5 || len(rows) > 20 || len(p.Fresh) != len(rows) {
			t.Fatalf("%s: %d samples, %d of them fresh", class, len(rows), len(p.Fresh))
		}
	}
	for _, row := range rows {
		if len(row) != 10 {
			t.Fatalf("%s: %d features", class, len(row))
		}
		for _, v := range row {
			if v < -1000 || v > 1000 {
				t.Fatalf("%s: feature %v", class, v)
			}
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	sc, err := Load("mix")
	if err != nil {
		t.Fatal(err)
	}
	wires := func(sc *Scenario, seed uint64) map[string]string {
		out := map[string]string{}
		for _, c := range compile(t, sc, CompileOptions{Seed: seed, PoolSize: 50}).Classes {
			for _, p := range c.Pool {
				out[c.Name] += fmt.Sprintf("%s %v\n", p.AppendHTTP1(nil), p.Fresh)
			}
		}
		return out
	}
	one := wires(sc, 1)
	if d := cmp.Diff(one, wires(sc, 1)); d != "" {
		t.Errorf("same seed, other bytes: %s", d)
	}
	if two := wires(sc, 2); two["predict"] == one["predict"] || two["batch-predict"] == one["batch-predict"] {
		t.Error("other seed, same bytes")
	}
	// Another class, or another order, leaves the others' bytes alone.
	more, twin := *sc, sc.Requests[0]
	twin.Name = "new"
	more.Requests = []Request{twin, sc.Requests[1], sc.Requests[0]}
	other := wires(&more, 1)
	if other["predict"] != one["predict"] || other["batch-predict"] != one["batch-predict"] {
		t.Error("a new class changed the bytes of others")
	}
	if other["new"] == one["predict"] {
		t.Error("two classes share a stream")
	}
}

func TestPools(t *testing.T) {
	sc := parse(t, `
requests:
  - {name: static, body: {json: {a: [1, 2]}}}
  - {name: small, body: {json: {$vector: {size: 3}}}}
  - {name: repeat, fresh: false, body: {json: [{$vector: {size: 3}}, {$id: }, {$uuid: }]}}
  - {name: large, body: {json: {$vector: {size: 100000}}}}
`)
	plan := compile(t, sc, CompileOptions{})
	pools := map[string][]send.Request{}
	for _, c := range plan.Classes {
		pools[c.Name] = c.Pool
	}
	for name, want := range map[string]int{"static": 1, "small": 2000, "repeat": 2000} {
		if got := len(pools[name]); got != want {
			t.Errorf("%s: %d payloads, want %d", name, got, want)
		}
	}
	bytesOf, distinct := 0, map[string]bool{}
	for _, p := range pools["large"] {
		bytesOf += len(p.AppendHTTP1(nil))
	}
	if n := len(pools["large"]); n < 10 || n > 25 || bytesOf > maxPoolBytes {
		t.Errorf("large: %d payloads of %d MB in all", n, bytesOf>>20)
	}
	for _, p := range pools["repeat"] {
		if len(p.Fresh) != 0 {
			t.Fatalf("fresh: false, but digits at %v", p.Fresh)
		}
		distinct[string(p.AppendHTTP1(nil))] = true
	}
	if len(distinct) != 2000 {
		t.Errorf("repeat: %d different payloads", len(distinct))
	}
	small := compile(t, sc, CompileOptions{PoolSize: 7})
	if got := len(small.Classes[1].Pool); got != 7 {
		t.Errorf("pool size 7: %d payloads", got)
	}
}

func TestTooLargeBody(t *testing.T) {
	row := "{$vector: {size: 1000000}}"
	sc := parse(t, "requests: [{name: a, body: {json: ["+row+strings.Repeat(","+row, 3)+"]}}]")
	if _, err := Compile(sc, CompileOptions{Target: target(t, "modern")}); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("error %v", err)
	}
}

func TestOverrides(t *testing.T) {
	mix, err := Load("mix")
	if err != nil {
		t.Fatal(err)
	}
	sequential, err := Load("sequential")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		sc   *Scenario
		o    Overrides
		want string
	}{
		{"none", mix, Overrides{}, "open 10000 200/s poisson 30s 0 10s"},
		{"closed, none", sequential, Overrides{}, "closed 1 -  30s 0 10s"},
		{"all", mix, Overrides{Connections: connections{Most: 7}, Rate: 50, Arrivals: "constant", Duration: time.Second, Requests: 9, Timeout: time.Minute}, "open 7 50/s constant 1s 9 1m0s"},
		{"requests end it", mix, Overrides{Requests: 9}, "open 10000 200/s poisson 0s 9 10s"},
		{"a rate opens", sequential, Overrides{Rate: 50}, "open 10000 50/s poisson 30s 0 10s"},
		{"a rate opens, limited", sequential, Overrides{Rate: 50, Connections: connections{Most: 4}}, "open 4 50/s poisson 30s 0 10s"},
		{"closed by the caller", mix, Overrides{Model: results.Closed, Connections: connections{Most: 4}}, "closed 4 -  30s 0 10s"},
	} {
		plan := compile(t, tt.sc, CompileOptions{Override: tt.o, PoolSize: 1})
		l, rate := plan.Load, "-"
		if l.Rate != nil {
			rate = fmt.Sprintf("%v/s", l.Rate.Rate(0))
		}
		if got := fmt.Sprintf("%s %d %s %s %s %d %s", l.Model, l.Connections, rate, l.Arrivals, l.Duration, l.Requests, plan.Timeout); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	for _, tt := range []struct {
		o    Overrides
		want string
	}{
		{Overrides{Arrivals: "constant"}, "closed model has no arrivals"},
		{Overrides{Model: results.Open}, "needs a rate"},
		{Overrides{Rate: -1}, "rate of -1/s"},
		{Overrides{Rate: 1e9}, "want 1e-05 to 1e+07"},
		{Overrides{Timeout: 2 * time.Hour}, "timeout 2h"},
		{Overrides{Connections: connections{Most: -1}}, "connections: -1"},
	} {
		if _, err := Compile(sequential, CompileOptions{Target: target(t, "modern"), Override: tt.o, PoolSize: 1}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.o, err, tt.want)
		}
	}
}

func readRequest(t *testing.T, wire []byte) *http.Request {
	t.Helper()
	r := bytes.NewReader(wire)
	req, err := readOne(r)
	if err != nil {
		t.Fatalf("%v in %q", err, wire)
	}
	return req
}
