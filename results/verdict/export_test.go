package verdict

import "testing"

// Case is a comparison of the truth tables.
type Case struct {
	Name string
	*Comparison
}

// Cases are all of them, for what package report says of each.
func Cases(t *testing.T) (out []Case) {
	for _, tt := range verdictCases() {
		out = append(out, Case{tt.name, Compare(tt.file, tt.options)})
	}
	for _, tt := range unpairedCases() {
		c, err := CompareRuns(tt.a, tt.b, tt.options)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Case{"saved runs, " + tt.name, c})
	}
	return out
}

// Describe is a verdict, and whether it is of an improvement.
var Describe = describe
