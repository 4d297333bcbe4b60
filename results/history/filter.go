package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Kinds of measurement.
const (
	Run        = "run"        // of one target
	Comparison = "comparison" // of two
)

// Filter says which files are asked for; the zero value asks for all. What is not "" or
// nil must hold.
type Filter struct {
	Scenario string            // its name or its title
	Target   string            // the name of one of the targets
	Labels   map[string]string // a value of "" is any
	Since    time.Time         // the measurement began then or later
	Kind     string            // Run or Comparison
}

// Any says that it asks for all files.
func (f *Filter) Any() bool {
	return f.Scenario == "" && f.Target == "" && len(f.Labels) == 0 && f.Since.IsZero() && f.Kind == ""
}

// keeps says whether a file is asked for.
func (f *Filter) keeps(file *results.File) bool {
	h := &file.Header
	named := func(t results.Target) bool { return t.Name == f.Target }
	switch {
	case f.Scenario != "" && h.Scenario.Name != f.Scenario && h.Scenario.Title != f.Scenario:
		return false
	case f.Target != "" && !slices.ContainsFunc(h.Targets, named):
		return false
	case h.Start.Before(f.Since):
		return false
	case f.Kind != "" && f.Kind != kindOf(h):
		return false
	}
	for name, want := range f.Labels {
		if got, has := h.Tags[name]; !has || want != "" && got != want {
			return false
		}
	}
	return true
}

func kindOf(h *results.Header) string {
	if len(h.Targets) > 1 {
		return Comparison
	}
	return Run
}

// List has the files of a folder that are asked for, the newest first, as results.List
// does, and apart from them those whose header cannot be read, of which nobody knows
// whether they are.
func List(folder string, f Filter) (files, unreadable []*results.File, err error) {
	all, err := results.List(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, file := range all {
		switch {
		case file.Header.Schema == "":
			unreadable = append(unreadable, file)
		case f.keeps(file):
			files = append(files, file)
		}
	}
	return files, unreadable, nil
}

// ParseSince reads a day (2026-11-28), an instant (RFC 3339), or how long before now, as
// ParseAge does.
func ParseSince(s string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04", time.DateTime} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	age, err := ParseAge(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("found %q, want a day such as 2026-11-28, or an age such as 30d or 12h", s)
	}
	return now.Add(-age), nil
}

const (
	day     = 24 * time.Hour
	longest = 100 * 365 * day
)

// ParseAge reads a span of time: 30d, 2w, and what Go takes for a duration, 12h or 1h30m.
// It is more than 0, and no more than a hundred years.
func ParseAge(s string) (time.Duration, error) {
	age, err := time.ParseDuration(s)
	if digits := strings.TrimRight(s, "dw"); err != nil && len(s) == len(digits)+1 {
		n, nerr := strconv.ParseFloat(digits, 64)
		unit := float64(day)
		if strings.HasSuffix(s, "w") {
			unit *= 7
		}
		if n *= unit; nerr == nil && n <= float64(longest) { // not of NaN
			age, err = time.Duration(n), nil
		}
	}
	if err != nil || age <= 0 || age > longest {
		return 0, fmt.Errorf("found %q, want an age such as 30d, 2w or 12h", s)
	}
	return age, nil
}
