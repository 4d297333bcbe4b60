package rows

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counted is a CSV file of so many rows of the form "7,0.5,text".
func counted(n int) string {
	var b strings.Builder
	b.WriteString("n,x,t\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,0.5,t%d\n", i, i)
	}
	return b.String()
}

// sample takes rows by their first column.
func sample(t *testing.T, rows int, order Order, n int, seed uint64) []string {
	t.Helper()
	s, err := sourceOf(CSV, 0, counted(rows))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Scan(nil); err != nil {
		t.Fatal(err)
	}
	taken, err := s.Sample(order, n, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range taken {
		v, _ := r.Cell("n")
		out = append(out, string(v))
	}
	return out
}

func TestOrders(t *testing.T) {
	if d := cmp.Diff([]string{"0", "1", "2"}, sample(t, 1000, Sequential, 3, 1)); d != "" {
		t.Error(d)
	}
	if got := sample(t, 5, Sequential, 100, 1); len(got) != 5 {
		t.Errorf("%d rows of 5", len(got))
	}
	everything := sample(t, 300, Shuffle, 1000, 1)
	if slices.IsSorted(everything) {
		t.Error("shuffled in order")
	}
	if got := len(slices.Compact(slices.Sorted(slices.Values(everything)))); got != 300 || len(everything) != 300 {
		t.Errorf("shuffle: %d different rows in %d", got, len(everything))
	}
	if got := sample(t, 5, Random, 100, 1); len(got) != 100 {
		t.Errorf("random: %d rows", len(got))
	}
	for _, order := range []Order{Sequential, Random, Shuffle} {
		long := sample(t, 300, order, 200, 7)
		if d := cmp.Diff(long, sample(t, 300, order, 200, 7)); d != "" {
			t.Errorf("%s: same seed, other rows: %s", order, d)
		}
		if d := cmp.Diff(long[:20], sample(t, 300, order, 20, 7)); d != "" {
			t.Errorf("%s: a shorter sample is not the beginning: %s", order, d)
		}
		if order != Sequential && cmp.Equal(long, sample(t, 300, order, 200, 8)) {
			t.Errorf("%s: other seed, same rows", order)
		}
	}
}

// Each row is as likely as any other: chi-square over many samples, with 9
// degrees of freedom; 27.9 is exceeded by chance once in a thousand.
func TestSamplesAreFair(t *testing.T) {
	for _, order := range []Order{Random, Shuffle} {
		const rounds, take, rows = 2000, 3, 10
		seen := map[string]int{}
		for seed := range uint64(rounds) {
			for _, n := range sample(t, rows, order, take, seed) {
				seen[n]++
			}
		}
		chi, want := 0.0, float64(rounds*take)/rows
		for _, n := range seen {
			chi += (float64(n) - want) * (float64(n) - want) / want
		}
		if len(seen) != rows || chi > 27.9 {
			t.Errorf("%s: chi-square %.1f, counts %v", order, chi, seen)
		}
	}
}

// endless is an input that makes its lines as they are read.
type endless struct {
	line  []byte
	lines int
	off   int
	first bool
	read  *int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.first {
		e.first = false
		return copy(p, "n,x,t\n"), nil
	}
	n := 0
	for n < len(p) && e.lines > 0 {
		c := copy(p[n:], e.line[e.off:])
		n, e.off = n+c, e.off+c
		if e.off == len(e.line) {
			e.off = 0
			e.lines--
		}
	}
	*e.read += int64(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (*endless) ReadAt([]byte, int64) (int, error) { return 0, errors.New("no") }
func (*endless) Close() error                      { return nil }

// A file of 32 MB is scanned and sampled with a few hundred kB in use, and read
// no further than needed.
func TestLargeFilesAreStreamed(t *testing.T) {
	line := []byte("12345,0.123456789,some text that is not short at all to make the file long\n")
	const size = 32 << 20
	var read int64
	s := &Source{name: "f", format: CSV}
	s.open = func() (input, error) {
		return &endless{line: line, lines: size / len(line), first: true, read: &read}, nil
	}
	if err := s.header(); err != nil {
		t.Fatal(err)
	}
	read = 0
	before := inUse()
	if err := s.Scan(nil); err != nil {
		t.Fatal(err)
	}
	if s.Rows != int64(size/len(line)) || read < size-int64(len(line)) {
		t.Errorf("%d rows, %d bytes read", s.Rows, read)
	}
	if grown := inUse() - before; grown > 1<<20 {
		t.Errorf("%d bytes more in use after a scan", grown)
	}
	read = 0
	rows, err := s.Sample(Sequential, 2000, nil)
	if err != nil || len(rows) != 2000 {
		t.Fatal(len(rows), err)
	}
	if read > 1<<20 {
		t.Errorf("%d bytes read for the first 2000 rows", read)
	}
	if grown := inUse() - before; grown > 2<<20 {
		t.Errorf("%d bytes more in use with 2000 rows", grown)
	}
	runtime.KeepAlive(rows)
	// Asked for all, it gives what fits.
	if rows, err = s.Sample(Shuffle, int(s.Rows), rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	kept := int64(0)
	for _, r := range rows {
		kept += r.memory()
	}
	if kept > maxKept || kept < maxKept/2 {
		t.Errorf("%d rows of %d bytes", len(rows), kept)
	}
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Within a scan nothing piles up: the heap's high-water mark is far below what
// was read.
func TestScanAllocatesLittle(t *testing.T) {
	var before, after runtime.MemStats
	text := counted(50_000)
	s, err := sourceOf(CSV, 0, text)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&before)
	if err := s.Scan(nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > uint64(4*len(text)) {
		t.Errorf("%d bytes allocated for a file of %d", grown, len(text))
	}
}
