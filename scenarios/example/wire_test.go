package example

import (
	"testing"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

// F08: parameters are written in the style that their document asks for. The
// values and forms are those of the specification's own table of styles.
func TestParametersAreWrittenInTheirStyle(t *testing.T) {
	list := []any{"blue", "black", "brown"}
	object := Pairs{{Key: "R", Value: 100}, {Key: "G", Value: 200}, {Key: "B", Value: 150}}
	segment := func(p openapi.Parameter, v any) string { return Segment(p, v) }
	for _, tc := range []struct {
		write   func(openapi.Parameter, any) string
		style   string
		explode bool
		of      any
		want    string
	}{
		{segment, "simple", false, "blue", "blue"},
		{segment, "simple", false, list, "blue,black,brown"},
		{segment, "simple", false, object, "R,100,G,200,B,150"},
		{segment, "simple", true, object, "R=100,G=200,B=150"},
		{segment, "label", false, "blue", ".blue"},
		{segment, "label", false, list, ".blue,black,brown"},
		{segment, "label", true, list, ".blue.black.brown"},
		{segment, "label", false, object, ".R,100,G,200,B,150"},
		{segment, "label", true, object, ".R=100.G=200.B=150"},
		{segment, "matrix", false, "blue", ";color=blue"},
		{segment, "matrix", false, list, ";color=blue,black,brown"},
		{segment, "matrix", true, list, ";color=blue;color=black;color=brown"},
		{segment, "matrix", false, object, ";color=R,100,G,200,B,150"},
		{segment, "matrix", true, object, ";R=100;G=200;B=150"},
		{segment, "simple", false, "a/b ;?", "a%2Fb%20%3B%3F"},
		{Query, "form", true, "blue", "color=blue"},
		{Query, "form", true, list, "color=blue&color=black&color=brown"},
		{Query, "form", false, list, "color=blue%2Cblack%2Cbrown"},
		{Query, "form", true, object, "R=100&G=200&B=150"},
		{Query, "form", false, object, "color=R%2C100%2CG%2C200%2CB%2C150"},
		{Query, "spaceDelimited", false, list, "color=blue+black+brown"},
		{Query, "pipeDelimited", false, list, "color=blue%7Cblack%7Cbrown"},
		{Query, "pipeDelimited", false, object, "color=R%7C100%7CG%7C200%7CB%7C150"},
		{Query, "deepObject", true, object, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"},
		{Query, "deepObject", false, map[string]any{"x": []any{1, 2}}, "color%5Bx%5D=1%2C2"},
		{Plain, "simple", false, list, "blue,black,brown"},
		{Plain, "simple", false, object, "R,100,G,200,B,150"},
		{Plain, "simple", true, object, "R=100,G=200,B=150"},
	} {
		p := openapi.Parameter{Name: "color", Style: tc.style, Explode: tc.explode}
		if got := tc.write(p, tc.of); got != tc.want {
			t.Errorf("%s, explode %v, of %v: %s, want %s", tc.style, tc.explode, tc.of, got, tc.want)
		}
	}
	asJSON := openapi.Parameter{Name: "color", JSON: true}
	nested := Pairs{{Key: "a", Value: []any{Pairs{{Key: "b", Value: "ü"}}}}}
	if q, s, h := Query(asJSON, nested), Segment(asJSON, nested), Plain(asJSON, nested); h != `{"a":[{"b":"ü"}]}` ||
		q != "color=%7B%22a%22%3A%5B%7B%22b%22%3A%22%C3%BC%22%7D%5D%7D" || s != "%7B%22a%22:%5B%7B%22b%22:%22%C3%BC%22%7D%5D%7D" {
		t.Errorf("JSON: %s, %s, %s", q, s, h)
	}
	if got := Text(nested); got != `{"a":[{"b":"ü"}]}` {
		t.Errorf("an object's text: %s", got)
	}
}
