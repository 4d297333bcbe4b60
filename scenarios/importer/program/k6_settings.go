package program

import (
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/scenarios/example"
)

// Options of k6 that the loads are made of, and those that are of its reports alone.
var (
	k6LoadOptions   = []string{"vus", "duration", "iterations", "stages", "scenarios", "thresholds", "rps", "maxDuration"}
	k6ReportOptions = []string{"summaryTrendStats", "summaryTimeUnit", "systemTags", "discardResponseBodies", "ext", "cloud", "setupTimeout", "teardownTimeout", "noUsageReport", "linger", "paused", "throw", "tags", "noVUConnectionReuse"}
	k6ScenarioKeys  = []string{
		"executor", "exec", "startTime", "gracefulStop", "gracefulRampDown", "vus", "duration", "iterations", "maxDuration", "stages", "startVUs", "startRate", "rate", "timeUnit", "preAllocatedVUs", "maxVUs", "tags",
	}
)

// settings are the options beside the loads.
func (k *k6) settings(options example.Pairs) {
	for _, pair := range options {
		switch text, isText := pair.Value.(string); {
		case pair.Value == nil || slices.Contains(k6LoadOptions, pair.Key) || slices.Contains(k6ReportOptions, pair.Key):
		case pair.Key == "userAgent" && isText:
			k.agent = text
		case pair.Key == "maxRedirects":
			k.d.Once("Redirects are not followed, whatever maxRedirects says.")
		case pair.Key == "insecureSkipTLSVerify":
			k.d.Once("Certificates are not verified there: run it with --insecure.")
		case pair.Key == "noConnectionReuse":
			k.d.Once("Connections are not kept there: run it with --no-keepalive.")
		default:
			k.d.Left = append(k.d.Left, k.at(pair.Key)+"the option "+safeName(pair.Key))
		}
	}
}

// unreadKeys are what a scenario of k6 says beside its load.
func (k *k6) unreadKeys(l *k6Load, one example.Pairs) {
	for _, pair := range one {
		if pair.Value != nil && !slices.Contains(k6ScenarioKeys, pair.Key) {
			l.About = append(l.About, fmt.Sprintf("%s of its scenario is not taken over.", safeName(pair.Key)))
		}
	}
}
