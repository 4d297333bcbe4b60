package results

import (
	"bytes"
	"os"
	"testing"
)

// FuzzRead: whatever a file holds, reading it never panics.
func FuzzRead(f *testing.F) {
	for _, file := range []*File{full(), openFile(nil)} {
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
	if v1, err := os.ReadFile("testdata/v1.jsonl"); err == nil {
		f.Add(v1)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		file, err := readFrom(bytes.NewReader(in), "fuzz")
		if err != nil && file != nil {
			t.Fatal("a file along with an error")
		}
	})
}
