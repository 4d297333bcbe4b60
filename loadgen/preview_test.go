package loadgen

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// What Requests foretells is what a server gets, in order and byte by byte, at
// the instants of the schedule.
func TestPreviewIsWhatIsSent(t *testing.T) {
	for _, load := range []Load{
		{Model: results.Open, Connections: 100, Rate: ConstantRate(2000), Arrivals: Constant, Requests: 60},
		{Model: results.Closed, Connections: 1, Requests: 60},
	} {
		t.Run(string(load.Model), func(t *testing.T) {
			var mu sync.Mutex
			got := map[string]int{}
			var order []string
			srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				line := fmt.Sprintf("%s %s", r.URL.Path, body)
				mu.Lock()
				defer mu.Unlock()
				got[line]++
				order = append(order, line)
			}))
			defer srv.Close()
			u, err := url.Parse(srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			plan := Plan{URL: u, Load: load, Timeout: 5 * time.Second, Seed: 3}
			for name, weight := range map[string]float64{"a": 3, "b": 1} {
				wire := fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", name, FreshDigits)
				fresh := Payload{Wire: append([]byte(wire), bytes.Repeat([]byte("0"), FreshDigits)...), Fresh: []int{len(wire)}}
				plan.Classes = append(plan.Classes, Class{Name: name, Weight: weight, Payloads: []Payload{fresh}})
			}
			ph := Phase{Kind: results.Measure, Stream: 1}
			want := map[string]int{}
			var foretold []string
			last := time.Duration(-1)
			for p := range plan.Requests(ph) {
				req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(p.Wire)))
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(req.Body)
				line := fmt.Sprintf("%s %s", req.URL.Path, body)
				want[line]++
				foretold = append(foretold, line)
				if load.Model == results.Open && p.At <= last {
					t.Errorf("a request at %s after one at %s", p.At, last)
				}
				last = p.At
			}
			if len(foretold) != 60 {
				t.Fatalf("%d requests foretold, want 60", len(foretold))
			}
			g, err := New(plan, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			if err := g.Run(t.Context(), ph, func(*results.Slice) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("foretold against received: %s", d)
			}
			if load.Model == results.Closed {
				if d := cmp.Diff(foretold, order); d != "" {
					t.Errorf("order: %s", d)
				}
			}
		})
	}
}
