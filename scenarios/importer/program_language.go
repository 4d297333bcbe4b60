package importer

import (
	"sync"

	"github.com/mlbench/mlbench/scenarios"
)

// loadsBeside says whether a scenario may have several loads.
var loadsBeside = sync.OnceValue(func() bool {
	_, err := scenarios.Parse([]byte("loads: {m: {rate: 1/s, duration: 1s, classes: [a]}, n: {connections: 1, duration: 1s, classes: [b]}}\nrequests: [{name: a, path: /}, {name: b, path: /}]"), "a.yaml")
	return err == nil
})
