package results

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// spanned is a run whose journeys are timed.
func spanned(name string, n int) *File {
	f := machine(name, n)
	f.Header.Classes = append(f.Header.Classes, Class{Name: "predict.total", Span: true})
	for i := range f.Slices {
		f.Slices[i].Spans = map[string]*ClassData{"predict.total": served(2 * n)}
	}
	return f
}

// Spans are kept as they were measured, and are in no sum of requests, whichever way
// the file is read.
func TestSpansInFiles(t *testing.T) {
	readBothWays(t, spanned("a", 5), func(how string, f *File) {
		var spans, requests, intervals int64
		for i := range f.Slices {
			if s := &f.Slices[i]; s.Phase == Measure {
				d := s.Spans["predict.total"]
				spans, requests = spans+d.Sent, requests+s.Total().Sent
				intervals += int64(s.DurationS)
				if d.Response().Count() != d.Sent {
					t.Errorf("%s: %d times of %d spans", how, d.Response().Count(), d.Sent)
				}
			}
		}
		if spans != 10*intervals || requests != 10*intervals || intervals != 3 {
			t.Errorf("%s: %d spans and %d requests in %d intervals", how, spans, requests, intervals)
		}
	})
}

// Those of several machines add up, and change nothing of either file.
func TestSpansAreMerged(t *testing.T) {
	a, b := spanned("a", 5), spanned("b", 7)
	f, err := a.Merge(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Slices[1].Spans["predict.total"].Sent; got != 24 || a.Slices[1].Spans["predict.total"].Sent != 10 {
		t.Errorf("%d spans of both, %d of one afterwards", got, a.Slices[1].Spans["predict.total"].Sent)
	}
	b.Header.Classes[2].Span = false
	if _, err := a.Merge(b); err == nil {
		t.Error("a span and a class are one load")
	}
}

// The failure of a span stands beside that of a request, and hides none.
func TestExamplesOfSpans(t *testing.T) {
	all := firsts([]Example{
		{Error: ErrCheck, Span: true, AtS: 1, Text: "not after 3 times"},
		{Error: ErrCheck, AtS: 2, Text: "a check"},
		{Error: ErrReset, AtS: 3, Text: "reset"},
		{Error: ErrCheck, Span: true, AtS: 4, Text: "later"},
	})
	var got []string
	for _, e := range all {
		got = append(got, e.Text)
	}
	if d := cmp.Diff([]string{"reset", "a check", "not after 3 times"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
