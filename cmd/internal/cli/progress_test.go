package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// A24: in a log, long measurements show that they go on.
func TestProgressInALogEveryHalfMinute(t *testing.T) {
	var log bytes.Buffer
	p := NewProgress(Streams{Err: Messages(&log)}, false)
	clock := time.Unix(0, 0)
	p.now = func() time.Time { return clock }
	p.Phase("measuring x", 10*time.Minute)
	for range 90 {
		clock = clock.Add(time.Second)
		p.Slice(&results.Slice{DurationS: 1})
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 1+3 || !strings.Contains(lines[3], "90s/10m0s") {
		t.Errorf("lines of 90 s:\n%s", log.String())
	}
	if strings.ContainsAny(log.String(), "\r\033") {
		t.Errorf("control characters: %q", log.String())
	}
}
