package answers

import "fmt"

func ExampleCompare() {
	a := Answer{Status: 200, Body: []byte(`{"prediction": 1.5, "cached": false}`)}
	b := Answer{Status: 200, Body: []byte(`{"prediction": 1.7}`)}
	for _, d := range Compare(a, b, Rules{Relative: 1e-6}) {
		fmt.Printf("%s %s: %q, %q\n", d.Kind, d.Where, d.A, d.B)
	}
	// Output:
	// missing $.cached: "false", ""
	// value $.prediction: "1.5", "1.7"
}
