package importer

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// FromVegeta makes a scenario of a target list of vegeta's, in its http or json
// format: targets of one method and path become a request, as heavy as they are
// many. Bodies that the list names by file are read.
func FromVegeta(raw []byte, o Options) ([]byte, error) {
	list, err := loadgen.ReadVegetaTargets(bytes.TrimPrefix(raw, []byte(draft.ByteOrderMark)), scenarios.MaxAdHocBody)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Source, err)
	}
	d := &draft.Scenario{About: []string{
		fmt.Sprintf("A starting point, made of the %s of %s. Weights are how often each is there.", draft.Count(len(list), "target"), o.Source),
	}}
	var all []exchange
	for i, t := range list {
		u, err := parseRecorded(t.Target)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || !targets.Token(t.Method) || t.Method == "CONNECT" {
			d.Left = append(d.Left, fmt.Sprintf("target %d: want a method and an http or https URL", i+1))
			continue
		}
		x := exchange{method: strings.ToUpper(t.Method), url: u, body: t.Body, typed: true}
		for _, f := range t.Header {
			if strings.Contains(f.Name, " ") { // vegeta's own reading of it: a header "GET http"
				return nil, fmt.Errorf("%s: target %d: a blank line is missing before %q", o.Source, i+1, f.Name+":…")
			}
			x.headers = append(x.headers, targets.Field{Name: f.Name, Value: f.Value, Empty: f.Value == ""})
		}
		all = append(all, x)
	}
	traffic(d, all, &o)
	return d.Finish(o.WithDefaults())
}
