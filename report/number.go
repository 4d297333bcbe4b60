package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results/summary"
)

// missing stands for a number that does not exist.
const missing = "–"

// msText is a latency in milliseconds with three significant digits, but no
// finer than the histogram's microsecond.
func msText(v float64) string {
	switch {
	case math.IsNaN(v):
		return missing
	case v < 0.9995:
		return fixed(v, 3)
	case v < 9.995:
		return fixed(v, 2)
	case v < 99.95:
		return fixed(v, 1)
	}
	return fixed(v, 0)
}

// rateText is a rate per second.
func rateText(v float64) string {
	switch {
	case math.IsNaN(v):
		return missing
	case v > 0 && v < 0.995: // slow targets have rates, too
		return significant(v)
	case v < 9.995:
		return fixed(v, 2)
	case v < 999.95:
		return fixed(v, 1)
	}
	return fixed(v, 0)
}

// significant has two significant digits of a number below 1.
func significant(v float64) string {
	return fixed(v, min(9, 1-int(math.Floor(math.Log10(v)))))
}

// shareText is a percentage, without its sign.
func shareText(v float64) string {
	switch {
	case math.IsNaN(v):
		return missing
	case v == 0:
		return "0"
	case v < 0.01:
		return "<0.01"
	}
	return fixed(v, 2)
}

// signedText is a change: always with its sign, except for none.
func signedText(v float64, decimals int) string {
	if math.Abs(v) >= 999.95 {
		decimals = 0
	}
	s := fixed(v, decimals)
	if zero := strings.Trim(s, "-0.") == ""; zero {
		return strings.TrimPrefix(s, "-")
	}
	if v > 0 {
		return "+" + s
	}
	return s
}

// secondsText is a span: of one below a second two digits, so that nothing took
// no time.
func secondsText(v float64) string {
	if v > 0 && v < 0.95 {
		return strings.TrimSuffix(significant(v), "0") + " s"
	}
	return fixed(v, 1) + " s"
}

// roughly is a span that nobody needs to the tenth of a second.
func roughly(seconds float64) string {
	switch {
	case seconds < 9.95:
		return secondsText(seconds)
	case seconds < 100:
		return fixed(seconds, 0) + " s"
	}
	whole := int64(math.Round(seconds))
	text := countText(whole/60) + " min"
	if rest := whole % 60; rest > 0 {
		text += " " + countText(rest) + " s"
	}
	return text
}

func countText(n int64) string { return strconv.FormatInt(n, 10) }

// fixed has so many decimals; what is beyond all numbers is none.
func fixed(v float64, decimals int) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return missing
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// unitText is a number of a MetricRow in its unit.
func unitText(v *float64, unit string) string {
	if v == nil {
		return missing
	}
	switch unit {
	case "ms":
		return msText(*v)
	case "%":
		return shareText(*v)
	case "pairs":
		return fixed(*v, 0)
	}
	return rateText(*v)
}

// percentileText is a percentile, or missing when there are too few values for it.
func percentileText(l summary.Latency, q float64) string {
	if !summary.Enough(l.Count, q) {
		return missing
	}
	return msText(l.At(q))
}

// tooFew is the footnote to missing percentiles: for each, how many values it
// needs. It is empty when none is missing.
func tooFew(missed []float64) string {
	var needs []string
	seen := map[string]bool{}
	for _, q := range missed {
		name := summary.PercentileName(q)
		if !seen[name] {
			seen[name] = true
			needs = append(needs, fmt.Sprintf("%s needs %d", name, needed(q)))
		}
	}
	if needs == nil {
		return ""
	}
	return missing + " too few requests: " + strings.Join(needs, ", ")
}

// needed is the smallest count that is Enough for q.
func needed(q float64) int64 {
	n := int64(math.Floor(1 / (1 - q)))
	for !summary.Enough(n, q) {
		n++
	}
	return n
}

// orNaN is the number that v points to.
func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
