package summary

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// FuzzOf: whatever a file holds, nothing computed from it panics, and it is JSON.
func FuzzOf(f *testing.F) {
	add := func(lines ...any) {
		var b bytes.Buffer
		for _, v := range lines {
			if err := json.NewEncoder(&b).Encode(v); err != nil {
				f.Fatal(err)
			}
		}
		f.Add(b.Bytes())
		f.Add(b.Bytes()[:b.Len()*2/3])
	}
	for _, file := range []*results.File{handMade(), openFile(nil), twoArms()} {
		file.Header.Schema = "mlbench.result/1.1"
		lines := []any{file.Header}
		for i := range file.Slices {
			file.Slices[i].Type = "slice"
			lines = append(lines, file.Slices[i])
		}
		add(append(lines, file.Footer)...)
	}
	old, err := filepath.Glob("../testdata/*.jsonl")
	if err != nil || len(old) == 0 {
		f.Fatalf("no files of earlier versions: %v", err)
	}
	for _, path := range old {
		f.Add(contents(f, path))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		file, err := results.ReadFile("-", bytes.NewReader(in))
		if err != nil {
			return
		}
		for _, arm := range []string{results.ArmA, results.ArmB} {
			if _, err := json.Marshal(Of(file, Select{Arm: arm}, nil)); err != nil {
				t.Fatalf("summary is no JSON: %v", err)
			}
		}
	})
}

// A summary of a file that was cut off says so, wherever it was.
func TestOfAFileCutAnywhere(t *testing.T) {
	whole := contents(t, write(t, machine("a", 10)))
	for n := bytes.IndexByte(whole, '\n') + 1; n < len(whole)-1; n += 7 {
		f, err := results.ReadFile("-", bytes.NewReader(whole[:n]))
		if err != nil {
			t.Fatal(err)
		}
		if s := Of(f, Select{}, nil); !has(s, CutOff) && !has(s, Damaged) {
			t.Fatalf("cut at %d: %v", n, s.Warnings)
		}
	}
}

func contents(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
