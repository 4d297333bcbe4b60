package chart

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

func sample(width float64) *Chart {
	return &Chart{
		Title: "Pairs <of> two", Desc: "Two dots, one left out.", Width: width, Height: 200,
		X: Axis{Label: "seconds", From: 0, To: 10}, Y: Axis{Label: "change, %", From: -10, To: 10},
		Marks: []Mark{
			{Shape: Level, Ink: Good, Name: "allowed", Points: []Point{{Y: math.Inf(-1), To: 5}}},
			{Shape: Across, Ink: Text, Points: []Point{{Y: 2.5, Note: "estimate"}}},
			{Shape: Dots, Ink: B, Name: "a pair", Points: []Point{{X: 0, Y: -10, Note: "pair 1"}, {X: 5, Y: 0}, {X: 10, Y: 10}, {X: 3, Y: math.NaN()}}},
			{Shape: Rings, Ink: Open, Name: "left out", Points: []Point{{X: 2.5, Y: 5}}},
			{Shape: Line, Ink: A, Name: "a line", Points: []Point{{X: 0, Y: 0}, {X: 5, Y: 5}, {X: math.NaN()}, {X: 6, Y: 5}, {X: 10, Y: -5}}},
		},
	}
}

func TestGolden(t *testing.T) {
	strip := Strip{Low: -2, Estimate: 1, High: 40, Allowed: 5, Ink: Open, Title: "p50"}
	axis := &Axis{From: -10, To: 20}
	for name, got := range map[string]string{
		"fluid.svg": sample(0).SVG(), "alone.svg": sample(640).SVG(), "strip.svg": strip.SVG(axis) + "\n" + axis.Ruler(),
		"sheet.svg": Sheet("Heading", []string{"a line of text"}, []*Chart{sample(0)}),
	} {
		got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is another; -update rewrites it:\n%s", path, got)
		}
	}
}

var circle = regexp.MustCompile(`<circle cx="([0-9.]+)(%?)" cy="([0-9.]+)"`)

// Where dots lie leads back to what they are, by hand: X from 5.5% to 98% of the
// width, Y from 24 px below the top to 40 above the bottom.
func TestDotsLieWhereTheirValuesAre(t *testing.T) {
	for _, width := range []float64{0, 640} {
		found := circle.FindAllStringSubmatch(strings.SplitN(sample(width).SVG(), "<line", 2)[1], -1)
		if len(found) != 4 {
			t.Fatalf("%d dots, want 4", len(found))
		}
		want := map[[2]float64]bool{{0, -10}: true, {5, 0}: true, {10, 10}: true, {2.5, 5}: true}
		for _, f := range found {
			cx, _ := strconv.ParseFloat(f[1], 64)
			cy, _ := strconv.ParseFloat(f[3], 64)
			share := cx / 100
			if width > 0 {
				share = cx / (width - 40)
			}
			x := (share - 0.055) / (0.98 - 0.055) * 10
			y := -10 + 20*(160-cy)/(160-24)
			at := [2]float64{math.Round(10*x) / 10, math.Round(10*y) / 10}
			if !want[at] {
				t.Errorf("width %v: a dot at %v", width, at)
			}
			delete(want, at)
		}
		if len(want) > 0 {
			t.Errorf("width %v: no dots at %v", width, want)
		}
	}
}

// A line that is drawn by column shows every peak.
func TestLongLinesKeepTheirPeaks(t *testing.T) {
	m := Mark{Shape: Line}
	for i := range 50_000 {
		y := 1.0
		if i == 31_234 {
			y = 99
		}
		m.Points = append(m.Points, Point{X: float64(i), Y: y})
	}
	c := &Chart{Height: 240, X: Axis{From: 0, To: 50_000}, Y: Axis{From: 0, To: 100}, Marks: []Mark{m}}
	out := c.SVG()
	peak := 200 - 0.99*(200-8)
	if !strings.Contains(out, fmt.Sprintf(" %.1fL", peak)) {
		t.Errorf("no corner at %.1f", peak)
	}
	if len(out) > 50_000 {
		t.Errorf("%d bytes for a line of 1,000 columns", len(out))
	}
}

func TestManyDotsAreOnePath(t *testing.T) {
	m := Mark{Shape: Dots, Ink: B}
	for i := range 10_000 {
		m.Points = append(m.Points, Point{X: float64(i), Y: float64(i * i % 997), Note: "a note"})
	}
	c := &Chart{Height: 240, Marks: []Mark{m}}
	if out := c.SVG(); strings.Contains(out, "<circle") || len(out) > 16*10_000 {
		t.Errorf("%d bytes, circles %v", len(out), strings.Contains(out, "<circle"))
	}
}

// Whatever text there is, a picture is XML, and nothing in it comes from the text.
func TestHostileTextStaysText(t *testing.T) {
	evil := "</text></svg><script>alert(1)</script>\x00\x1b\u202e\ufffe\"' onload=x & ]]>"
	for _, width := range []float64{0, 640} {
		c := sample(width)
		c.Title, c.Desc, c.X.Label = evil, evil, evil
		c.X.Text = func(float64) string { return evil }
		for i := range c.Marks {
			c.Marks[i].Name = evil
			c.Marks[i].Points[0].Note = evil
		}
		for _, out := range []string{c.SVG(), Sheet(evil, []string{evil}, []*Chart{c}), (&Strip{Title: evil}).SVG(&Axis{From: -1, To: 1})} {
			dec := xml.NewDecoder(strings.NewReader(out))
			for {
				token, err := dec.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if e, ok := token.(xml.StartElement); ok {
					if !strings.Contains(" svg title desc rect circle line path text g ", " "+e.Name.Local+" ") {
						t.Errorf("an element %q", e.Name.Local)
					}
					for _, a := range e.Attr {
						if strings.HasPrefix(a.Name.Local, "on") {
							t.Errorf("an attribute %q", a.Name.Local)
						}
					}
				}
			}
		}
	}
}

// Nothing, and nothing but what has no place, is a picture too.
func TestEmptyPictures(t *testing.T) {
	nothing := math.NaN()
	for _, scale := range []Scale{Linear, Log, Tail} {
		for shape := Line; shape <= Span; shape++ {
			c := &Chart{X: Axis{Scale: scale}, Y: Axis{Scale: scale}, Marks: []Mark{{Shape: shape}, {Shape: shape, Points: []Point{{X: nothing, Y: nothing, To: nothing, Note: "x"}}}}}
			if out := c.SVG(); strings.Contains(out, "NaN") || strings.Contains(out, "Inf") {
				t.Errorf("scale %d, shape %d: %s", scale, shape, out)
			}
		}
	}
}
