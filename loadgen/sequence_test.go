package loadgen

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// F11: rows and sequences began somewhere in the middle, and a class left out
// those whose turn was another class's.
func TestMeasuredRequestsBeginWithEachClassesFirstPayload(t *testing.T) {
	var mu sync.Mutex
	sent := map[string][]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		class, number, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "-")
		mu.Lock()
		sent[class] = append(sent[class], number)
		mu.Unlock()
	}))
	defer srv.Close()
	numbered := func(name string, weight float64, n int) Class {
		c := Class{Name: name, Weight: weight}
		for i := range n {
			c.Pool = append(c.Pool, get(fmt.Sprintf("/%s-%d", name, i)))
		}
		return c
	}
	plan := closedPlan(t, srv.URL, closedLoad(1, 400), numbered("often", 3, 100), numbered("seldom", 1, 70))
	for name, streams := range map[string][]uint64{"alone": {1}, "after a warm-up": {0, 1}, "after a slice": {2, 1}} {
		g, err := New(plan, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, stream := range streams {
			clear(sent)
			runPhase(t, g, Phase{Kind: results.Measure, Stream: stream})
		}
		g.Close()
		for class, size := range map[string]int{"often": 100, "seldom": 70} {
			if len(sent[class]) < 90 {
				t.Fatalf("%s: %d of %s", name, len(sent[class]), class)
			}
			for i, number := range sent[class] {
				if number != fmt.Sprint(i%size) {
					t.Errorf("%s: request %d of %s is payload %s", name, i, class, number)
					break
				}
			}
		}
	}
}
