package report

import (
	"fmt"
	"math"

	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// resourcesText is what a run's target used.
func resourcesText(r *summary.Resources) string {
	return fmt.Sprintf("%s CPU s per 1,000 requests (%s CPU s in all), at most %s MB of memory",
		cpuText(r.CPUPer1000), cpuText(&r.CPUSeconds), megabytesText(&r.PeakRSSMB))
}

// resourcesPart shows what both targets used, side by side.
func resourcesPart(c *verdict.Comparison, a, b string) part {
	t := &Table{Head: []Cell{{"resources", Own}, {Text: a}, {Text: b}, {"change", Own}}, Left: 1}
	ofA, ofB := resourceFigures(c.Resources.A), resourceFigures(c.Resources.B)
	for i, x := range ofA {
		y := ofB[i]
		if x.name == "" {
			continue
		}
		change := missing
		if c := percentChange(x.value, y.value); c != nil {
			change = signedText(*c, 1) + "%"
		}
		t.add(Cells(Own, x.name, x.text(x.value), y.text(y.value), change)...)
	}
	out := part{table: t}
	if c.Resources.A == nil || c.Resources.B == nil {
		out.notes = append(out.notes, own(missing+" not known: only of targets that mlbench itself starts"))
	}
	return out
}

// resourceFigure is one number of a target's use, as each form needs it.
type resourceFigure struct {
	name         string // empty: depends on how many requests there were, so it is not compared
	metric, unit string // of CSV
	value        *float64
	text         func(*float64) string
}

// resourceFigures has all of them, without values where r is nil.
func resourceFigures(r *summary.Resources) []resourceFigure {
	if r == nil {
		return []resourceFigure{
			{"CPU s per 1,000 requests", "cpu_s_per_1000", "s", nil, cpuText},
			{"", "cpu_s", "s", nil, cpuText},
			{"peak memory, MB", "peak_rss_mb", "MB", nil, megabytesText},
		}
	}
	out := resourceFigures(nil)
	out[0].value, out[1].value, out[2].value = r.CPUPer1000, &r.CPUSeconds, &r.PeakRSSMB
	return out
}

func cpuText(v *float64) string {
	if v == nil {
		return missing
	}
	return msText(*v) // three digits; a millisecond is as fine as it gets
}

func megabytesText(v *float64) string {
	if v == nil {
		return missing
	}
	return fixed(*v, 1)
}

// percentChange is b against a; nil where there is no ratio.
func percentChange(a, b *float64) *float64 {
	if a == nil || b == nil || *a <= 0 {
		return nil
	}
	c := 100 * (*b / *a - 1)
	if math.IsInf(c, 0) { // of next to nothing
		return nil
	}
	return &c
}
