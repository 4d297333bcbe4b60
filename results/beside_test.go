package results

import (
	"testing"
	"time"
)

// besieged is a run beside which another load asks for reindexing, n times a second.
func besieged(name string, n int) *File {
	f := machine(name, n)
	f.Header.RunsBeside("background", time.Second, 2*time.Second, &Header{Model: Closed, Connections: 2, TimeoutS: 5, Classes: []Class{{Name: "reindex", Share: 1}}})
	for i := range f.Slices {
		f.Slices[i].Beside = map[string]*ClassData{"reindex": served(n)}
	}
	return f
}

// Loads beside are kept as they were measured, and are in no sum of the others,
// whichever way the file is read.
func TestLoadsBesideInFiles(t *testing.T) {
	readBothWays(t, besieged("a", 5), func(how string, f *File) {
		var beside, requests int64
		for i := range f.Slices {
			if s := &f.Slices[i]; s.Phase == Measure {
				beside, requests = beside+s.Beside["reindex"].Sent, requests+s.Total().Sent
			}
		}
		l := f.Header.Beside[0]
		if beside != 15 || requests != 30 || l.Name != "background" || l.Header().Connections != 2 {
			t.Errorf("%s: %d requests beside, %d measured, %+v", how, beside, requests, l)
		}
		for seconds, want := range map[float64]float64{0.5: 0, 1.5: 0.5, 3: 2, 9: 2} {
			if got := l.Within(seconds); got != want {
				t.Errorf("it ran for %g s of %g, want %g", got, seconds, want)
			}
		}
	})
}

func TestLoadsBesideAreMerged(t *testing.T) {
	a, b := besieged("a", 5), besieged("b", 7)
	f, err := a.Merge(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Slices[1].Beside["reindex"].Sent; got != 12 || a.Slices[1].Beside["reindex"].Sent != 5 {
		t.Errorf("%d requests of both, %d of one afterwards", got, a.Slices[1].Beside["reindex"].Sent)
	}
	b.Header.Beside[0].Connections = 3
	if _, err := a.Merge(b); err == nil {
		t.Error("other loads beside are one load")
	}
}
