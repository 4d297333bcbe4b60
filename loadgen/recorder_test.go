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
