package chart

import (
	"fmt"
	"math"
	"strings"
)

// how a colour is used.
const (
	stroke = "stroke"
	fill   = "fill"
)

// style is the attributes of an ink.
func (d *drawing) style(ink Ink, how string, width float64) string {
	size := ""
	if how == stroke {
		size = ` stroke-width="` + number(width) + `"`
	}
	if d.alone() {
		if how == stroke {
			return ` fill="none" stroke="` + colors[ink] + `"` + size
		}
		return ` fill="` + colors[ink] + `"`
	}
	class := inkNames[ink]
	if how == fill {
		class += " fill"
	}
	return ` class="` + class + `"` + size
}

// paths draws what is stretched with the picture.
func (d *drawing) paths() {
	if !d.alone() {
		fmt.Fprintf(&d.out, `<svg width="100%%" height="%s" viewBox="0 0 %s %[1]s" preserveAspectRatio="none">`, number(d.height), number(fluid))
	}
	for i := range d.Marks {
		m := &d.Marks[i]
		path, attributes := d.path(m)
		if path != "" {
			fmt.Fprintf(&d.out, `<path d="%s"%s/>`, path, attributes)
		}
	}
	if !d.alone() {
		d.out.WriteString("</svg>")
	}
}

const faded = ` fill-opacity="0.18"`

// path is a mark's, with its attributes; "" if it has none.
func (d *drawing) path(m *Mark) (path, attributes string) {
	switch m.Shape {
	case Line:
		return d.line(m.Points), d.style(m.Ink, stroke, 2) + ` stroke-linejoin="round"`
	case Dashes:
		return d.line(m.Points), d.style(m.Ink, stroke, 1.5) + ` stroke-dasharray="5 4"`
	case Band:
		return d.band(m.Points), d.style(m.Ink, fill, 0) + faded
	case Bars:
		return d.bars(m.Points), d.style(m.Ink, fill, 0) + ` fill-opacity="0.4"`
	case Whisker, Across, Down:
		attributes = d.style(m.Ink, stroke, 1.5)
		if m.Shape == Across {
			attributes += ` stroke-dasharray="6 4"`
		}
		return d.rules(m), attributes
	case Level, Span:
		return d.strips(m), d.style(m.Ink, fill, 0) + ` fill-opacity="0.1"`
	case Dots, Rings:
		if len(m.Points) <= mostCircles {
			return "", ""
		}
		attributes = d.style(m.Ink, stroke, 4) + ` stroke-linecap="round"`
		if m.Shape == Rings {
			attributes += ` stroke-opacity="0.5"`
		}
		return d.specks(m.Points), attributes
	}
	return "", ""
}

func (d *drawing) shown(p Point) bool { return d.x.shown(p.X) && d.y.shown(p.Y) }

// line joins points; of more than a picture has columns, the first, lowest, highest
// and last of each column, which looks the same.
func (d *drawing) line(points []Point) string {
	var out strings.Builder
	pen := false
	to := func(x, y float64) {
		command := "L"
		if !pen {
			command = "M"
		}
		fmt.Fprintf(&out, "%s%s %s", command, number(x), number(y))
		pen = true
	}
	byColumn := len(points) > mostCorners
	for i := 0; i < len(points); {
		if !d.shown(points[i]) {
			pen = false
			i++
			continue
		}
		x, y := d.px(points[i].X), d.py(points[i].Y)
		first, low, high, last := y, y, y, y
		i++
		for byColumn && i < len(points) && d.shown(points[i]) && math.Abs(d.px(points[i].X)-x) < 1 {
			last = d.py(points[i].Y)
			low, high = min(low, last), max(high, last)
			i++
		}
		to(x, first)
		for _, y := range []float64{low, high, last} {
			if y != first {
				to(x, y)
				first = y
			}
		}
	}
	return out.String()
}

// band goes along the lower ends and back along the upper ones.
func (d *drawing) band(points []Point) string {
	var out strings.Builder
	whole := func(p Point) bool { return d.shown(p) && d.y.shown(p.To) }
	for i := 0; i < len(points); {
		end := i
		for end < len(points) && whole(points[end]) {
			end++
		}
		for k := i; k < end; k++ {
			command := "L"
			if k == i {
				command = "M"
			}
			fmt.Fprintf(&out, "%s%s %s", command, number(d.px(points[k].X)), number(d.py(points[k].Y)))
		}
		for k := end - 1; k >= i; k-- {
			fmt.Fprintf(&out, "L%s %s", number(d.px(points[k].X)), number(d.py(points[k].To)))
		}
		if end > i {
			out.WriteString("Z")
		}
		i = max(end, i+1)
	}
	return out.String()
}

func (d *drawing) bars(points []Point) string {
	var out strings.Builder
	for _, p := range points {
		if !d.shown(p) || !d.x.shown(p.To) {
			continue
		}
		x, y := d.px(p.X), d.py(p.Y)
		fmt.Fprintf(&out, "M%s %sV%sH%sV%[2]sZ", number(x), number(d.height-bottom), number(y), number(d.px(p.To)))
	}
	return out.String()
}

func (d *drawing) rules(m *Mark) string {
	var out strings.Builder
	for _, p := range m.Points {
		switch {
		case m.Shape == Across && d.y.shown(p.Y):
			fmt.Fprintf(&out, "M0 %sH%s", number(d.py(p.Y)), number(d.width()))
		case m.Shape == Down && d.x.shown(p.X):
			fmt.Fprintf(&out, "M%s %sV%s", number(d.px(p.X)), number(d.top), number(d.height-bottom))
		case m.Shape == Whisker && d.shown(p) && d.y.shown(p.To):
			fmt.Fprintf(&out, "M%s %sV%s", number(d.px(p.X)), number(d.py(p.Y)), number(d.py(p.To)))
		}
	}
	return out.String()
}

func (d *drawing) strips(m *Mark) string {
	var out strings.Builder
	for _, p := range m.Points {
		x1, x2, y1, y2 := 0.0, d.width(), d.top, d.height-bottom
		if math.IsNaN(p.To) || m.Shape == Level && math.IsNaN(p.Y) || m.Shape == Span && !(d.x.shown(p.X) && d.x.shown(p.To)) {
			continue
		}
		if m.Shape == Level {
			y1, y2 = d.end(p.To), d.end(p.Y)
		} else {
			x1, x2 = d.px(p.X), max(d.px(p.To), d.px(p.X)+1)
		}
		fmt.Fprintf(&out, "M%s %sH%sV%sH%[1]sZ", number(x1), number(y1), number(x2), number(y2))
	}
	return out.String()
}

// end is the end of a strip, which may go on for ever.
func (d *drawing) end(v float64) float64 {
	switch {
	case math.IsInf(v, -1):
		return d.height - bottom
	case math.IsInf(v, 1):
		return d.top
	}
	return clamp(d.py(v), d.top, d.height-bottom)
}

// specks are dots that are too many to be pointed at; those in one place are one.
func (d *drawing) specks(points []Point) string {
	var out strings.Builder
	seen := map[[2]int]bool{}
	for _, p := range points {
		if !d.shown(p) {
			continue
		}
		x, y := d.px(p.X), d.py(p.Y)
		at := [2]int{int(math.Round(2 * x)), int(math.Round(2 * y))}
		if !seen[at] {
			seen[at] = true
			fmt.Fprintf(&out, "M%s %sh0", number(x), number(y))
		}
	}
	return out.String()
}

// points draws what keeps its shape.
func (d *drawing) points() {
	for i := range d.Marks {
		m := &d.Marks[i]
		if m.Shape != Dots && m.Shape != Rings || len(m.Points) > mostCircles {
			continue
		}
		for _, p := range m.Points {
			if !d.shown(p) {
				continue
			}
			style := d.style(m.Ink, fill, 0)
			if m.Shape == Rings {
				style = d.style(m.Ink, stroke, 1.5)
			}
			fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="3.2"%s`, d.at(d.across(p.X)), number(d.py(p.Y)), style)
			if p.Note == "" {
				d.out.WriteString("/>")
				continue
			}
			fmt.Fprintf(&d.out, "><title>%s</title></circle>", Escape(p.Note))
		}
	}
}
