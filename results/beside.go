package results

import (
	"cmp"
	"fmt"
	"time"
)

// besideLoad is a load that runs beside the one that is measured: what it does is in
// Slice.Beside, and in no figure of that. Its fields are as in Header, of that load.
type besideLoad struct {
	Name        string  `json:"name"`
	StartS      float64 `json:"start_s,omitempty"`    // after the measurement's beginning
	DurationS   float64 `json:"duration_s,omitempty"` // 0: until its end
	Model       Model   `json:"model"`
	Arrivals    string  `json:"arrivals,omitempty"`
	Shape       string  `json:"shape,omitempty"`
	RateRPS     float64 `json:"rate_rps,omitempty"`
	Connections int     `json:"connections,omitempty"`
	Think       string  `json:"think,omitempty"`
	SpawnRPS    float64 `json:"spawn_rps,omitempty"`
	Clients     string  `json:"clients,omitempty"`
	Pacing      string  `json:"pacing,omitempty"`
	TimeoutS    float64 `json:"timeout_s"`
	Classes     []Class `json:"classes"`
}

// RunsBeside adds a load of that name, which is as of says.
func (h *Header) RunsBeside(name string, start, duration time.Duration, of *Header) {
	h.Beside = append(h.Beside, besideLoad{
		Name: name, StartS: start.Seconds(), DurationS: duration.Seconds(),
		Model: of.Model, Arrivals: of.Arrivals, Shape: of.Shape, RateRPS: of.RateRPS,
		Connections: of.Connections, Think: of.Think, SpawnRPS: of.SpawnRPS, Clients: of.Clients, Pacing: of.Pacing, TimeoutS: of.TimeoutS, Classes: of.Classes,
	})
}

// Header is that of a measurement whose load this is.
func (l *besideLoad) Header() *Header {
	return &Header{
		Model: l.Model, Arrivals: l.Arrivals, Shape: l.Shape, RateRPS: l.RateRPS,
		Connections: l.Connections, Think: l.Think, SpawnRPS: l.SpawnRPS, Clients: l.Clients, Pacing: l.Pacing, TimeoutS: l.TimeoutS, Classes: l.Classes,
	}
}

// Within is for how many seconds of the first so many of a measurement the load runs.
func (l *besideLoad) Within(seconds float64) float64 {
	end := seconds
	if l.DurationS > 0 {
		end = min(end, l.StartS+l.DurationS)
	}
	return max(0, end-l.StartS)
}

// besideClasses are those of all loads beside.
func (h *Header) besideClasses() (out []Class) {
	for i := range h.Beside {
		out = append(out, h.Beside[i].Classes...)
	}
	return out
}

// besideDiffers says whether other loads run beside.
func (a *Header) besideDiffers(b *Header) bool {
	return len(a.Beside) != len(b.Beside) || fmt.Sprint(a.Beside) != fmt.Sprint(b.Beside)
}

// validateBeside refuses loads of which no measurement can be.
func (h *Header) validateBeside() error {
	for i := range h.Beside {
		l := &h.Beside[i]
		var err error
		if !(l.StartS >= 0 && l.StartS <= maxSeconds && l.DurationS >= 0 && l.DurationS <= maxSeconds) {
			err = fmt.Errorf("it starts at %g s for %g s", l.StartS, l.DurationS)
		}
		if err = cmp.Or(err, l.Header().validate()); err != nil {
			return fmt.Errorf("load %.40q: %w", l.Name, err)
		}
	}
	return nil
}
