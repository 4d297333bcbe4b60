package loadgen

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen/send"
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
				fresh := post("/"+name, strings.Repeat("0", send.FreshDigits))
				fresh.Fresh = []int{0}
				plan.Classes = append(plan.Classes, Class{Name: name, Weight: weight, Pool: []send.Request{fresh}})
			}
			ph := Phase{Kind: results.Measure, Stream: 1}
			want := map[string]int{}
			var foretold []string
			last := time.Duration(-1)
			for p := range plan.Requests(ph) {
				line := fmt.Sprintf("%s %s", p.Request.Target, p.Request.Body)
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
