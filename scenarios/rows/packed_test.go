package rows

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func gzipped(t testing.TB, parts ...string) string {
	t.Helper()
	var buf bytes.Buffer
	for _, part := range parts { // members, as cat makes of several files
		w := gzip.NewWriter(&buf)
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return buf.String()
}

func zstded(t testing.TB, text string, options ...zstd.EOption) string {
	t.Helper()
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf, options...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// What is compressed has the rows, and the places of mistakes, of the text in it;
// the digest is that of the file.
func TestCompressedFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.csv":   "a,b\n1,x\n2,y\n",
		"a.tsv":   "a\tb\n1\tx\n2\ty\n",
		"a.jsonl": "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}",
		"a.json":  "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]",
	} {
		for ending, packed := range map[string]string{".gz": gzipped(t, text[:5], text[5:]), ".zst": zstded(t, text), ".ZST": zstded(t, text[:4]) + zstded(t, text[4:])} {
			path := filepath.Join(dir, name+ending)
			if err := os.WriteFile(path, []byte(packed), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(path, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			got, err := all(s, nil, nil)
			if want := "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n"; err != nil || got != want {
				t.Errorf("%s: %s %v", path, got, err)
			}
			if want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(packed))); s.Digest != want {
				t.Errorf("%s: digest %s, want that of the file, %s", path, s.Digest, want)
			}
		}
	}
}

func TestMistakesInCompressedFiles(t *testing.T) {
	whole := gzipped(t, "a\n"+strings.Repeat("1\n", 5000))
	wide := zstded(t, strings.Repeat("a\n", 1<<16), zstd.WithWindowSize(128<<20))
	for _, tt := range []struct {
		packing, in, want string
		format            Format
	}{
		{"gzip", gzipped(t, "a,b\n1,2\n3\n"), "f:3:1: found 1 cells, want 2, as in the header", CSV},
		{"zstd", zstded(t, "[{\"a\":1},\n{\"a\":}]"), "f:2:6: not JSON: invalid character '}' looking for beginning of value", JSON},
		{"gzip", "", "f: not readable as gzip: EOF", CSV},
		{"gzip", "a,b\n1,2\nand more", "f: not readable as gzip: gzip: invalid header", CSV},
		{"gzip", whole[:len(whole)/2], "f, after 0 bytes: not readable as gzip: unexpected EOF", CSV},
		{"gzip", whole + "tail", "not readable as gzip", CSV},
		{"gzip", gzipped(t, "[1]") + "tail", "f:1: not readable as gzip", JSON},
		{"zstd", "a,b\n1,2\n", "f, after 0 bytes: not readable as zstd: invalid input: magic number mismatch", CSV},
		{"zstd", wide, "packed by zstd in a way that takes more than 64 MB to unpack: pack it again, by zstd -19 at most", JSONL},
	} {
		s := &Source{name: "f", format: tt.format, packing: tt.packing, size: int64(len(tt.in))}
		s.open = func() (input, error) { return memory{bytes.NewReader([]byte(tt.in))}, nil }
		err := s.header()
		if err == nil {
			_, err = all(s, nil, nil)
		}
		if !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%s: %v, want %s", tt.packing, err, tt.want)
		}
	}
	path := filepath.Join(t.TempDir(), "d.parquet.gz")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, "", 0); err == nil || !strings.Contains(err.Error(), "unpack the file") {
		t.Error(err)
	}
}

// Whatever a compressed file holds, there are rows or an error that names it.
func FuzzPacked(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "[1,2]", "{\"a\":1}\n"} {
		f.Add([]byte(gzipped(f, text)), uint8(0))
		f.Add([]byte(zstded(f, text)), uint8(1))
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		s := &Source{name: "f", format: []Format{CSV, JSONL, JSON}[kind/2%3], packing: []string{"gzip", "zstd"}[kind%2], size: int64(len(raw))}
		s.open = func() (input, error) { return memory{bytes.NewReader(raw)}, nil }
		err := s.header()
		if err == nil {
			err = s.Scan(nil)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "f") {
			t.Errorf("error without the file: %v", err)
		}
	})
}
