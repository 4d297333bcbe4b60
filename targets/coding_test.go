package targets

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// coded applies codings, in their order.
func coded(t testing.TB, body []byte, codings ...string) []byte {
	t.Helper()
	for _, coding := range codings {
		var out bytes.Buffer
		var w io.WriteCloser
		switch coding {
		case "gzip":
			w = gzip.NewWriter(&out)
		case "zlib":
			w = zlib.NewWriter(&out)
		case "raw":
			w, _ = flate.NewWriter(&out, 9)
		case "br":
			w = brotli.NewWriter(&out)
		case "zstd":
			w, _ = zstd.NewWriter(&out)
		}
		_, _ = w.Write(body)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		body = out.Bytes()
	}
	return body
}

// F10: bodies in any of the usual codings are decoded, also in several at once.
func TestDecodeContentCodings(t *testing.T) {
	const text = `{"prediction":1.5,"text":"höhö höhö höhö höhö"}`
	for _, tc := range []struct {
		named []string
		by    []string
	}{
		{nil, nil},
		{[]string{""}, nil},
		{[]string{"identity"}, nil},
		{[]string{"gzip"}, []string{"gzip"}},
		{[]string{"X-GZip"}, []string{"gzip"}},
		{[]string{"GZIP"}, []string{"gzip"}},
		{[]string{" gzip , identity "}, []string{"gzip"}},
		{[]string{"deflate"}, []string{"zlib"}},
		{[]string{"deflate"}, []string{"raw"}},
		{[]string{"br"}, []string{"br"}},
		{[]string{"zstd"}, []string{"zstd"}},
		{[]string{"gzip, br"}, []string{"gzip", "br"}},
		{[]string{"gzip", "br"}, []string{"gzip", "br"}},
		{[]string{"deflate, zstd, gzip"}, []string{"zlib", "zstd", "gzip"}},
	} {
		for range 2 { // by a decoder that was used before
			if got, err := Decode(tc.named, coded(t, []byte(text), tc.by...), 100); err != nil || string(got) != text {
				t.Errorf("%q: %q, %v", tc.named, got, err)
			}
		}
		if got, err := Decode(tc.named, nil, 100); err != nil || len(got) != 0 {
			t.Errorf("%q, no body: %q, %v", tc.named, got, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	bomb := bytes.Repeat([]byte("0"), 1<<20)
	for name, tc := range map[string]struct {
		coding, want string
		body         []byte
	}{
		"an unknown coding":    {"compress", `content coding "compress" is none that can be decoded`, []byte("x")},
		"one of several":       {"sdch, gzip", `content coding "sdch"`, coded(t, []byte("x"), "gzip")},
		"too many":             {"gzip, gzip, gzip, gzip, gzip, gzip", "6 content codings on top of one another", []byte("x")},
		"no gzip":              {"gzip", "no valid gzip", []byte("{\"prediction\":1.5}")},
		"gzip that breaks off": {"gzip", "breaks off within its content coding gzip", coded(t, []byte("hello, hello"), "gzip")[:15]},
		"an empty gzip":        {"gzip", "breaks off", coded(t, nil, "gzip")[:5]},
		"a wrong checksum":     {"gzip", "no valid gzip", wrongSum(coded(t, []byte("hello, hello"), "gzip"))},
		"br that breaks off":   {"br", "br", coded(t, []byte("hello, hello"), "br")[:6]},
		"zstd that breaks off": {"zstd", "zstd", coded(t, []byte("hello, hello"), "zstd")[:12]},
		"zlib that breaks off": {"deflate", "deflate", coded(t, []byte("hello, hello"), "zlib")[:8]},
		"a bomb of gzip":       {"gzip", "too long", coded(t, bomb, "gzip")},
		"a bomb of br":         {"br", "too long", coded(t, bomb, "br")},
		"a bomb of zstd":       {"zstd", "too long", coded(t, bomb, "zstd")},
		"a bomb within":        {"gzip, gzip", "too long", coded(t, bomb, "gzip", "gzip")},
	} {
		got, err := Decode([]string{tc.coding}, tc.body, 1<<16)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		if long := errors.Is(err, ErrTooLong); long != (len(got) == 1<<16) || !long && got != nil {
			t.Errorf("%s: %d bytes came with %v", name, len(got), err)
		}
	}
}

func wrongSum(b []byte) []byte {
	b[len(b)-8]++
	return b
}

// Answers are judged at the same time.
func TestDecodeAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for _, coding := range []string{"gzip", "br", "zstd"} {
		body := coded(t, bytes.Repeat([]byte(coding), 1000), coding)
		for range 4 {
			all.Go(func() {
				for range 50 {
					if got, err := Decode([]string{coding}, body, 1<<20); err != nil || !bytes.HasPrefix(got, []byte(coding)) {
						t.Errorf("%s: %v", coding, err)
						return
					}
				}
			})
		}
	}
	all.Wait()
}

func FuzzDecode(f *testing.F) {
	for _, coding := range []string{"gzip", "br", "zstd", "zlib", "raw"} {
		f.Add(strings.NewReplacer("zlib", "deflate", "raw", "deflate").Replace(coding), coded(f, []byte("hello, hello"), coding))
	}
	f.Fuzz(func(t *testing.T, named string, body []byte) {
		const most = 1 << 16
		if got, _ := Decode([]string{named}, body, most); len(got) > max(most, len(body)) {
			t.Errorf("%d bytes", len(got))
		}
	})
}
