package report

import (
	"io"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// From the last slice of a minute of four classes to the page on the screen.
func BenchmarkVerdict(b *testing.B) {
	f := pairedFile(48, constantly(1.1))
	f.Header.Classes = append(f.Header.Classes, results.Class{Name: "batch", Share: 0.2}, results.Class{Name: "info", Share: 0.1})
	for i := range f.Slices {
		classes := f.Slices[i].Classes
		classes["batch"], classes["info"] = class(40, 3, 30), class(20, 0.2, 2)
	}
	for _, format := range formats {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				if err := Comparison(io.Discard, format, judged(f), Options{Color: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
