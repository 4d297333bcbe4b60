package servers

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestMetricsParse(t *testing.T) {
	sample := regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})?) (\S+)$`)
	for _, name := range subjects {
		s := start(t, name, map[string]string{"PREDICTION_LOG": filepath.Join(t.TempDir(), "log")}, nil)
		s.send(t, features(ten))
		s.send(t, features(ten))
		s.send(t, get("/nope"))
		s.send(t, get("/nope-either"))
		status, header, body := s.send(t, request{method: "GET", path: "/metrics", auth: "-"})
		if status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "text/plain") {
			t.Fatalf("%s: %d %v", name, status, header)
		}
		got := map[string]float64{}
		for line := range strings.Lines(string(body)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "# HELP ") || strings.HasPrefix(line, "# TYPE ") {
				continue
			}
			m := sample.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("%s: line %q", name, line)
				continue
			}
			value, err := strconv.ParseFloat(m[2], 64)
			if _, twice := got[m[1]]; err != nil || twice {
				t.Errorf("%s: line %q: %v", name, line, err)
			}
			got[m[1]] = value
		}
		for series, want := range map[string]float64{
			`mlbench_http_requests_total{route="/predict",status="200"}`:    2,
			`mlbench_http_requests_total{route="unmatched",status="404"}`:   2,
			`mlbench_http_request_duration_seconds_count{route="/predict"}`: 2,
			`mlbench_predictions_total`:                                     2,
			`mlbench_cache_hits_total`:                                      1,
			`mlbench_cache_misses_total`:                                    1,
			`mlbench_prediction_log_dropped_total`:                          0,
		} {
			if v, ok := got[series]; !ok || v != want {
				t.Errorf("%s: %s is %v (there: %v), want %v", name, series, v, ok, want)
			}
		}
	}
}
