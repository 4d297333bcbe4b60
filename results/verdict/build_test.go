package verdict

import (
	"encoding/json"

	"github.com/mlbench/mlbench/results/resulttest"
	"github.com/mlbench/mlbench/results/stats"
)

var (
	hist     = resulttest.Hist
	steps    = resulttest.Steps
	served   = resulttest.Served
	openFile = resulttest.OpenFile
	write    = resulttest.Write
)

func jsonLine(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(b, '\n'), err
}

func repeat(n int, ms float64) *stats.Histogram {
	vs := make([]float64, n)
	for i := range vs {
		vs[i] = ms
	}
	return hist(vs...)
}
