package results

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// A file that is followed while it is written, in pieces of any size, is the file that is
// read at once.
func TestGrowIsReadingAtOnce(t *testing.T) {
	src := openFile(map[string]*ClassData{"predict": served(5), "health": served(2)})
	second := src.Slices[0]
	second.StartS = 10
	src.Slices = append(src.Slices, second, second)
	path := write(t, src)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReadSummed(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []int{1, 7, 100, len(raw)} {
		f := &File{Path: path}
		var pending []byte
		var points []Point
		for rest := raw; len(rest) > 0; {
			n := min(piece, len(rest))
			pending = append(pending, rest[:n]...)
			rest = rest[n:]
			took, added, err := f.Grow(pending)
			if err != nil {
				t.Fatal(err)
			}
			pending = pending[took:]
			points = append(points, added...)
		}
		if len(points) != 3 || !reflect.DeepEqual(points, want.Series()) || !reflect.DeepEqual(f.Series(), points) {
			t.Errorf("pieces of %d: %d points, want those of ReadSummed:\n%+v\n%+v", piece, len(points), points, want.Series())
		}
		if !f.Complete() || f.Slices[0].DurationS != want.Slices[0].DurationS {
			t.Errorf("pieces of %d: complete %t, %g s", piece, f.Complete(), f.Slices[0].DurationS)
		}
	}
}

func TestGrowStopsAtDamage(t *testing.T) {
	path := write(t, openFile(map[string]*ClassData{"predict": served(5)}))
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := strings.Replace(string(raw), `"sent":5`, `"sent":6`, 1)
	f := &File{}
	if _, added, err := f.Grow([]byte(damaged)); err == nil || len(added) != 0 || f.Damage == "" {
		t.Errorf("%v, %d points, damage %q", err, len(added), f.Damage)
	}
	if _, _, err := (&File{}).Grow([]byte("hello\n")); !errors.Is(err, ErrFormat) {
		t.Errorf("%v, want %v", err, ErrFormat)
	}
}
