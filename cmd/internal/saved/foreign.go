package saved

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// foreign says what a file is that is no result file, and what takes it; ""
// if that cannot be told.
func foreign(path string) string {
	if what := byContent(path); what != "" {
		return what
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		return "a scenario, a target file or a gate file, not a result: 'mlbench run' takes a scenario and writes a result file (.jsonl)"
	case ".js", ".mjs", ".ts", ".py", ".lua", ".sh", ".go":
		return "a script, which mlbench does not read: report takes result files of 'mlbench run' and 'mlbench compare' (.jsonl)"
	case ".csv", ".md", ".markdown", ".html", ".xml", ".junit":
		return "a report, or something else for people: give the result file (.jsonl) that it was made of"
	}
	return ""
}

// byContent recognizes the JSON documents of mlbench.
func byContent(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 16 << 20
	var doc json.RawMessage
	if json.NewDecoder(io.LimitReader(f, most)).Decode(&doc) != nil {
		return ""
	}
	var several []json.RawMessage
	if json.Unmarshal(doc, &several) == nil && len(several) > 0 {
		doc = several[0]
	}
	var kind struct {
		Schema string `json:"schema"`
	}
	_ = json.Unmarshal(doc, &kind)
	switch name, _, _ := strings.Cut(kind.Schema, "/"); name {
	case schemaName(verdict.CalibrationSchema):
		return "a calibration, not a result: 'mlbench gate' and 'mlbench compare' of saved runs take it with --calibration"
	case schemaName(summary.Schema), schemaName(verdict.ComparisonSchema), "mlbench.timeline", "mlbench.parity":
		return "a report already, as --format json writes it: give the result file (.jsonl) that it names as result_file"
	}
	return ""
}

func schemaName(schema string) string {
	name, _, _ := strings.Cut(schema, "/")
	return name
}
