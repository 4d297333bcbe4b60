package chart

// Chart is a picture of marks between two axes.
type Chart struct {
	Title string // what it shows
	Desc  string // what is to be seen, for who does not see it
	// Width makes it a picture by itself, of so many pixels; 0: it is as wide as its
	// place in a page, which has a legend and styles for it.
	Width  float64
	Height float64
	X, Y   Axis
	Marks  []Mark // the first is the lowest
}

// Mark is values that are drawn in one way.
type Mark struct {
	Shape  Shape
	Ink    Ink
	Name   string // in the legend of a picture by itself; "": not there
	Points []Point
}

// Point is a value, or the ends of one; which, Shape says.
type Point struct {
	X, Y float64
	To   float64
	Note string // is shown where one points at it, or beside a rule
}

// Shape is how points are drawn. What has no place on its axis, as NaN, is left out,
// and a line is broken there.
type Shape uint8

const (
	Line    Shape = iota // from point to point
	Dashes               // the same, broken
	Band                 // between Y and To
	Dots                 // filled
	Rings                // hollow
	Bars                 // from X to To, up to Y
	Whisker              // at X, from Y to To
	Across               // a rule at Y
	Down                 // a rule at X
	Level                // the strip between Y and To
	Span                 // the strip between X and To
)

// Ink is a colour by what it means.
type Ink uint8

const (
	Text  Ink = iota // as letters
	Faint            // lines that help to read
	A                // the baseline
	B                // the candidate
	Good             // allowed
	Bad              // beyond that
	Open             // not decided
)

// inkNames are the classes in a page.
var inkNames = [...]string{"ink-text", "ink-faint", "ink-a", "ink-b", "ink-good", "ink-bad", "ink-open"}

// colors are those of a picture by itself, whose ground is white.
var colors = [...]string{"#1f2937", "#d1d5db", "#2563eb", "#c2410c", "#15803d", "#b91c1c", "#6b7280"}

const (
	// fluid is the width of the inner picture that is stretched.
	fluid = 1000.0
	// Shares of the width that stay free beside the marks.
	padLeft, padRight = 0.055, 0.02

	mostCircles = 260  // dots that can be pointed at; more are one path
	mostCorners = 1200 // of a line; more are drawn by column
	bottom      = 40.0 // for ticks and the label of X
)

// values are those that each axis has to show.
func (c *Chart) values() (xs, ys []float64) {
	for i := range c.Marks {
		m := &c.Marks[i]
		for _, p := range m.Points {
			switch m.Shape {
			case Across:
				ys = append(ys, p.Y)
			case Level:
				// A strip may be endless.
			case Down:
				xs = append(xs, p.X)
			case Span:
				xs = append(xs, p.X, p.To)
			case Bars:
				xs, ys = append(xs, p.X, p.To), append(ys, p.Y)
			case Band, Whisker:
				xs, ys = append(xs, p.X), append(ys, p.Y, p.To)
			default:
				xs, ys = append(xs, p.X), append(ys, p.Y)
			}
		}
	}
	return xs, ys
}
