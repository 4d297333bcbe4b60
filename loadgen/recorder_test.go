package loadgen

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// A status is what its protocol calls it, and 0 may be a good one: whether there
// was an answer is told by how the request ended.
func TestStatusesAreKeysOfTheirProtocol(t *testing.T) {
	r := newRecorder([]Class{{Name: "infer"}}, false, 1)
	r.statusKey = func(code int) string { return map[int]string{0: "OK", 14: "UNAVAILABLE"}[code] }
	for _, o := range []outcome{{status: 0}, {status: 0}, {status: 14, failure: failStatus}, {failure: failReset}} {
		r.record(0, &o)
	}
	var s results.Slice
	r.drain(&s)
	d := s.Classes["infer"]
	if diff := cmp.Diff(map[string]int64{"OK": 2, "UNAVAILABLE": 1}, d.Status); diff != "" || d.Done != 3 || d.Sent != 4 {
		t.Errorf("%d of %d answered (-want +got):\n%s", d.Done, d.Sent, diff)
	}
}

// Settle requests are in no figure, but failures among them are failures.
func TestErrorsOfSettleRequestsAreCounted(t *testing.T) {
	r := newRecorder([]Class{{Name: "get"}}, true, 1)
	r.settled = 100
	for _, o := range []outcome{{begun: 10}, {begun: 20, failure: failStatus}, {begun: 99, failure: failReset}, {begun: 100, failure: failCheck}} {
		r.record(0, &o)
	}
	r.drop(&request{planned: 50})
	r.drop(&request{planned: 150})
	var s results.Slice
	r.drain(&s)
	if d := s.Classes["get"]; s.Discarded != 4 || s.SettleErrors != 3 || d.Sent != 1 || d.Dropped != 1 {
		t.Errorf("%d of %d settle requests failed, %d sent, %d dropped; want 3 of 4, 1, 1", s.SettleErrors, s.Discarded, d.Sent, d.Dropped)
	}
	if r.drain(&s); s.Discarded != 4 {
		t.Errorf("counted twice: %d", s.Discarded)
	}
}
