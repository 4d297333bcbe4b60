package scenarios

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
)

const inference = `
load: {LOAD}
requests:
  - name: job
    path: /jobs
    total: true
    body: {json: {n: {$id: }}}
    capture: {id: $.id}
    steps:
      - name: result
        path: "/jobs/{{id}}"
        expect: {status: [200, 404]}
        checks: [{header: X-Job, equals: "{{id}}"}]
        capture: {score: $.score}
        repeat:
          until: [{json: $.status, equals: done}, {json: $.id, equals: "{{id}}"}]
          at_most: 4
          pause: 1ms
      - choose:
          - {weight: 3, name: view, path: "/view/{{id}}?score={{score}}"}
          - {weight: 1, name: buy, method: POST, path: "/buy/{{id}}", headers: {Score: "{{score}}"}}
          - {weight: 4}
      - {name: end, path: "/end/{{id}}"}
`

// office runs jobs, each done when it has been asked for it 1 to 5 times, in turn;
// until then there is none, or one without a score.
type office struct {
	mu     sync.Mutex
	asked  []int
	served map[string]int
	wrong  []string
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kind, rest, _ := strings.Cut(r.URL.Path[1:], "/")
	if rest == "" {
		fmt.Fprintf(w, `{"id": %d}`, len(o.asked))
		o.asked = append(o.asked, 0)
		return
	}
	var id int
	_, _ = fmt.Sscan(rest, &id)
	score := fmt.Sprint(1000 + id)
	o.served[kind]++
	switch {
	case kind == "jobs":
		o.asked[id]++
		w.Header().Set("X-Job", rest)
		switch needs := id%5 + 1; {
		case o.asked[id] >= needs:
			fmt.Fprintf(w, `{"status": "done", "id": %d, "score": %s}`, id, score)
		case o.asked[id] == 1:
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprintf(w, `{"status": "running", "id": %d}`, id)
		}
	case kind == "view" && r.URL.Query().Get("score") != score, kind == "buy" && r.Header.Get("Score") != score:
		o.wrong = append(o.wrong, fmt.Sprint(r.URL, r.Header))
	}
}

// From YAML to the wire: a job is asked for until it is done, what its last answer
// says is captured then, and journeys take a branch each.
func TestJobsFromYAML(t *testing.T) {
	for _, load := range []string{"connections: 4, requests: 100", "rate: 1k/s, requests: 100"} {
		for _, transport := range []loadgen.Transport{loadgen.Lean, loadgen.NetHTTP, loadgen.HTTP2} {
			t.Run(load+" "+string(transport), func(t *testing.T) {
				o := &office{served: map[string]int{}}
				srv := httptest.NewUnstartedServer(o)
				srv.Config.Protocols = new(http.Protocols)
				srv.Config.Protocols.SetHTTP1(true)
				srv.Config.Protocols.SetUnencryptedHTTP2(true)
				srv.Start()
				defer srv.Close()
				sc := parse(t, strings.Replace(inference, "LOAD", load, 1))
				plan := compile(t, sc, CompileOptions{Target: target(t, srv.URL), Connect: loadgen.Connect{Transport: transport}, Seed: 1})
				classes, last := run(t, plan)
				for _, wrong := range o.wrong {
					t.Errorf("the server got %s", wrong)
				}
				// Of each five jobs four are done, the last of them the fourth time.
				got := map[string]int64{"view": classes["job.view"].Done, "buy": classes["job.buy"].Done}
				for name, d := range classes {
					got[name] = d.Done
					if len(d.Errors) > 0 {
						t.Errorf("%s: errors %v", name, d.Errors)
					}
				}
				for name, d := range last.Spans {
					got[name] = d.Sent
					if diff := cmp.Diff(map[string]int64{results.ErrCheck: 20}, d.Errors); diff != "" {
						t.Errorf("%s: errors (-want +got):\n%s", name, diff)
					}
				}
				drawn := map[string]int64{}
				journeys := 0
				for p := range plan.Requests(loadgen.Phase{Kind: results.Measure, Requests: 100}) {
					drawn[plan.Classes[p.Class].Name]++
					if plan.Classes[p.Class].Step == nil {
						journeys++
					}
				}
				want := map[string]int64{
					"job": 100, "job.result": 20 * (1 + 2 + 3 + 4 + 4), "job.end": 80, "job.total": 100, "job.result.total": 100,
					"job.view": int64(o.served["view"]), "job.buy": int64(o.served["buy"]), "view": int64(o.served["view"]), "buy": int64(o.served["buy"]),
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				// A fifth of the journeys ends before the choice.
				if view, buy := got["view"], got["buy"]; journeys != 100 || view > drawn["job.view"] || view < drawn["job.view"]-20 || buy > drawn["job.buy"] || buy < drawn["job.buy"]-20 {
					t.Errorf("%d and %d took branches, drawn were %v", view, buy, drawn)
				}
				if sample := last.Sample(results.ErrCheck); sample != `not after 4 times: job.result: $.status: found "running", want "done"` {
					t.Errorf("example %q", sample)
				}
			})
		}
	}
}

// What is wanted says its secrets to nobody.
func TestUntilHidesSecrets(t *testing.T) {
	sc := parse(t, `
variables: {S: {env: S}}
requests:
  - {name: a, headers: {X: "${S}"}, steps: [{name: b, repeat: {until: [{json: $.x, equals: 1}], at_most: 2}}]}
`)
	sc.Env = func(string) (string, bool) { return "s3cret", true }
	a := loadgen.Answer{Body: []byte(`{"x": "s3cret"}`)}
	if err := compile(t, sc, CompileOptions{}).Classes[1].Check(&a); err != nil || a.Unmet == nil || strings.Contains(a.Unmet.Error(), "s3cret") {
		t.Errorf("%v, unmet: %v", err, a.Unmet)
	}
}

// The draws of branches are their weights, and their classes have the shares of that.
func TestBranchesHaveTheirWeights(t *testing.T) {
	sc := parse(t, `
requests:
  - {name: plain, weight: 2}
  - name: a
    weight: 4
    steps:
      - choose: [{name: b, weight: 1}, {weight: 2}, {name: c, think: 5ms}]
      - choose: [{name: d}, {name: e, weight: 3}]
`)
	got := map[string]string{}
	for _, c := range compile(t, sc, CompileOptions{}).Classes {
		if s := c.Step; s != nil {
			got[c.Name] = fmt.Sprintf("weight %v, draws of %d from %v to %v, think %s", c.Weight, s.Choice, s.From, s.To, s.Think.Max)
		}
	}
	want := map[string]string{
		"a.b": "weight 1, draws of 1 from 0 to 0.25, think 0s", "a.c": "weight 1, draws of 1 from 0.75 to 1, think " + fmt.Sprint(5*time.Millisecond),
		"a.d": "weight 1, draws of 2 from 0 to 0.25, think 0s", "a.e": "weight 3, draws of 2 from 0.25 to 1, think 0s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
