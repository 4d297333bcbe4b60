package reference

import (
	"net/http"
	"syscall"
	"testing"
	"time"
)

// TestBurnTakesTheCPU: the same plan, asleep and burning, differs in the CPU time
// of the process. A tenth of the work is asked for, as the rest of the machine may
// hold the cores while the wall clock of the work runs.
func TestBurnTakesTheCPU(t *testing.T) {
	const requests, service = 4, 50 * time.Millisecond
	used := func(burn bool) time.Duration {
		url, client := start(t, Options{Service: service, Burn: burn})
		before := processTime(t)
		for range requests {
			send(t, client, http.MethodGet, url, "")
		}
		return processTime(t) - before
	}
	asleep, burning := used(false), used(true)
	if burning-asleep < requests*service/10 {
		t.Errorf("%v of CPU asleep, %v burning: want at least %v more", asleep, burning, requests*service/10)
	}
}

func processTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
