package probe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSentInstants(t *testing.T) {
	raw := `{"timestamp":"2026-01-02T03:04:05.000200000Z","lag":50000}
{"timestamp":"2026-01-02T03:04:05.000000000Z","lag":100000}
`
	sent, err := sentInstants(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	// 100 µs and 250 µs, in the order of sending and since the first.
	if diff := cmp.Diff([]time.Duration{0, 150 * time.Microsecond}, sent); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := sentInstants(strings.NewReader(raw + "{")); err == nil {
		t.Error("cut-off results were accepted")
	}
	if sent, err := sentInstants(strings.NewReader("")); err != nil || len(sent) != 0 {
		t.Errorf("of nothing: %v, %v", sent, err)
	}
}
