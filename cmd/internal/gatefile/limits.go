package gatefile

import (
	"strings"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/targets/strict"
)

// limitsText is limits as --max-regression takes them. A gate file has them so,
// or as a mapping of metrics to changes.
type limitsText string

// DecodeNode reads both forms; whether the text is right shows when it is used.
func (l *limitsText) DecodeNode(d *strict.Document, n *strict.Node) {
	switch {
	case n.Kind == strict.String && n.Text != "":
		*l = limitsText(n.Text)
	case n.Kind == strict.Map && len(n.Keys) > 0:
		var parts []string
		for i, key := range n.Keys {
			if limitOf(d, n, key, n.Items[i]) {
				parts = append(parts, key.Name+"="+n.Items[i].Text)
			}
		}
		if len(parts) < len(n.Keys) {
			return // what is wrong is noted
		}
		*l = limitsText(strings.Join(parts, ","))
	default:
		d.Bad(n, "found %s, want metrics and their limits, such as {p50: 5%%, p90: 10%%}", n.Describe())
	}
}

// limitOf notes what is wrong with one limit of a mapping.
func limitOf(d *strict.Document, n *strict.Node, key strict.Key, value *strict.Node) bool {
	name := key.Name
	if !limitOK(name, "1%") && !limitOK(name, "1pp") {
		d.BadAt(key.Line, key.Col, "%s: %q cannot be judged%s (known: p50 and other percentiles, also of a class as health:p50, throughput, errors, cpu)",
			n.Path, name, cli.DidYouMean(name, []string{"p50", "p90", "p99", "throughput", "errors"}))
		return false
	}
	if isScalar(value) && limitOK(name, value.Text) {
		return true
	}
	want := "a change such as 5%, or off"
	switch name {
	case "errors":
		want = "a difference in percentage points such as 0.5pp"
	case "throughput":
		want = "a change such as 5%, below 99%"
	}
	d.Bad(value, "found %s, want %s", value.Describe(), want)
	return false
}

// limitOK says whether the value is a limit of the metric.
func limitOK(name, value string) bool {
	_, err := verdict.ParseLimits(name + "=" + value)
	return err == nil && !strings.ContainsAny(name+value, ",=")
}
