package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// selftestReport is the part of `mlbench selftest --format json` that is read
// here.
type selftestReport struct {
	Verdict string `json:"verdict"`
	Checks  []struct {
		Name     string `json:"name"`
		Passed   bool   `json:"passed"`
		Repeated int    `json:"repeated"`
		Skipped  string `json:"skipped"`
		Rows     []struct {
			What     string   `json:"what"`
			Unit     string   `json:"unit"`
			Expected *float64 `json:"expected"`
			Measured *float64 `json:"measured"`
			Above    *float64 `json:"tolerance_above"`
			Held     bool     `json:"held"`
		} `json:"rows"`
	} `json:"checks"`
}

// selftestLimit is for --thorough with every check repeated.
const selftestLimit = 15 * time.Minute

// selftest holds mlbench against what must be: among others the four stall
// curves, a server that serves all at once and one that serves in turn.
func (b *bench) selftest(ctx context.Context) (*section, error) {
	program, err := b.program("mlbench")
	if err != nil {
		return nil, err
	}
	b.logf("selftest --thorough")
	e, err := command{core: -1, args: []string{program, "selftest", "--thorough", "--format", "json", "-q"}, limit: selftestLimit, ok: []int{exitInvalid}}.run(ctx)
	if err != nil {
		return nil, err
	}
	return b.readSelftest(e.stdout)
}

func (b *bench) readSelftest(text []byte) (*section, error) {
	var r selftestReport
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read the self-test's report: %w", err)
	}
	s := &section{
		title: "Against analytic curves",
		text: "`mlbench selftest --thorough`, one run, all cores for everybody: the four stall curves, where a request that comes u after the " +
			"beginning of a stall S of every T takes s + S − (1 − ρ)u; the tolerance is 1/rate + lag p99 + 0.2%. The other checks are counted.",
		header: []string{"check", "", "expected", "measured", "tolerance", "held"},
	}
	curves, curveRows, missed, others, passed := 0, 0, 0, 0, 0
	for _, c := range r.Checks {
		if c.Repeated > 0 {
			s.note("%s: repeated %d times", c.Name, c.Repeated)
		}
		if !strings.HasPrefix(c.Name, "stalls of") {
			others++
			if c.Passed {
				passed++
			} else {
				s.note("%s: not held %s", c.Name, c.Skipped)
			}
			continue
		}
		curves++
		for _, row := range c.Rows {
			curveRows++
			held := "yes"
			if !row.Held {
				held = "no"
				missed++
			}
			s.add(c.Name, row.What+", "+row.Unit, optional(row.Expected), optional(row.Measured), optional(row.Above), held)
		}
	}
	s.add("other checks", "passed", fmt.Sprint(others), fmt.Sprint(passed), "0", map[bool]string{true: "yes", false: "no"}[others == passed])
	b.goal(fmt.Sprintf("%d stall curves: rows of %d off by more than 1/rate + lag p99 + 0.2%%", curves, curveRows), float64(missed), 0, 0, "")
	return s, nil
}

func optional(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return number(*v, 2)
}
