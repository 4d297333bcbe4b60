package loadgen

import (
	"context"
	"testing"
	"time"
)

// Both probes run on this machine, whatever it is like.
func TestWakeUpProbes(t *testing.T) {
	const wakeUps = 20
	if late := ProbePacer(t.Context(), wakeUps*probeEvery); late.Count() != wakeUps {
		t.Errorf("pacer: %d wake-ups, want %d", late.Count(), wakeUps)
	}
	if late := ProbeTimer(t.Context(), wakeUps*probeEvery); late.Count() != wakeUps {
		t.Errorf("timer: %d wake-ups, want %d", late.Count(), wakeUps)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if late := ProbePacer(ctx, time.Hour); late.Count() > 1 {
		t.Errorf("cancelled pacer: %d wake-ups", late.Count())
	}
	if late := ProbeTimer(ctx, time.Hour); late.Count() > 1 {
		t.Errorf("cancelled timer: %d wake-ups", late.Count())
	}
}
