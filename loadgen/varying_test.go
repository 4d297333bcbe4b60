package loadgen

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// varying are requests that have a number of their own in path, query, header and
// body.
func varying(size int) (pool []send.Request) {
	digits := strings.Repeat("0", send.FreshDigits)
	for i := range size {
		path := fmt.Sprintf("/items/%d-", i)
		r := post(path+digits+"?user=u"+digits+"&b=1", fmt.Sprintf(`{"n":%d.%s}`, i, digits))
		r.FreshTarget = []int{len(path), len(path) + len(digits) + len("?user=u")}
		r.Header = append(r.Header, send.Field{Name: "Idempotency-Key", Value: "k-" + digits + "-" + digits, Fresh: []int{2, 3 + len(digits)}}, send.Field{Name: "X-Last", Value: "1"})
		r.Fresh = []int{strings.Index(string(r.Body), ".") + 1}
		pool = append(pool, r)
	}
	return pool
}

// Whatever carries them, requests have their numbers in place, all of one request
// the same and no two requests alike, as was foretold.
func TestHeadsVaryOnTheWire(t *testing.T) {
	for _, transport := range []Transport{Lean, NetHTTP, HTTP2} {
		for model, load := range models {
			t.Run(string(transport)+"/"+model, func(t *testing.T) {
				var mu sync.Mutex
				var got []string
				srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					mu.Lock()
					defer mu.Unlock()
					got = append(got, fmt.Sprintf("%s %s %s %s", r.RequestURI, r.Header["Idempotency-Key"], r.Header["X-Last"], body))
				}))
				srv.Config.Protocols = new(http.Protocols)
				srv.Config.Protocols.SetHTTP1(true)
				srv.Config.Protocols.SetUnencryptedHTTP2(true)
				srv.Start()
				defer srv.Close()
				pool := varying(4)
				pool[1].Chunked, pool[2].Chunked = true, true
				for i := range pool[2:] {
					pool[2+i].Header = append(pool[2+i].Header, send.Field{Name: "Expect", Value: "100-continue"})
				}
				plan := closedPlan(t, srv.URL, load(40), Class{Name: "item", Weight: 1, Pool: pool})
				plan.Connect.Transport = transport
				ph := Phase{Kind: results.Measure, Stream: 1}
				var want []string
				for p := range plan.Requests(ph) {
					want = append(want, fmt.Sprintf("%s [%s] [1] %s", p.Request.Target, p.Request.Header[1].Value, p.Request.Body))
				}
				g, err := New(plan, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				var raw strings.Builder
				g.WriteRaw(&raw)
				runPhase(t, g, ph)
				slices.Sort(want)
				slices.Sort(got)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("foretold against received: %s", d)
				}
				if all := slices.Compact(got); len(all) != 40 {
					t.Errorf("%d different requests of 40", len(all))
				}
				for _, line := range want {
					uri, _, _ := strings.Cut(line, " ")
					if escaped := strings.ReplaceAll(uri, "&", `\u0026`); !strings.Contains(raw.String(), escaped+`"`) {
						t.Errorf("%s is not in what --raw writes", uri)
					}
				}
			})
		}
	}
}

func TestPlacesOutsideOfTheirTextAreRefused(t *testing.T) {
	for place, change := range map[string]func(r *send.Request){
		"body":           func(r *send.Request) { r.Fresh = []int{len(r.Body) - send.FreshDigits + 1} },
		"path and query": func(r *send.Request) { r.FreshTarget = []int{len(r.Target) - 1} },
		"header":         func(r *send.Request) { r.Header[1].Fresh = []int{-1} },
	} {
		pool := varying(1)
		change(&pool[0])
		plan := Plan{URL: &url.URL{Scheme: "http", Host: "h"}, Classes: []Class{{Name: "a", Weight: 1, Pool: pool}}, Load: closedLoad(1, 1), Timeout: time.Second}
		if err := plan.Validate(); err == nil || !strings.Contains(err.Error(), "outside a "+place) {
			t.Errorf("%s: %v", place, err)
		}
	}
}
