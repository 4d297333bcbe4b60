package targets

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// encoder is what all libraries have in common; one may be used again.
type encoder interface {
	io.WriteCloser
	Reset(w io.Writer)
}

// encoders give the same bytes each time.
var encoders = map[string]*sync.Pool{
	"gzip": {New: func() any { return gzip.NewWriter(nil) }},
	"br":   {New: func() any { return brotli.NewWriter(nil) }},
	"zstd": {New: func() any {
		e, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true)) // the options are right
		return e
	}},
}

// Encode applies a content coding to a body: gzip, br or zstd.
func Encode(coding string, body []byte) ([]byte, error) {
	pool := encoders[coding]
	if pool == nil {
		return nil, fmt.Errorf("found %q, want gzip, zstd or br", coding)
	}
	e := pool.Get().(encoder)
	defer pool.Put(e)
	var out bytes.Buffer
	e.Reset(&out)
	if _, err := e.Write(body); err != nil {
		return nil, err
	}
	err := e.Close()
	return out.Bytes(), err
}
