package importer

import (
	"testing"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// firstRequest is the first request of a scenario, as the host h is sent it.
func firstRequest(t *testing.T, sc *scenarios.Scenario) string {
	t.Helper()
	at, err := targets.Parse("http://h", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, PoolSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	return string(plan.Classes[0].Pool[0].AppendHTTP1(nil))
}
