package rows

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// packings are how a text may be compressed, by the ends of names.
var packings = map[string]string{".gz": "gzip", ".zst": "zstd"}

// packingOf is how a file is compressed, by its name; empty: not. The rest of the
// name says what is in it.
func packingOf(path string) (packing, rest string) {
	ext := filepath.Ext(path)
	if packing = packings[strings.ToLower(ext)]; packing != "" {
		path = strings.TrimSuffix(path, ext)
	}
	return packing, path
}

const (
	// maxWindow is how far back zstd may refer, which is what unpacking keeps in memory.
	maxWindow = 64 << 20
	// maxUnpacked bounds the time that a small file can take.
	maxUnpacked = 64 << 30
)

// unpacked reads what is in a compressed file, without end of its own: rows are
// bounded by those who read them.
type unpacked struct {
	io.Reader
	packing string
	left    int64
}

func (s *Source) unpack(in io.Reader) (io.Reader, error) {
	u := &unpacked{packing: s.packing, left: maxUnpacked}
	var err error
	switch s.packing {
	case "":
		return in, nil
	case "gzip":
		u.Reader, err = gzip.NewReader(in)
	default:
		u.Reader, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not readable as %s: %w", s.name, s.packing, err)
	}
	return u, nil
}

// Read says how the file is broken, if it is.
func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return n, fmt.Errorf("unpacks to more than %d GB", maxUnpacked>>30)
	}
	return n, u.flaw(err)
}

func (u *unpacked) flaw(err error) error {
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return err
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("packed by zstd in a way that takes more than %d MB to unpack: pack it again, by zstd -19 at most", maxWindow>>20)
	}
	return fmt.Errorf("not readable as %s: %w", u.packing, err)
}

// packedAs is the compression that a text begins with, which its name does not say.
func packedAs(start []byte) string {
	switch {
	case strings.HasPrefix(string(start), "\x1f\x8b"):
		return ".gz"
	case strings.HasPrefix(string(start), "\x28\xb5\x2f\xfd"):
		return ".zst"
	}
	return ""
}
