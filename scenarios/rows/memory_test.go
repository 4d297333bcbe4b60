package rows

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// weighed is an input that looks, while it is read, how much memory is in use.
type weighed struct {
	memory
	step, left int
	peak       *int64
}

func (w *weighed) look(n int) {
	if w.left -= n; w.left <= 0 {
		w.left = w.step
		*w.peak = max(*w.peak, inUse())
	}
}

func (w *weighed) Read(p []byte) (int, error) {
	n, err := w.memory.Read(p)
	w.look(n)
	return n, err
}

func (w *weighed) ReadAt(p []byte, at int64) (int, error) {
	n, err := w.memory.ReadAt(p, at)
	w.look(n)
	return n, err
}

// A file ten times as large takes no more memory to be scanned, and for the same
// rows to be taken, whatever its format. (Of zstd, its window, which the file chooses.)
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	type row struct {
		N int64     `parquet:"n"`
		S string    `parquet:"s"`
		V []float32 `parquet:"v,list"`
	}
	csv := func(n int) string { return counted(n) }
	lines := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "{\"n\":%d,\"v\":[1,2,%d]}\n", i, i)
		}
		return b.String()
	}
	for name, tt := range map[string]struct {
		format  Format
		packing string
		make    func(n int) string
	}{
		"csv":   {CSV, "", csv},
		"gz":    {CSV, "gzip", func(n int) string { return gzipped(t, csv(n)) }},
		"zst":   {CSV, "zstd", func(n int) string { return zstded(t, csv(n), zstd.WithWindowSize(32<<10)) }},
		"jsonl": {JSONL, "", lines},
		"json": {JSON, "", func(n int) string {
			return "[" + strings.ReplaceAll(strings.TrimSpace(lines(n)), "\n", ",\n") + "]"
		}},
		"parquet": {Parquet, "", func(n int) string {
			var rows []row
			for i := range n {
				rows = append(rows, row{int64(i), fmt.Sprintf("text %d", i), []float32{float32(i), 2}})
			}
			var file bytes.Buffer
			w := parquet.NewGenericWriter[row](&file, parquet.MaxRowsPerRowGroup(1000))
			if _, err := w.Write(rows); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			return file.String()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			weigh := func(n int) int64 {
				text := []byte(tt.make(n))
				before, peak := inUse(), int64(0)
				s := &Source{name: "f", format: tt.format, packing: tt.packing, size: int64(len(text))}
				s.open = func() (input, error) {
					step := 1 + len(text)/8
					return &weighed{memory{bytes.NewReader(text)}, step, step, &peak}, nil
				}
				if err := s.header(); err != nil {
					t.Fatal(err)
				}
				if err := s.Scan(nil); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Sample(Sequential, 100, nil); err != nil || s.Rows != int64(n) {
					t.Fatal(s.Rows, err)
				}
				if runtime.KeepAlive(text); peak == 0 {
					t.Fatal("not looked at")
				}
				return peak - before
			}
			const rows = 3000
			small, large := weigh(rows), weigh(10*rows)
			if large > small+small/2+1<<20 {
				t.Errorf("%d bytes in use, and %d for ten times the rows", small, large)
			}
		})
	}
}
