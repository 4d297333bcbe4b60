package targets

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// ErrTooLong is the sentinel of a body that is longer, decoded, than it may be.
var ErrTooLong = errors.New("too long")

// maxCodings is more than anybody applies to a body.
const maxCodings = 5

// Decode undoes the codings that the values of Content-Encoding name, the last one
// first (RFC 9110 §8.4): gzip, deflate (with zlib's frame or raw), br and zstd. Each
// may give most bytes; of more than that the first come with an ErrTooLong.
func Decode(contentEncoding []string, body []byte, most int) ([]byte, error) {
	var codings []string
	for _, name := range strings.Split(strings.Join(contentEncoding, ","), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
			codings = append(codings, strings.TrimPrefix(name, "x-"))
		}
	}
	switch {
	case len(body) == 0: // of HEAD, 204, 304
		return body, nil
	case len(codings) > maxCodings:
		return nil, fmt.Errorf("%d content codings on top of one another, want at most %d", len(codings), maxCodings)
	}
	for _, coding := range slices.Backward(codings) {
		var err error
		if body, err = decode(coding, body, most); err != nil {
			return body, err
		}
	}
	return body, nil
}

// decoder is what all libraries have in common; one may be used again.
type decoder interface {
	io.Reader
	Reset(r io.Reader) error
}

// decoders are kept: answers by the thousand may want one each.
var decoders = map[string]*sync.Pool{
	"gzip":    {New: func() any { return new(gzip.Reader) }},
	"deflate": {New: func() any { return new(inflater) }},
	"br":      {New: func() any { return brotli.NewReader(nil) }},
	"zstd": {New: func() any {
		// The largest window that a content coding may have (RFC 9659).
		d, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20)) // the options are right
		return d
	}},
}

func decode(coding string, body []byte, most int) ([]byte, error) {
	pool := decoders[coding]
	if pool == nil {
		return nil, fmt.Errorf("content coding %q is none that can be decoded (gzip, deflate, br, zstd)", coding)
	}
	d := pool.Get().(decoder)
	defer pool.Put(d)
	err := d.Reset(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(d, int64(most)+1))
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, fmt.Errorf("the body breaks off within its content coding %s", coding)
	case err != nil:
		return nil, fmt.Errorf("the body is no valid %s: %w", coding, err)
	case len(body) > most:
		return body[:most], fmt.Errorf("the body, once decoded, is %w: more than %d bytes", ErrTooLong, most)
	}
	return body, nil
}

// inflater reads deflate as it should be, in zlib's frame, and as many servers send
// it, raw.
type inflater struct{ io.Reader }

// Reset looks whether there is a frame.
func (f *inflater) Reset(r io.Reader) error {
	br := bufio.NewReader(r)
	const method, window, multiple = 8, 7, 31 // RFC 1950 §2.2
	head, err := br.Peek(2)
	if err == nil && head[0]&0x0f == method && head[0]>>4 <= window && (int(head[0])<<8|int(head[1]))%multiple == 0 {
		f.Reader, err = zlib.NewReader(br)
		return err
	}
	f.Reader = flate.NewReader(br)
	return nil
}
