package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStallTheory(t *testing.T) {
	// Against the definition: who comes u after the beginning of a stall.
	var all []float64
	const n = 1_000_000
	for i := range n {
		u := stallPeriod * time.Duration(i) / n
		all = append(all, millis(stallService+max(0, stallLength-u)))
	}
	for _, p := range percentiles {
		if got, want := stallTheory(share(p)), quantile(all, share(p)); math.Abs(got-want) > 0.02 {
			t.Errorf("%s: theory %v, sampled %v", p, got, want)
		}
	}
}

func TestStallMiss(t *testing.T) {
	exact := outcome{response: latency{}, lag: latency{"p99": 0.5}}
	for _, p := range percentiles {
		exact.response[p] = stallTheory(share(p))
	}
	if off, _ := stallMiss(exact); off != 0 {
		t.Errorf("exact: off %v", off)
	}
	exact.response["p99"] -= 2 * (1000.0/stallRate + 0.5 + 0.002*stallTheory(0.99))
	if off, at := stallMiss(exact); math.Abs(off-2) > 1e-9 || at != "at p99" {
		t.Errorf("twice what is allowed: %v %s", off, at)
	}
	delete(exact.response, "p90")
	if off, _ := stallMiss(exact); off <= 1 {
		t.Errorf("a percentile that was not told counts as held: %v", off)
	}
}

func TestLateness(t *testing.T) {
	// Planned at 100, 300, 500, 700 µs; order on the wire does not matter.
	got := lateness([]float64{150, 100, 520, 700}, 200)
	// Sorted 100 150 520 700 − grid 0 200 400 600 = 100 −50 120 100.
	if want := []float64{150, 0, 170, 150}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if lateness(nil, 1) != nil {
		t.Error("lateness of nothing")
	}
}

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 2, 3}, 0.5, 2.5},
		{[]float64{4, 1, 2, 3}, 1, 4},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.9, 9},
		{[]float64{7}, 0.99, 7},
	} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile(%v, %v) = %v, want %v", c.values, c.q, got, c.want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("the median of nothing is a number")
	}
}

func TestSeriesRoundsMatch(t *testing.T) {
	a, b := series{}, series{}
	a.set("x", 0, 2)
	a.set("x", 2, 9) // round 1 failed
	b.set("x", 0, 1)
	b.set("x", 1, 5)
	b.set("x", 2, 3)
	if got := combine(a["x"], b["x"], ratio); !slices.Equal(got, []float64{2, 3}) {
		t.Errorf("ratios %v", got)
	}
	if got := a.median("x"); got != 5.5 {
		t.Errorf("median %v", got)
	}
}

func TestReadReports(t *testing.T) {
	wrk, err := readWrk(ended{stdout: []byte("Running 2s test @ http://127.0.0.1:1/\n  1 threads\n" +
		`{"requests":8595,"us":2001283,"failed":3,"p50":2214,"p90":2300,"p95":2400,"p99":2500,"p99.9":6650,"max":6827}` + "\n")})
	if err != nil {
		t.Fatal(err)
	}
	if wrk.requests != 8595 || wrk.failed != 3 || wrk.took != 2001283*time.Microsecond || wrk.response["p99.9"] != 6.65 {
		t.Errorf("wrk: %+v", wrk)
	}
	vegeta, err := readVegeta(ended{}, []byte(`{"latencies":{"max":32391350},"duration":1975279165,"wait":2210529,"requests":1000,"status_codes":{"200":998,"0":2}}`),
		[]byte("Value(ms)  Percentile  TotalCount  1/(1-Percentile)\n2.0 0.000000 0 1.0\n2.5 0.500000 500 2\n2.6 0.900000 900 10\n"+
			"3.2 0.950000 950 20\n30.6 0.989062 989 91.4\n30.7 0.990625 991 106.7\n31.8 0.999023 999 1023.5\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := latency{"p50": 2.5, "p90": 2.6, "p95": 3.2, "p99": 30.7, "p99.9": 31.8, "max": 32.39135}
	if !reflect.DeepEqual(vegeta.response, want) || vegeta.failed != 2 {
		t.Errorf("vegeta: %+v", vegeta)
	}
	k6, err := readK6(ended{stdout: []byte(`{"metrics":{"http_reqs":{"values":{"count":1001}},"dropped_iterations":{"values":{"count":7}},` +
		`"http_req_failed":{"values":{"passes":2,"fails":999}},"http_req_duration":{"values":{"p(50)":2.2,"p(99.9)":6.2,"max":18}}},"state":{"testRunDurationMs":2002.5}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if k6.requests != 1001 || k6.dropped != 7 || k6.failed != 2 || k6.response["p50"] != 2.2 || k6.response["p99.9"] != 6.2 {
		t.Errorf("k6: %+v", k6)
	}
	mlbench, err := readMlbench(ended{stdout: []byte(`{"valid":false,"warnings":["late"],"duration_s":2.5,"requests":10,"dropped":1,"errors":{"total":2},` +
		`"latency_ms":{"response":{"p50":1.5},"service":{"p50":1},"lag":{"p50":0.5,"p99":null}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, told := mlbench.lag["p99"]; told || mlbench.lag["p50"] != 0.5 || len(mlbench.warnings) != 2 || mlbench.dropped != 1 {
		t.Errorf("mlbench: %+v", mlbench)
	}
	for name, err := range map[string]error{
		"wrk": second(readWrk(ended{stdout: []byte("unable to connect")})), "k6": second(readK6(ended{})),
		"mlbench": second(readMlbench(ended{})), "vegeta": second(readVegeta(ended{}, []byte("{}"), nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error without a report", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestInsert(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	read := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if err := insert(path, "first"); err != nil {
		t.Fatal(err)
	}
	if got, want := read(), "# Performance\n\n"+markBegin+"\nfirst\n"+markEnd+"\n"; got != want {
		t.Errorf("new file: %q", got)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(read(), "# Performance", "# Mine\n\nText.", 1)+"\n## After\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := insert(path, "second\n"); err != nil {
		t.Fatal(err)
	}
	if got, want := read(), "# Mine\n\nText.\n\n"+markBegin+"\nsecond\n"+markEnd+"\n\n## After\n"; got != want {
		t.Errorf("the rest is not kept: %q", got)
	}
	for _, broken := range []string{markBegin, markEnd, markEnd + markBegin} {
		if _, err := between(broken, "x"); err == nil {
			t.Errorf("%q: no error", broken)
		}
	}
}

func TestHighWater(t *testing.T) {
	if got := highWater("Name:\twrk\nVmHWM:\t    5380 kB\nVmRSS:\t 1 kB\n"); got != 5380<<10 {
		t.Errorf("got %d", got)
	}
}

func TestParseCores(t *testing.T) {
	got, err := parseCores("0-2,8")
	if want := []int{0, 1, 2, 8}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := parseCores(""); err == nil {
		t.Error("no cores: no error")
	}
}

func TestRunIsBounded(t *testing.T) {
	// The second has a child that keeps the output open.
	for _, script := range []string{"exec sleep 3600", "sleep 3600 & wait"} {
		_, err := command{core: -1, args: []string{"sh", "-c", script}, limit: 50 * time.Millisecond}.run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "did not end") {
			t.Errorf("%s: error %v", script, err)
		}
	}
}

func TestRunTellsWhy(t *testing.T) {
	_, err := command{core: -1, args: []string{"sh", "-c", "echo a | tr a '|' >&2; exit 3"}, limit: grace}.run(t.Context())
	if err == nil || err.Error() != "sh: exit status 3: /" { // a table cell
		t.Errorf("error %v", err)
	}
	if _, err := (command{core: -1, args: []string{"sh", "-c", "exit 5"}, limit: grace, ok: []int{5}}).run(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestServe(t *testing.T) {
	s, line, err := command{core: -1, args: []string{"sh", "-c", "echo starting; echo listening on here >&2; exec sleep 3600"}, limit: grace}.serve(t.Context(), "listening on ")
	if err != nil || line != "listening on here" {
		t.Fatalf("line %q, error %v", line, err)
	}
	said, _ := s.stop()
	if !slices.Equal(said, []string{"starting", "listening on here"}) {
		t.Errorf("said %q", said)
	}
	if _, _, err := (command{core: -1, args: []string{"sh", "-c", "echo no luck; exit 1"}, limit: grace}).serve(t.Context(), "listening on "); err == nil ||
		!strings.Contains(err.Error(), "no luck") {
		t.Errorf("error %v", err)
	}
}

func TestFailedRowIsWhole(t *testing.T) {
	s := section{title: "T", header: []string{"tool", "a", "b"}}
	s.fail("k6", errors.New("line one\nwhy | it failed\n"))
	if got := s.markdown(); !strings.Contains(got, "| k6 | n/a: why / it failed |  |\n") {
		t.Errorf("got %q", got)
	}
}

func TestWaitingPorts(t *testing.T) {
	found := waitingPorts.FindStringSubmatch("sockets: used 14\nTCP: inuse 2 orphan 0 tw 17970 alloc 2 mem 211\nUDP: inuse 0 mem 0\n")
	if len(found) != 2 || found[1] != "17970" {
		t.Errorf("found %q", found)
	}
}
