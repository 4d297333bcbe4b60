package plan

import (
	"testing"

	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

func TestPlans(t *testing.T) {
	importertest.Golden(t, importertest.Sources(t, map[string]importertest.Import{"jmx": FromJMeter, "postman": FromPostman}))
}
