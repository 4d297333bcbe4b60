package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// drawing is a chart on its way to SVG.
type drawing struct {
	*Chart
	x, y        Axis // with their ends
	top, height float64
	out         strings.Builder
}

// SVG is the picture.
func (c *Chart) SVG() string {
	d := &drawing{Chart: c, x: c.X, y: c.Y, height: c.Height}
	if d.height == 0 {
		d.height = 260
	}
	xs, ys := c.values()
	d.x.fit(xs)
	d.y.fit(ys)
	d.top = 8
	if d.y.Label != "" {
		d.top = 24
	}
	if d.alone() {
		d.begin()
	} else {
		fmt.Fprintf(&d.out, `<svg class="chart" role="img" width="100%%" height="%s"><title>%s</title><desc>%s</desc>`, number(d.height), Escape(c.Title), Escape(c.Desc))
	}
	d.grid()
	d.paths()
	d.points()
	d.labels()
	d.out.WriteString("</svg>")
	return d.out.String()
}

func (d *drawing) alone() bool { return d.Width > 0 }

// begin is the head of a picture by itself: its ground, title and legend.
func (d *drawing) begin() {
	total := d.height + headHeight
	fmt.Fprintf(&d.out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif" font-size="13">`, number(d.Width), number(total))
	fmt.Fprintf(&d.out, `<title>%s</title><desc>%s</desc>`, Escape(d.Title), Escape(d.Desc))
	fmt.Fprintf(&d.out, `<rect width="100%%" height="100%%" rx="8" fill="#ffffff"/>`)
	fmt.Fprintf(&d.out, `<text x="%s" y="28" font-size="17" font-weight="600" fill="%s">%s</text>`, number(margin), colors[Text], Escape(d.Title))
	at := margin
	for i := range d.Marks {
		m := &d.Marks[i]
		if m.Name == "" {
			continue
		}
		d.swatch(m, at, 46)
		fmt.Fprintf(&d.out, `<text x="%s" y="51" fill="%s">%s</text>`, number(at+22), colors[Text], Escape(m.Name))
		at += 22 + 7.2*float64(len([]rune(m.Name))) + 22
	}
	fmt.Fprintf(&d.out, `<svg x="%s" y="%s" width="%s" height="%s">`, number(margin), number(headHeight-8), number(d.Width-2*margin), number(d.height))
}

const (
	headHeight = 66.0
	margin     = 20.0
)

// swatch is a mark's sample in a legend.
func (d *drawing) swatch(m *Mark, x, y float64) {
	switch m.Shape {
	case Dots:
		fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="4" fill="%s"/>`, number(x+8), number(y), colors[m.Ink])
	case Rings:
		fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="4" fill="#ffffff" stroke="%s" stroke-width="1.5"/>`, number(x+8), number(y), colors[m.Ink])
	case Band, Bars, Level, Span:
		fmt.Fprintf(&d.out, `<rect x="%s" y="%s" width="16" height="10" fill="%s" fill-opacity="0.25"/>`, number(x), number(y-5), colors[m.Ink])
	case Whisker:
		fmt.Fprintf(&d.out, `<path d="M%s %sv12" stroke="%s" stroke-width="2"/>`, number(x+8), number(y-6), colors[m.Ink])
	default:
		dash := ""
		if m.Shape == Dashes || m.Shape == Across {
			dash = ` stroke-dasharray="4 3"`
		}
		fmt.Fprintf(&d.out, `<path d="M%s %sh16" stroke="%s" stroke-width="2"%s/>`, number(x), number(y), colors[m.Ink], dash)
	}
}

// width is that of the marks' space, in the units of paths.
func (d *drawing) width() float64 {
	if d.alone() {
		return d.Width - 2*margin
	}
	return fluid
}

// across is a share of the width at which X is.
func (d *drawing) across(v float64) float64 {
	return padLeft + d.x.Share(v)*(1-padLeft-padRight)
}

// px and py are positions in paths.
func (d *drawing) px(v float64) float64 { return d.width() * clamp(d.across(v), 0, 1) }

func (d *drawing) py(v float64) float64 {
	bottomAt := d.height - bottom
	return clamp(bottomAt-d.y.Share(v)*(bottomAt-d.top), 0, d.height)
}

// at is a share of the width as an attribute.
func (d *drawing) at(share float64) string {
	if d.alone() {
		return number(share * d.width())
	}
	return percent(share)
}

// grid is the lines that help to read Y.
func (d *drawing) grid() {
	for _, v := range d.yTicks() {
		fmt.Fprintf(&d.out, `<line x1="0" x2="100%%" y1="%[1]s" y2="%[1]s"%[2]s/>`, number(d.py(v)), d.style(Faint, stroke, 1))
	}
	fmt.Fprintf(&d.out, `<line x1="0" x2="100%%" y1="%[1]s" y2="%[1]s"%[2]s/>`, number(d.height-bottom), d.style(Open, stroke, 1))
	for _, v := range d.x.ticks(8) {
		at := d.at(d.across(v))
		fmt.Fprintf(&d.out, `<line x1="%[1]s" x2="%[1]s" y1="%[2]s" y2="%[3]s"%[4]s/>`, at, number(d.height-bottom), number(d.height-bottom+4), d.style(Open, stroke, 1))
	}
}

func (d *drawing) yTicks() []float64 {
	return d.y.ticks(max(3, int((d.height-bottom-d.top)/44)))
}

// labels are the letters of the axes, above all marks.
func (d *drawing) labels() {
	for _, v := range d.yTicks() {
		d.write(0, d.py(v)-4, "start", "halo", label(&d.y, v))
	}
	if d.y.Label != "" {
		d.write(0, 12, "start", "halo", d.y.Label)
	}
	ticks := d.x.ticks(8)
	for i, v := range ticks {
		share := d.across(v)
		anchor, class := "middle", ""
		switch {
		case share < 0.03:
			anchor = "start"
		case share > 0.97:
			anchor = "end"
		}
		if len(ticks) > 5 && (len(ticks)-1-i)%2 == 1 {
			class = "alt" // left out where there is little room
		}
		d.write(share, d.height-bottom+17, anchor, class, label(&d.x, v))
	}
	if d.x.Label != "" {
		d.write(1, d.height-6, "end", "", d.x.Label)
	}
	var beside []float64 // notes of rules that have been written
	for i := range d.Marks {
		m := &d.Marks[i]
		for _, p := range m.Points {
			switch {
			case p.Note == "":
			case m.Shape == Across && d.y.shown(p.Y):
				at, share := d.py(p.Y)-4, 1.0
				for _, other := range beside {
					if math.Abs(other-at) < 15 {
						share -= 0.3 // not one over the other
					}
				}
				beside = append(beside, at)
				d.write(share, at, "end", "halo "+inkNames[m.Ink], p.Note)
			case m.Shape == Down && d.x.shown(p.X):
				share, anchor := d.across(p.X)+0.006, "start"
				if share > 0.7 {
					share, anchor = share-0.012, "end"
				}
				d.write(share, d.top+10, anchor, "halo "+inkNames[m.Ink], p.Note)
			}
		}
	}
	if d.alone() {
		d.out.WriteString("</svg>")
	}
}

func label(a *Axis, v float64) string {
	if a.Text != nil {
		return a.Text(v)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// write puts a line of text at a share of the width.
func (d *drawing) write(share, y float64, anchor, class, s string) {
	if d.alone() {
		color, halo := colors[Text], ""
		for i, name := range inkNames {
			if strings.HasSuffix(class, name) {
				color = colors[i]
			}
		}
		if strings.HasPrefix(class, "halo") {
			halo = ` stroke="#ffffff" stroke-width="3" paint-order="stroke"`
		}
		fmt.Fprintf(&d.out, `<text x="%s" y="%s" text-anchor="%s" font-size="12" fill="%s"%s>%s</text>`, d.at(share), number(y), anchor, color, halo, Escape(s))
		return
	}
	if class != "" {
		class = ` class="` + class + `"`
	}
	if anchor == "start" {
		anchor = ""
	} else {
		anchor = ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(&d.out, `<text x="%s" y="%s"%s%s>%s</text>`, d.at(share), number(y), anchor, class, Escape(s))
}

// Escape makes a text that may stand in an element or a quoted attribute, of HTML
// and of XML: without control characters, and all on one line.
func Escape(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s))
}

// number is one with at most one decimal.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

func percent(share float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(100*share, 'f', 2, 64), "0"), ".") + "%"
}

func clamp(v, low, high float64) float64 { return math.Max(low, math.Min(high, v)) }

// Key is the sample of a mark in a page's legend.
func Key(shape Shape, ink Ink) string {
	begin := `<svg width="18" height="10" aria-hidden="true" class="swatch">`
	class := inkNames[ink]
	switch shape {
	case Dots:
		return begin + `<circle class="` + class + ` fill" cx="9" cy="5" r="4"/></svg>`
	case Rings:
		return begin + `<circle class="` + class + `" stroke-width="1.5" cx="9" cy="5" r="3.5"/></svg>`
	case Band, Bars, Level, Span:
		return begin + `<rect class="` + class + ` fill" fill-opacity="0.35" width="18" height="10"/></svg>`
	case Whisker:
		return begin + `<path class="` + class + `" stroke-width="2" d="M9 0v10"/></svg>`
	case Dashes, Across:
		return begin + `<path class="` + class + `" stroke-width="2" stroke-dasharray="5 3" d="M0 5h18"/></svg>`
	}
	return begin + `<path class="` + class + `" stroke-width="2.5" d="M0 5h18"/></svg>`
}
