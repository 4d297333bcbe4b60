package results

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aged is a file that nobody writes to any more.
func aged(t *testing.T, path string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
}

func labelledFile(t *testing.T) (path string, before *File) {
	t.Helper()
	f := openFile(map[string]*ClassData{"predict": served(40), "health": served(5)})
	f.Header.Tags = map[string]string{"team": "search"}
	path = write(t, f)
	aged(t, path)
	before, err := ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return path, before
}

// Labels change, and nothing else: checksums are right afterwards, and each flipped bit
// of the new file is still noticed.
func TestRelabel(t *testing.T) {
	path, before := labelledFile(t)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := before.Relabel("build=7", "a b=c", "team-"); err == nil {
		t.Error("a name with a space is one")
	}
	if err := before.Relabel("build=7", "team-", "none-", `note="x" & <y>`); err != nil {
		t.Fatal(err)
	}
	after, err := ReadFile(path, nil)
	if err != nil || !after.Complete() || !after.summed {
		t.Fatalf("%v, %+v", err, after)
	}
	want := map[string]string{"build": "7", "note": `"x" & <y>`}
	if !maps.Equal(after.Header.Tags, want) || !maps.Equal(before.Header.Tags, want) {
		t.Errorf("labels %v, and %v in memory, want %v", after.Header.Tags, before.Header.Tags, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v: its mode was 0640", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("it leaves %q", left)
	}
	_, first := labelledFile(t)
	if err := after.Relabel("build-", "note-", "team=search"); err != nil {
		t.Fatal(err)
	}
	again, err := ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := again.Header, first.Header; a.Seed != b.Seed || !maps.Equal(a.Tags, b.Tags) || len(again.Slices) != len(first.Slices) || again.Slices[0].Total().Sent != first.Slices[0].Total().Sent {
		t.Errorf("%+v\nis not what it was\n%+v", a, b)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(b); i += 7 {
		flipped := bytes.Clone(b)
		flipped[i] ^= 4
		if f, err := readFrom(bytes.NewReader(flipped), "x"); err == nil && f.Complete() {
			t.Fatalf("a flipped bit of byte %d of a relabelled file is not noticed: %q", i, b[max(0, i-20):min(len(b), i+20)])
		}
	}
}

// What this version does not know of a header stays, and where the schema is, too.
func TestRelabelKeepsWhatIsNew(t *testing.T) {
	path, _ := labelledFile(t)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(b, []byte("\n"))
	var sums chain
	var out []byte
	for i, line := range lines[:len(lines)-1] {
		body := bytes.TrimSpace(line)
		body = append(bytes.Clone(body[:len(body)-sumSize]), '}')
		if i == 0 {
			body = append(body[:len(body)-1], `,"later":{"a":[1,2.50,"<"]}}`...)
		}
		out = append(append(out, sums.seal(body)...), '\n')
	}
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	aged(t, path)
	f, err := ReadFile(path, nil)
	if err != nil || !f.Complete() {
		t.Fatalf("%v, %s", err, f.Damage)
	}
	if err := f.Relabel("a=b"); err != nil {
		t.Fatal(err)
	}
	b, err = os.ReadFile(path)
	if err != nil || !bytes.Contains(b, []byte(`"later":{"a":[1,2.50,"<"]}`)) || !bytes.HasPrefix(b, []byte(`{"type":"header","schema":"mlbench.result/`)) {
		t.Errorf("%v, %.300s", err, b)
	}
}

// Damage is not sealed over, files of earlier versions have no checksums afterwards
// either, and what is still being measured is left alone.
func TestRelabelOfDamagedOldAndGrowingFiles(t *testing.T) {
	path, f := labelledFile(t)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(b, []byte(`"bytes_in":0`), []byte(`"bytes_in":9`), 1)
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Relabel("a=b"); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path, nil)
	if err != nil || !strings.HasPrefix(got.Damage, "line 2: its checksum") || got.Header.Tags["a"] != "b" {
		t.Errorf("%v, damage %q", err, got.Damage)
	}

	cut := b[:bytes.IndexByte(b, '\n')+1]
	if err := os.WriteFile(path, cut, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = ReadFile(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Relabel("a=b"); err == nil || !strings.Contains(err.Error(), "still being measured") {
		t.Errorf("of a file that grows: %v", err)
	}
	aged(t, path)
	if err := got.Relabel("a=b"); err != nil {
		t.Errorf("of one that was cut off: %v", err)
	}

	old, err := os.ReadFile("testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = ReadFile(path, nil)
	if err != nil || got.summed {
		t.Fatalf("%v: want a file without checksums", err)
	}
	if err := got.Relabel("a=b"); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadFile(path, nil); err != nil || got.summed || !got.Complete() || got.Header.Tags["a"] != "b" {
		t.Errorf("%v, %s, %v", err, got.Damage, got.Header.Tags)
	}
}

func TestRelabelRefuses(t *testing.T) {
	h := &Header{Tags: map[string]string{"a": "b"}}
	for change, want := range map[string]string{
		"x": "NAME=VALUE", "=v": "label name", "a b=c": "label name", "a=" + strings.Repeat("x", longestLabel+1): "at most 200 bytes", "a=b\nc": "line breaks",
		strings.Repeat("n", 65) + "=v": "label name", "a=\x1b[31m": "line breaks",
	} {
		if err := h.Relabel("fine=yes", change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", change, err, want)
		}
	}
	if len(h.Tags) != 1 {
		t.Errorf("a refused change leaves %v", h.Tags)
	}
	many := &Header{}
	for i := range mostLabels {
		if err := many.Relabel("n" + strings.Repeat("x", i) + "=v"); err != nil && i < 63 {
			t.Fatal(err)
		}
	}
	if err := (&File{Path: filepath.Join(t.TempDir(), "none.jsonl"), Footer: &Footer{}}).Relabel("a=b"); err == nil {
		t.Error("a file that is not there is labelled")
	}
}

// Whatever a label says, it is refused, or read back as it was given.
func FuzzRelabel(f *testing.F) {
	for _, s := range []string{"team=search", "team-", "", "=", "a=b=c", "ä=ö", "a=\u202e<script>", "a=\xff", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, change string) {
		h := &Header{}
		if h.Relabel(change) != nil || len(h.Tags) == 0 {
			return
		}
		line, err := withTags([]byte(`{"type":"header","tags":{"x":"y"},"seed":7}`), h.Tags)
		if err != nil {
			t.Fatal(err)
		}
		var got Header
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for name, value := range h.Tags {
			if got.Tags[name] != strings.ToValidUTF8(value, "\ufffd") && got.Tags[name] != value || got.Seed != 7 {
				t.Errorf("%q is %q afterwards", value, got.Tags[name])
			}
		}
	})
}
