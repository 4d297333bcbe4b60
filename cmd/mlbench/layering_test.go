package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mlbench/mlbench"

// allowed is the table of import directions: each package of ours, and those of
// ours that it may import. A new edge is a decision, to be made here first.
var allowed = map[string][]string{
	"cmd/mlbench":           {"cmd/internal/check", "cmd/internal/cli", "cmd/internal/doctor", "cmd/internal/gatefile", "cmd/internal/output", "cmd/internal/probe", "cmd/internal/revision", "cmd/internal/saved", "cmd/internal/selftest", "cmd/internal/session", "cmd/internal/verify", "cmd/internal/web", "docs", "loadgen", "loadgen/machine", "report", "results", "results/answers", "results/history", "results/summary", "results/trend", "results/verdict", "scenarios", "scenarios/importer", "scenarios/openapi", "servers", "servers/model", "servers/reference", "targets", "targets/strict"},
	"cmd/internal/check":    {"targets"},
	"cmd/internal/cli":      {"report/live", "results", "results/verdict", "targets/strict"},
	"cmd/internal/doctor":   {"cmd/internal/cli", "cmd/internal/probe", "loadgen", "loadgen/machine", "report", "results", "results/stats", "targets"},
	"cmd/internal/gatefile": {"cmd/internal/cli", "results/verdict", "targets/strict"},
	"cmd/internal/output":   {"cmd/internal/cli", "report", "results/history", "results/summary", "results/verdict"},
	"cmd/internal/probe":    {"loadgen", "loadgen/machine", "loadgen/send", "results", "results/stats", "results/summary", "targets"},
	"cmd/internal/revision": {"results"},
	"cmd/internal/saved":    {"cmd/internal/cli", "cmd/internal/output", "cmd/internal/session", "results", "results/history", "results/summary", "results/verdict"},
	"cmd/internal/selftest": {"cmd/internal/cli", "cmd/internal/probe", "loadgen", "loadgen/machine", "loadgen/send", "report", "results", "results/stats", "results/summary", "servers/reference"},
	"cmd/internal/session":  {"cmd/internal/cli", "loadgen", "loadgen/machine", "results", "results/abort", "results/history", "results/stats", "results/summary", "results/verdict", "scenarios", "targets"},
	"cmd/internal/verify":   {"cmd/internal/cli", "results", "results/answers", "scenarios", "scenarios/cases", "scenarios/importer", "scenarios/openapi", "targets", "targets/strict"},
	"cmd/internal/web":      {"cmd/internal/cli", "cmd/internal/session", "report", "results", "scenarios", "targets"},
	"scenarios":             {"loadgen", "loadgen/http1", "loadgen/send", "results", "results/abort", "results/answers", "results/summary", "scenarios/rows", "targets", "targets/strict"},
	"scenarios/cases":       {"loadgen/send", "results/answers", "scenarios", "scenarios/example", "scenarios/openapi", "targets", "targets/strict"},
	"scenarios/example":     {"results/answers", "scenarios", "scenarios/openapi"},

	"scenarios/importer":              {"loadgen", "results/answers", "scenarios", "scenarios/example", "scenarios/importer/draft", "scenarios/importer/plan", "scenarios/importer/program", "scenarios/openapi", "targets", "targets/strict"},
	"scenarios/importer/draft":        {"scenarios", "scenarios/example", "scenarios/openapi", "targets"},
	"scenarios/importer/importertest": {"scenarios", "scenarios/importer/draft", "targets", "targets/strict"},
	"scenarios/importer/plan":         {"results/answers", "scenarios", "scenarios/example", "scenarios/importer/draft", "targets"},
	"scenarios/importer/program":      {"scenarios", "scenarios/example", "scenarios/importer/draft", "scenarios/importer/script", "targets"},
	"scenarios/importer/script":       {},

	"scenarios/openapi":   {"targets/strict"},
	"scenarios/rows":      {},
	"targets":             {"loadgen/send", "targets/strict"},
	"targets/strict":      {},
	"loadgen":             {"loadgen/http1", "loadgen/machine", "loadgen/send", "results", "results/stats"},
	"loadgen/http1":       {},
	"loadgen/machine":     {"results"},
	"loadgen/send":        {"loadgen/http1"},
	"docs":                {},
	"docs/pictures":       {},
	"bench/acceptance":    {"results", "results/stats", "results/verdict"},
	"bench/live":          {"results", "results/summary"},
	"report":              {"report/chart", "results", "results/answers", "results/history", "results/summary", "results/trend", "results/verdict"},
	"report/chart":        {},
	"report/live":         {"report", "results", "results/stats", "results/verdict"},
	"results":             {"results/stats"},
	"results/abort":       {"results", "results/summary"},
	"results/history":     {"results", "results/summary", "results/verdict"},
	"results/trend":       {"results", "results/history", "results/verdict"},
	"results/summary":     {"results", "results/stats"},
	"results/verdict":     {"results", "results/stats", "results/summary"},
	"results/resulttest":  {"results", "results/stats"},
	"results/stats":       {},
	"results/answers":     {},
	"servers":             {"servers/conns", "servers/legacy", "servers/modern", "servers/predict", "servers/model"},
	"servers/legacy":      {"servers/predict"},
	"servers/modern":      {"servers/predict", "servers/modern/docs"},
	"servers/modern/docs": {},
	"servers/predict":     {"servers/model"},
	"servers/model":       {},
	"servers/reference":   {"servers/conns"},
	"servers/conns":       {},
}

// homes names the one package, or the one folder of them, that imports each
// third-party library; of a library that two need, who do not know each other, both.
var homes = map[string]string{
	"github.com/spf13/cobra":                   "cmd",
	"github.com/tsenart/vegeta/v12":            "loadgen",
	"github.com/prometheus/procfs":             "loadgen/machine",
	"github.com/HdrHistogram/hdrhistogram-go":  "results/stats",
	"github.com/olekukonko/tablewriter":        "report",
	"charm.land/bubbletea/v2":                  "report/live",
	"github.com/charmbracelet/x/ansi":          "report/live",
	"github.com/guptarohit/asciigraph":         "report/live",
	"github.com/goccy/go-yaml":                 "targets/strict",
	"github.com/andybalholm/brotli":            "targets",
	"github.com/klauspost/compress":            "targets scenarios/rows",
	"github.com/gin-gonic/gin":                 "servers/legacy",
	"github.com/gofiber/fiber/v2":              "servers/modern",
	"github.com/danielgtaylor/huma/v2":         "servers/modern",
	"github.com/golang-jwt/jwt/v5":             "servers/predict",
	"github.com/maypok86/otter/v2":             "servers/predict",
	"github.com/ohler55/ojg":                   "results/answers",
	"github.com/parquet-go/parquet-go":         "scenarios/rows",
	"mvdan.cc/sh/v3":                           "scenarios/importer",
	"golang.org/x/text":                        "scenarios/importer",
	"github.com/tdewolff/parse/v2":             "scenarios/importer/script",
	"github.com/prometheus/client_golang":      "servers/predict",
	"github.com/santhosh-tekuri/jsonschema/v6": "scenarios/openapi scenarios/importer/importertest",
}

func TestImportDirections(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	used := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		edges, known := allowed[name]
		if !known {
			t.Errorf("package %s is not in the table of import directions", name)
			continue
		}
		for _, imp := range p.Imports {
			if ours, ok := strings.CutPrefix(imp, module+"/"); ok && !slices.Contains(edges, ours) {
				t.Errorf("%s imports %s, which the table of import directions does not allow", name, ours)
			}
			for lib, home := range homes {
				if imp == lib || strings.HasPrefix(imp, lib+"/") {
					used[lib] = true
					if !slices.ContainsFunc(strings.Fields(home), func(home string) bool { return name == home || strings.HasPrefix(name, home+"/") }) {
						t.Errorf("%s imports %s, whose home is %s", name, imp, home)
					}
				}
			}
		}
	}
	for lib, home := range homes {
		if !used[lib] {
			t.Errorf("%s is not used by its home %s", lib, home)
		}
	}
}
