package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// series holds figures by name, one for each round; NaN is a round without.
type series map[string][]float64

// set notes a figure of a round (0, 1, …).
func (s series) set(name string, round int, v float64) {
	for len(s[name]) <= round {
		s[name] = append(s[name], math.NaN())
	}
	s[name][round] = v
}

// median is the median over the rounds that have the figure, NaN without any.
func (s series) median(name string) float64 { return quantile(present(s[name]), 0.5) }

// worst is the largest figure.
func (s series) worst(name string) float64 { return quantile(present(s[name]), 1) }

// combine applies f round by round: figures of one round met the same machine.
func combine(a, b []float64, f func(a, b float64) float64) []float64 {
	var out []float64
	for i := range min(len(a), len(b)) {
		out = append(out, f(a[i], b[i]))
	}
	return present(out)
}

func ratio(a, b float64) float64 { return a / b }

func present(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// quantile is the smallest value with at least the share q at or below it; the
// median of an even number is the mean of the middle two. NaN without values.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if q == 0.5 && n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[min(n-1, max(0, int(math.Ceil(q*float64(n)-1e-9))-1))]
}

// number formats a figure with the given decimals; n/a when there is none.
func number(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "n/a"
	}
	return fmt.Sprintf("%.*f", decimals, v)
}

// spread formats a median and, over more rounds than one, the extremes.
func spread(values []float64, decimals int) string {
	if len(values) < 2 {
		return number(quantile(values, 0.5), decimals)
	}
	return fmt.Sprintf("%s (%s–%s)", number(quantile(values, 0.5), decimals), number(slices.Min(values), decimals), number(slices.Max(values), decimals))
}

// section is a table of the report.
type section struct {
	title  string
	text   string // how it was measured
	header []string
	rows   [][]string
	notes  []string
}

func (s *section) add(cells ...string) { s.rows = append(s.rows, cells) }

// fail adds a row for what could not be measured.
func (s *section) fail(name string, err error) {
	row := make([]string, len(s.header))
	row[0], row[1] = name, "n/a: "+lastLine(err.Error())
	s.add(row...)
}

func (s *section) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(s.notes, text) {
		s.notes = append(s.notes, text)
	}
}

func (s *section) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", s.title)
	if s.text != "" {
		fmt.Fprintf(&b, "%s\n\n", s.text)
	}
	if len(s.rows) > 0 {
		line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
		line(s.header)
		rule := slices.Repeat([]string{"---:"}, len(s.header))
		rule[0] = "---"
		line(rule)
		for _, row := range s.rows {
			line(row)
		}
		b.WriteString("\n")
	}
	for _, note := range s.notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	if len(s.notes) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
