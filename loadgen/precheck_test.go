package loadgen

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
)

func TestPlanWarnsOfLimits(t *testing.T) {
	limits := machine.Limits{OpenFiles: 1024, PortsFrom: 32768, PortsTo: 60999}
	for _, tc := range []struct {
		name string
		plan Plan
		want string // "" for none
	}{
		{"few connections", Plan{Load: closedLoad(64, 1)}, ""},
		{"more connections than files", Plan{Load: closedLoad(1000, 1)}, "ulimit -n 1032"},
		{"a connection for each request", Plan{Load: closedLoad(1, 1), Connect: Connect{MaxRequests: 1}}, "471 per second"},
		{"few new connections", Plan{Load: Load{Model: results.Open, Rate: ConstantRate(100)}, Connect: Connect{MaxRequests: 1}}, ""},
		{"many new connections", Plan{Load: Load{Model: results.Open, Rate: ConstantRate(5000)}, Connect: Connect{MaxRequests: 1}}, "5000 new connections per second"},
	} {
		got := strings.Join(tc.plan.Warnings(limits), "\n")
		if !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		if w := tc.plan.Warnings(machine.Limits{}); tc.plan.Connect.MaxRequests == 0 && len(w) > 0 {
			t.Errorf("%s: %q of unknown limits", tc.name, w)
		}
	}
}
