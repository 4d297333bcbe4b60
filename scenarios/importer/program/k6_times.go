package program

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// k6Duration is a time as the language writes it; a number is of milliseconds.
func k6Duration(v any) (string, bool) {
	if f, ok := numberOf(v); ok && f > 0 && f < 1e12 {
		return seconds(f / 1000), true
	}
	s, ok := v.(string)
	if at, isEnv := v.(envValue); isEnv && at.fallback != nil {
		s, ok = *at.fallback, true
	}
	if !ok {
		return "", false
	}
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if days, rest, has := strings.Cut(s, "d"); has {
		n, err := strconv.Atoi(days)
		if err != nil || n > 365 {
			return "", false
		}
		s = strconv.Itoa(n*24) + "h" + rest
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > 365*24*time.Hour {
		return "", false
	}
	return durationText(d), true
}

// durationText is 1m30s, without what is zero.
func durationText(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func whole64(f float64) string {
	return strconv.FormatInt(int64(math.Min(math.Max(0, math.Round(f)), 1e9)), 10)
}

// longest is that of several times.
func longest(all []string) string {
	most, out := time.Duration(-1), ""
	for _, s := range all {
		if d, err := time.ParseDuration(s); err == nil && d > most {
			most, out = d, s
		}
	}
	return out
}

// startsBefore says whether a load may start then: while the first one, whose lines these are, goes on.
func startsBefore(start string, lines []string) bool {
	at, err := time.ParseDuration(start)
	for _, line := range lines {
		text, is := strings.CutPrefix(line, "duration: ")
		text, _, _ = strings.Cut(text, " ")
		if d, err := time.ParseDuration(text); is && err == nil {
			return at < d
		}
		for _, key := range []string{"connections: ", "shape: "} {
			if text, is := strings.CutPrefix(line, key); is && strings.Contains(text, "stages(") {
				var sum time.Duration
				for _, m := range stageForm.FindAllStringSubmatch(text, -1) {
					d, _ := time.ParseDuration(m[1])
					sum += d
				}
				return at < sum
			}
		}
	}
	return err == nil && at < 30*time.Second
}

var stageForm = regexp.MustCompile(`([0-9hms.]+):[0-9.]+`)
