package report

import (
	"encoding/json"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// besideRun is a run of half a minute beside which a second load ran for 20 s, and which a
// rule ended.
func besideRun() *summary.Run {
	f := file(results.Open, results.Class{Name: "predict", Share: 1})
	f.Header.RunsBeside("background", 10*time.Second, time.Minute, &results.Header{
		Model: results.Closed, Connections: 2, Think: "1s", TimeoutS: 60,
		Classes: []results.Class{{Name: "reindex", Share: 0.75}, {Name: "browse", Share: 0.25}, {Name: "browse.total", Span: true}},
	})
	s := measured(results.ArmA, 0, 30, map[string]*results.ClassData{"predict": class(3000, 0.3, 9)})
	failing := class(300, 20, 900)
	failing.Errors, failing.Status = map[string]int64{results.ErrStatus: 90}, map[string]int64{"200": 210, "503": 90}
	s.Beside = map[string]*results.ClassData{"reindex": failing, "browse": class(100, 1, 5), "browse.total": class(100, 4, 12)}
	f.Slices = []results.Slice{s}
	if err := json.Unmarshal([]byte(`{"ended":"interrupted","aborted":{"rule":"reindex:errors>5% for 10s","value":30,"after_s":30}}`), &f.Footer); err != nil {
		panic(err)
	}
	run := summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	judge(run, "p99<50ms", "errors<1%", "reindex:errors<1%")
	return run
}
