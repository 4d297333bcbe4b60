package reference

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseStall reads "500ms/10s": no progress for 500 ms once every 10 s.
func ParseStall(s string) (stall, every time.Duration, err error) {
	length, period, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, fmt.Errorf("stall %q: want LENGTH/PERIOD, for example 500ms/10s", s)
	}
	stall, err = positive(length)
	if err != nil {
		return 0, 0, fmt.Errorf("stall %q: length %w", s, err)
	}
	every, err = positive(period)
	if err != nil {
		return 0, 0, fmt.Errorf("stall %q: period %w", s, err)
	}
	if stall >= every {
		return 0, 0, fmt.Errorf("stall %q: the stall must be shorter than its period", s)
	}
	return stall, every, nil
}

// ParseShare reads a share of all requests as "1%" or "0.01".
func ParseShare(s string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return 0, fmt.Errorf("share %q: want a percentage such as 1%% or a fraction such as 0.01", s)
	}
	if percent {
		share /= 100
	}
	if !within(share, 0, 1) {
		return 0, fmt.Errorf("share %q is not between 0%% and 100%% (0 and 1)", s)
	}
	return share, nil
}

// ParseBimodal reads "10%:20ms": a tenth of the requests take 20 ms.
func ParseBimodal(s string) (share float64, service time.Duration, err error) {
	first, second, ok := strings.Cut(s, ":")
	if !ok {
		return 0, 0, fmt.Errorf("second mode %q: want SHARE:TIME, for example 10%%:20ms", s)
	}
	share, err = ParseShare(first)
	if err != nil {
		return 0, 0, fmt.Errorf("second mode %q: %w", s, err)
	}
	if share == 0 {
		return 0, 0, fmt.Errorf("second mode %q: the share must be above 0", s)
	}
	service, err = positive(second)
	if err != nil {
		return 0, 0, fmt.Errorf("second mode %q: time %w", s, err)
	}
	return share, service, nil
}

func positive(s string) (time.Duration, error) {
	d, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 500ms or 10s", s)
	}
	if d <= 0 {
		return 0, fmt.Errorf("%q is not above 0", s)
	}
	return d, nil
}
