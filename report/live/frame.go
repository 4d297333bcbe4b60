package live

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// A frame is at least so wide, and is cut on terminals that are narrower.
const (
	narrowest = 30
	widest    = 100
)

// hue is how text is shown, as SGR parameters.
type hue string

const (
	bold  hue = "1"
	faint hue = "2"
	red   hue = "31"
	green hue = "32"
	blue  hue = "94" // arm A
	amber hue = "33" // arm B
)

// page is a frame as it is written.
type page struct {
	width, height int
	colored       bool
	lines         []string
}

func (p *page) line(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

func (p *page) hue(h hue, text string) string {
	if !p.colored || text == "" {
		return text
	}
	return "\x1b[" + string(h) + "m" + text + "\x1b[m"
}

// indent is where what is said begins, behind its name.
const indent = 11

// row is a line of a name and of parts, of which as many share a line as fit.
func (p *page) row(name string, parts ...string) {
	line, used := p.hue(faint, fmt.Sprintf("%-*s", indent-1, name))+" ", indent
	var fit []string
	for _, part := range parts {
		fit = append(fit, strings.Split(ansi.Wordwrap(part, p.width-indent, " "), "\n")...)
	}
	for i, part := range fit {
		w := ansi.StringWidth(part)
		switch {
		case i == 0:
		case used+3+w > p.width:
			p.lines = append(p.lines, line)
			line, used = strings.Repeat(" ", indent), indent
		default:
			line, used = line+"   ", used+3
		}
		line, used = line+part, used+w
	}
	p.lines = append(p.lines, line)
}

// text is the frame: no line wider than the terminal, and no more lines than it has.
func (p *page) text() string {
	for i, l := range p.lines {
		p.lines[i] = ansi.Truncate(l, p.width, "…")
	}
	// The cursor has a line, and what was there before the view one.
	if most := max(p.height-2, 3); len(p.lines) > most {
		p.lines = p.lines[:most]
	}
	return strings.Join(p.lines, "\n") + "\n"
}

// frame is what a terminal of that size shows.
func (st *state) frame(now time.Time, width, height int, colored bool) string {
	p := &page{width: min(max(width-1, narrowest), widest), height: height, colored: colored}
	st.head(p, now)
	if st.compared {
		st.comparison(p)
	} else {
		st.run(p)
	}
	st.errors(p)
	st.generator(p)
	if st.compared {
		st.judged(p)
	}
	last := "ctrl-C ends it and reports what there is"
	if st.stopping {
		last = "ending; ctrl-C again ends at once"
	}
	st.plot(p, p.height-len(p.lines)-3)
	p.lines = append(p.lines, p.hue(faint, ansi.Truncate(last, p.width, "…")))
	return p.text()
}

// head says what is being done, and how long it takes yet.
func (st *state) head(p *page, now time.Time) {
	elapsed := max(0, now.Sub(st.begun))
	times := clock(elapsed)
	if st.total > 0 {
		times += " of " + clock(st.total) + ", " + clock(max(0, st.total-elapsed)) + " left"
	}
	phase := ansi.Truncate(st.phase, 2*p.width, "…")
	if ansi.StringWidth(phase)+2+len(times) <= p.width {
		p.line("%s%*s", p.hue(bold, phase), p.width-ansi.StringWidth(phase), times)
	} else {
		for _, l := range strings.Split(ansi.Wordwrap(phase, p.width, " "), "\n") {
			p.line("%s", p.hue(bold, strings.TrimSpace(l)))
		}
		p.line("%s", times)
	}
	if st.total > 0 {
		p.line("%s", bar(min(1, elapsed.Seconds()/st.total.Seconds()), p.width))
	}
	p.line("")
}

func bar(share float64, width int) string {
	full := int(math.Round(share * float64(width)))
	return strings.Repeat("━", full) + strings.Repeat("╌", width-full)
}

// run is what there is of one target.
func (st *state) run(p *page) {
	a := &st.arms[0]
	if len(a.recent) == 0 {
		p.row("", "nothing measured yet")
		return
	}
	asked, achieved := a.rates()
	rate := []string{number(achieved) + "/s answered"}
	if st.open {
		rate = []string{number(asked) + "/s planned", number(achieved) + "/s answered"}
	}
	p.row("rate", append(rate, fmt.Sprintf("in flight up to %d", a.inFlight()))...)
	p.row("latency", "p50 "+number(a.p50)+" ms", "p99 "+number(a.p99)+" ms", fmt.Sprintf("last %s", seconds(a.seconds())))
}

// comparison is both targets side by side.
func (st *state) comparison(p *page) {
	if len(st.arms[0].recent)+len(st.arms[1].recent) == 0 {
		p.row("", "nothing measured yet")
		return
	}
	w := min(18, (p.width-indent)/2)
	both := func(name string, say func(*arm) string) {
		p.line("%s%s%s", p.hue(faint, pad(name, indent)), pad(say(&st.arms[0]), w), say(&st.arms[1]))
	}
	p.line("%s%s%s", strings.Repeat(" ", indent), p.hue(blue, pad("A "+st.arms[0].name, w)), p.hue(amber, "B "+st.arms[1].name))
	if st.open {
		both("planned", func(a *arm) string { asked, _ := a.rates(); return number(asked) + "/s" })
	}
	both("answered", func(a *arm) string { _, achieved := a.rates(); return number(achieved) + "/s" })
	both("p50", func(a *arm) string { return number(a.p50) + " ms" })
	both("p99", func(a *arm) string { return number(a.p99) + " ms" })
	both("in flight", func(a *arm) string { return fmt.Sprintf("up to %d", a.inFlight()) })
	both("failed", func(a *arm) string { return fmt.Sprintf("%d of %d", a.failed, a.sent) })
	p.row("", p.hue(faint, "rates and latencies of the last "+seconds(max(st.arms[0].seconds(), st.arms[1].seconds()))+" of each"))
}

// errors are counts by class, and how the first one reads.
func (st *state) errors(p *page) {
	var failed, sent int64
	for i := range st.arms {
		failed, sent = failed+st.arms[i].failed, sent+st.arms[i].sent
	}
	var parts []string
	for _, class := range results.ErrorClasses {
		if n := st.classes[class]; n > 0 {
			parts = append(parts, p.hue(red, fmt.Sprintf("%s %d", class, n)))
		}
	}
	switch {
	case len(parts) > 0 && !st.compared:
		parts = append([]string{p.hue(red, fmt.Sprintf("%d of %d requests", failed, sent))}, parts...)
	case len(parts) == 0:
		parts = []string{"none"}
	}
	if st.warmUpFailed > 0 {
		parts = append(parts, p.hue(red, fmt.Sprintf("%d in the warm-up", st.warmUpFailed)))
	}
	p.row("errors", parts...)
	if e := st.example; e != nil {
		what := e.Error
		if e.Status != "" {
			what += " " + string(e.Status)
		}
		if e.Class != "" {
			what = e.Class + ": " + what
		}
		p.row("", ansi.Truncate("first: "+report.OneLine(what)+": "+report.OneLine(e.Text), p.width-indent, "…"))
	}
}

// generator is the health of what measures.
func (st *state) generator(p *page) {
	if len(st.health) == 0 {
		return
	}
	var cpu, span, steal, gc, still float64
	for _, t := range st.health {
		cpu, span = cpu+t.CPUSeconds, span+t.SpanS
		gc, still, steal = max(gc, t.GCPauseMaxMS), max(still, t.StandstillMaxMS), max(steal, t.StealPct)
	}
	var parts []string
	if lag := larger(st.arms[0].lag99, st.arms[1].lag99); !math.IsNaN(lag) {
		parts = append(parts, "sends late p99 "+number(lag)+" ms")
	}
	if span > 0 {
		parts = append(parts, fmt.Sprintf("CPU %.0f%% of a core", 100*cpu/span))
	}
	parts = append(parts, "GC pause "+number(gc)+" ms")
	if steal > 0 {
		parts = append(parts, fmt.Sprintf("steal %.1f%%", steal))
	}
	if still >= 10 {
		parts = append(parts, p.hue(red, "stood still "+number(still)+" ms"))
	}
	p.row("generator", parts...)
	if st.excluded > 0 {
		p.row("", p.hue(red, report.OneLine(fmt.Sprintf("left out so far: %d slices", st.excluded))))
	}
}

// larger is the larger of two numbers, of which either may not be there.
func larger(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}

// pad fills text up to w cells, cutting what is longer.
func pad(text string, w int) string {
	text = ansi.Truncate(text, w-1, "…")
	return text + strings.Repeat(" ", max(0, w-ansi.StringWidth(text)))
}

// number has three significant digits.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	if v == 0 {
		return "0"
	}
	decimals := 0
	for _, below := range []float64{99.95, 9.995, 0.9995} {
		if math.Abs(v) < below {
			decimals++
		}
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 1, 64) + " s" }

// clock is a span in minutes and seconds.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// nextLook is after how many pairs the comparison is judged next; 0: not again.
func (st *state) nextLook(kept int) int {
	for _, at := range slices.Sorted(slices.Values(st.looks)) {
		if at > kept {
			return at
		}
	}
	return 0
}
