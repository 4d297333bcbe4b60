package results

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestListTellsWhatEndedAndHow(t *testing.T) {
	dir := t.TempDir()
	stored := func(name string, start time.Time, ended ending, change func([]byte) []byte) {
		f := openFile(map[string]*ClassData{"predict": served(40), "health": served(5)})
		f.Header.Start, f.Footer.Ended = start, ended
		b, err := os.ReadFile(write(t, f))
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			b = change(b)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	replaced := func(old, by string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(by), 1) }
	}
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	stored("a-new.jsonl", day.Add(9*time.Hour), Completed, nil)
	stored("b-old.jsonl", day, Interrupted, nil)
	stored("c-lines.jsonl", day.Add(8*time.Hour), Failed, func(b []byte) []byte {
		return append(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), " \r\n"...)
	})
	stored("d-cut.jsonl", day.Add(7*time.Hour), Completed, func(b []byte) []byte { return b[:len(b)-30] })
	stored("e-header.jsonl", day.Add(6*time.Hour), Completed, func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] })
	stored("f-footer.jsonl", day.Add(5*time.Hour), Completed, replaced(`"completed"`, `"compleeed"`))
	stored("h-changed.jsonl", day, Completed, replaced(`"mix"`, `"mux"`))
	for name, content := range map[string]string{
		"g-future.jsonl": `{"type":"header","schema":"mlbench.result/2.0"}` + "\n",
		"i-empty.jsonl":  "", "j-text.jsonl": "hello\n", "k-other.jsonl": `{"type":"slice"}`, "l-huge.jsonl": strings.Repeat("x", maxHeader+10), "m.txt": "", "n": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "o-folder.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "p-link.jsonl")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(os.DevNull, filepath.Join(dir, "q-device.jsonl")); err != nil {
		t.Fatal(err)
	}
	files, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, scenario, ended, damage string }{
		{"a-new", "mix", "completed", ""},
		{"c-lines", "mix", "failed", ""},
		{"d-cut", "mix", "", ""},
		{"e-header", "mix", "", ""},
		{"f-footer", "mix", "", "its last line: its checksum is another"},
		{"b-old", "mix", "interrupted", ""},
		{"g-future", "", "", "update mlbench"},
		{"h-changed", "", "", "its first line is damaged"},
		{"i-empty", "", "", "its first line is empty"},
		{"j-text", "", "", "not a readable mlbench result file: invalid character"},
		{"k-other", "", "", "the first line is no header"},
		{"l-huge", "", "", "its first line is longer than 4 MB"},
		{"p-link", "", "", "no such file"},
		{"q-device", "", "", "it is no regular file"},
	}
	if len(files) != len(want) {
		t.Fatalf("%d files, want %d", len(files), len(want))
	}
	for i, w := range want {
		f := files[i]
		ended := ""
		if f.Footer != nil {
			ended = string(f.Footer.Ended)
		}
		if filepath.Base(f.Path) != w.name+".jsonl" || f.Header.Scenario.Name != w.scenario || ended != w.ended ||
			!strings.Contains(f.Damage, w.damage) || (f.Damage == "") != (w.damage == "") || f.Complete() != (w.ended == "completed") {
			t.Errorf("%s of %q, ended %q, damage %q; want %+v", f.Path, f.Header.Scenario.Name, ended, f.Damage, w)
		}
	}
	if _, err := List(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there is listed")
	}
}

// Files of all versions have their ends read as the whole is.
func TestListAgreesWithReadFile(t *testing.T) {
	listed, err := List("testdata")
	if err != nil || len(listed) == 0 {
		t.Fatalf("%d files, %v", len(listed), err)
	}
	for _, l := range listed {
		f, err := ReadFile(l.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v %+v", f.Header, f.Footer) != fmt.Sprintf("%+v %+v", l.Header, l.Footer) {
			t.Errorf("%s: %+v, %+v; want %+v, %+v", l.Path, l.Header, l.Footer, f.Header, f.Footer)
		}
	}
}

// counted counts the bytes that are read of it.
type counted struct {
	io.ReaderAt
	n int
}

func (c *counted) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(b, at)
	c.n += n
	return n, err
}

// A list of long measurements costs no more than one of short ones.
func TestAListReadsTheEndsOfFilesAlone(t *testing.T) {
	for _, slices := range []int{1, 300} {
		f := openFile(nil)
		for range slices {
			f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Measure, DurationS: 1, Classes: map[string]*ClassData{"predict": served(40)}})
		}
		b, err := os.ReadFile(write(t, f))
		if err != nil {
			t.Fatal(err)
		}
		r, got := &counted{ReaderAt: bytes.NewReader(b)}, &File{}
		if err := got.readEnds(r, int64(len(b))); err != nil || !got.Complete() {
			t.Fatalf("%v, %+v", err, got.Footer)
		}
		if r.n > 2*aLook {
			t.Errorf("%d of %d bytes are read, want %d at most", r.n, len(b), 2*aLook)
		}
	}
}

// Long lines take a longer look; what cannot be a footer is not looked for to its begin.
func TestAListReadsLongEnds(t *testing.T) {
	for _, warnings := range []int{10, 2000, 200_000} {
		f := openFile(map[string]*ClassData{"predict": served(4), "health": served(5)})
		f.Header.Scenario.Text = strings.Repeat("# long\n", 10_000)
		path := write(t, f)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ft := *f.Footer
		ft.Warnings = make([]string, warnings)
		long, err := jsonLine(&ft)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.LastIndexByte(bytes.TrimSpace(b), '\n') + 1
		before := sumOf(bytes.TrimSpace(b[:at]))
		b = append(append(b[:at:at], before.seal(bytes.TrimSpace(long))...), '\n')
		if whole, err := readFrom(bytes.NewReader(b), "x"); err != nil || !whole.Complete() {
			t.Fatalf("%v, %s", err, whole.Damage)
		}
		for _, pad := range []int{0, 3 << 20} { // without an end
			b := append(b[:len(b):len(b)], strings.Repeat("x", pad)...)
			r, got := &counted{ReaderAt: bytes.NewReader(b)}, &File{}
			if err := got.readEnds(r, int64(len(b))); err != nil || got.Complete() != (pad == 0) {
				t.Errorf("%d warnings and %d bytes: %v, %+v", warnings, pad, err, got.Footer)
			}
			if r.n > 2*maxFooter {
				t.Errorf("%d bytes are read", r.n)
			}
		}
	}
}

func TestListOfTenThousand(t *testing.T) {
	dir := t.TempDir()
	path := write(t, openFile(map[string]*ClassData{"predict": served(4), "health": served(5)}))
	const n = 10_000
	for i := range n {
		if err := os.Link(path, filepath.Join(dir, fmt.Sprintf("%05d.jsonl", i))); err != nil {
			t.Skip(err) // another file system, or one without links
		}
	}
	files, err := List(dir)
	if err != nil || len(files) != n {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, f := range files {
		if want := fmt.Sprintf("%05d.jsonl", i); !f.Complete() || filepath.Base(f.Path) != want {
			t.Fatalf("%s, %q: want %s", f.Path, f.Damage, want)
		}
	}
}
