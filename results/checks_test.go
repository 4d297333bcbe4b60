package results

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Slices, and machines, add up to the same counts in whatever order, and keep the
// earliest example.
func TestChecksAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]checkCounts{}
		var parts []*ClassData
		for i := range rapid.IntRange(1, 6).Draw(t, "parts") {
			d := &ClassData{}
			for _, name := range []string{"a", "b"}[:rapid.IntRange(0, 2).Draw(t, "checks")] {
				passed, failed := rapid.Int64Range(0, 9).Draw(t, "passed"), rapid.Int64Range(0, 9).Draw(t, "failed")
				d.CountCheck(name, passed, failed)
				w := want[name]
				w.Passed, w.Failed = w.Passed+passed, w.Failed+failed
				if failed > 0 {
					at := float64(10*rapid.IntRange(0, 9).Draw(t, "at") + i)
					d.ExemplifyCheck(name, at, fmt.Sprint(at))
					if w.First == nil || at < w.First.AtS {
						w.First = &firstFailure{at, fmt.Sprint(at)}
					}
				}
				want[name] = w
			}
			parts = append(parts, d)
		}
		sum := &ClassData{}
		for _, d := range rapid.Permutation(parts).Draw(t, "order") {
			before := len(d.Checks)
			sum.Add(d)
			if len(d.Checks) != before {
				t.Fatal("what is added has changed")
			}
		}
		if sum.Checks == nil {
			sum.Checks = map[string]checkCounts{}
		}
		if d := cmp.Diff(want, sum.Checks); d != "" {
			t.Error(d)
		}
	})
}

func TestMergedMachinesAddTheirChecks(t *testing.T) {
	var files []*File
	for i, name := range []string{"a", "b"} {
		f := machine(name, 20+i)
		for k := range f.Slices {
			f.Slices[k].Classes["predict"].CountCheck("ok", 10, int64(i))
			if i > 0 {
				f.Slices[k].Classes["predict"].ExemplifyCheck("ok", float64(k), "no")
			}
		}
		files = append(files, f)
	}
	// What is looked at in answers is no load: an older version did not write it down.
	files[0].Header.Classes[0].Checks = []string{"ok"}
	out, err := files[0].Merge(files[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range out.Slices {
		if c := s.Classes["predict"].Checks["ok"]; c.Passed != 20 || c.Failed != 1 || c.First == nil || c.First.Text != "no" {
			t.Errorf("%s: %+v", s.Phase, c)
		}
	}
	path := write(t, files[1])
	for _, read := range []func() (*File, error){func() (*File, error) { return ReadFile(path, nil) }, func() (*File, error) { return ReadSummed(path, nil) }} {
		f, err := read()
		if err != nil {
			t.Fatal(err)
		}
		sum := &ClassData{}
		for _, s := range f.Slices {
			if s.Phase == Measure {
				sum.Add(s.Classes["predict"])
			}
		}
		if c := sum.Checks["ok"]; c.Passed != 30 || c.Failed != 3 || c.First.AtS != 1 {
			t.Errorf("%d slices: %+v, %+v", len(f.Slices), c, c.First)
		}
	}
}

func TestFirstFailuresAreBounded(t *testing.T) {
	d := &ClassData{}
	d.ExemplifyCheck("ok", 0, strings.Repeat("é", longestFailure+1))
	d.ExemplifyCheck("short", 0, strings.Repeat("é", longestFailure))
	if got := d.Checks["ok"].First.Text; utf8.RuneCountInString(got) != longestFailure || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d characters: %s", utf8.RuneCountInString(got), got)
	}
	if got := d.Checks["short"].First.Text; strings.Contains(got, "…") {
		t.Error(got)
	}
}
