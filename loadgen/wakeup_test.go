package loadgen

import (
	"context"
	"testing"
	"time"
)

// Both probes run on this machine, whatever it is like.
func TestWakeUpProbes(t *testing.T) {
	const wakeUps = 20
	if late := probePacer(t.Context(), wakeUps*probeEvery); late.Count() != wakeUps {
		t.Errorf("pacer: %d wake-ups, want %d", late.Count(), wakeUps)
	}
	if late := probeTimer(t.Context(), wakeUps*probeEvery); late.Count() != wakeUps {
		t.Errorf("timer: %d wake-ups, want %d", late.Count(), wakeUps)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if late := probePacer(ctx, time.Hour); late.Count() > 1 {
		t.Errorf("cancelled pacer: %d wake-ups", late.Count())
	}
	if late := probeTimer(ctx, time.Hour); late.Count() > 1 {
		t.Errorf("cancelled timer: %d wake-ups", late.Count())
	}
}
