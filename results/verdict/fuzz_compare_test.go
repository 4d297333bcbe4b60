package verdict

import (
	"bytes"
	"os"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// FuzzCompare: whatever files hold, comparing them never panics.
func FuzzCompare(f *testing.F) {
	for _, file := range []*results.File{openFile(nil), compareFile(), with(minute(), func(t *trial) { t.pairs, t.requests = 2, 3 }).file()} {
		var b bytes.Buffer
		w := func(v any) {
			line, err := jsonLine(v)
			if err != nil {
				f.Fatal(err)
			}
			b.Write(line)
		}
		w(&file.Header)
		for i := range file.Slices {
			file.Slices[i].Type = "slice"
			w(&file.Slices[i])
		}
		w(file.Footer)
		f.Add(b.Bytes())
		f.Add(b.Bytes()[:b.Len()*2/3])
	}
	if v1, err := os.ReadFile("../testdata/v1.jsonl"); err == nil {
		f.Add(v1)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		file, err := results.ReadFile("-", bytes.NewReader(in))
		if err != nil {
			return
		}
		c := Compare(file, Options{})
		if _, err := jsonLine(c); err != nil || len(c.Findings) == 0 {
			t.Fatalf("comparison is no JSON, or without a reason: %v", err)
		}
		other := *file
		other.Header.Seed++
		if c, err := CompareRuns([]*results.File{file}, []*results.File{&other}, Options{}); err == nil && len(c.Findings) == 0 {
			t.Fatal("saved runs are compared without a reason")
		}
	})
}
