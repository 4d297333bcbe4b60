package summary

import "github.com/mlbench/mlbench/results/resulttest"

var (
	hist     = resulttest.Hist
	steps    = resulttest.Steps
	served   = resulttest.Served
	openFile = resulttest.OpenFile
	write    = resulttest.Write
)
