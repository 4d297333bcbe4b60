package predict

import (
	"log/slog"
	"sync"
	"time"
)

// failures tells the operator of failed logins without filling the log. Names
// are left out: a password typed into the wrong field would be among them.
type failures struct {
	mu                sync.Mutex
	wrong, turnedAway int
	told              time.Time
}

const failuresEvery = 10 * time.Second

func (f *failures) add(logger *slog.Logger, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if why == ErrManyLogins {
		f.turnedAway++
	} else {
		f.wrong++
	}
	if time.Since(f.told) < failuresEvery {
		return
	}
	logger.Warn("failed logins", "wrong", f.wrong, "turned_away", f.turnedAway)
	f.wrong, f.turnedAway, f.told = 0, 0, time.Now()
}
