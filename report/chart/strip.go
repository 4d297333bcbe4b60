package chart

import (
	"fmt"
	"math"
	"strings"
)

// Strip is a row of a forest plot: an estimate with its interval, beside what is
// allowed.
type Strip struct {
	Low, Estimate, High float64
	Allowed             float64 // up to there; NaN: there is no limit
	Ink                 Ink
	Title               string
}

// SVG is the strip on an axis that all rows share. What is beyond its ends has an
// arrow there.
func (s *Strip) SVG(axis *Axis) string {
	var out strings.Builder
	at := func(v float64) string { return percent(clamp(axis.Share(v), 0.004, 0.996)) }
	fmt.Fprintf(&out, `<svg class="strip" role="img" width="100%%" height="24"><title>%s</title>`, Escape(s.Title))
	if !math.IsNaN(s.Allowed) {
		fmt.Fprintf(&out, `<rect class="allowed" x="0" y="0" width="%s" height="24"/>`, percent(clamp(axis.Share(s.Allowed), 0, 1)))
	}
	fmt.Fprintf(&out, `<line class="zero" x1="%[1]s" x2="%[1]s" y1="0" y2="24"/>`, percent(axis.Share(0)))
	if !math.IsNaN(s.Allowed) && axis.Share(s.Allowed) <= 1 {
		fmt.Fprintf(&out, `<line class="limit" x1="%[1]s" x2="%[1]s" y1="0" y2="24"/>`, percent(clamp(axis.Share(s.Allowed), 0, 1)))
	}
	ink := inkNames[s.Ink]
	if !math.IsNaN(s.Low) && !math.IsNaN(s.High) {
		fmt.Fprintf(&out, `<line class="%s" stroke-width="2.5" x1="%s" x2="%s" y1="12" y2="12"/>`, ink, at(s.Low), at(s.High))
		for _, end := range []float64{s.Low, s.High} {
			if share := axis.Share(end); share >= 0 && share <= 1 {
				fmt.Fprintf(&out, `<line class="%[1]s" stroke-width="2.5" x1="%[2]s" x2="%[2]s" y1="8" y2="16"/>`, ink, at(end))
			}
		}
	}
	if !math.IsNaN(s.Estimate) {
		shape := " fill"
		if s.Ink == Open {
			shape = " hollow"
		}
		fmt.Fprintf(&out, `<circle class="%s" stroke-width="2" cx="%s" cy="12" r="4.5"/>`, ink+shape, at(s.Estimate))
	}
	if axis.Share(s.High) > 1 {
		fmt.Fprintf(&out, `<text class="%s" x="100%%" y="16.5" text-anchor="end">▶</text>`, ink)
	}
	if axis.Share(s.Low) < 0 {
		fmt.Fprintf(&out, `<text class="%s" x="0" y="16.5">◀</text>`, ink)
	}
	out.WriteString("</svg>")
	return out.String()
}

// Ruler is the axis below strips.
func (a *Axis) Ruler() string {
	var out strings.Builder
	out.WriteString(`<svg class="strip" aria-hidden="true" width="100%" height="20">`)
	ticks := a.ticks(6)
	for i, v := range ticks {
		share := a.Share(v)
		anchor, class := "middle", ""
		switch {
		case share < 0.06:
			anchor = "start"
		case share > 0.94:
			anchor = "end"
		}
		if len(ticks) > 3 && i%2 == 1 && v != 0 {
			class = ` class="alt"`
		}
		fmt.Fprintf(&out, `<text x="%s" y="14" text-anchor="%s"%s>%s</text>`, percent(share), anchor, class, Escape(label(a, v)))
	}
	out.WriteString("</svg>")
	return out.String()
}
