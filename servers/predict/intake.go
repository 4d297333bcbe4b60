package predict

import (
	"errors"
	"io"
	"sync/atomic"
)

// The limits of bodies, in bytes.
const (
	MaxBody = 1 << 20
	// MaxLoginBody is the limit before anybody has shown a token.
	MaxLoginBody = 16 << 10
	// freeBody is above what any valid request needs: 100 samples of ten numbers
	// with 17 digits and signs are 25 kB. Smaller bodies are never turned away.
	freeBody = 64 << 10
	// maxHeld bounds the larger bodies that are in work at a time, all together.
	maxHeld = 16 << 20
)

// Errors of ReadBody. Their texts may be shown to a client.
var (
	ErrBodyTooLarge = errors.New("request body is too large")
	ErrBusy         = errors.New("too many large request bodies at a time: try again")
)

// RetryAfter is when to come again, in seconds, after an answer that says that
// the service is busy.
const RetryAfter = "1"

// intake counts the bytes of large bodies in work. Each body is read whole, and
// costs several times its length until it is answered.
type intake struct{ held atomic.Int64 }

func (in *intake) take(n int64) bool {
	if in.held.Add(n) > maxHeld {
		in.held.Add(-n)
		return false
	}
	return true
}

// Body is a body in work, which is to be released.
type Body struct {
	Bytes  []byte
	held   int64
	intake *intake
}

// Release gives back what the body holds of the bound on all bodies.
func (b Body) Release() {
	if b.held > 0 {
		b.intake.held.Add(-b.held)
	}
}

// ReadBody reads a body of at most limit bytes. Its declared length is looked at
// before anything is read; -1 is unknown. The errors are ErrBodyTooLarge,
// ErrBusy or those of r.
func (s *Service) ReadBody(r io.Reader, declared int64, limit int) (Body, error) {
	switch {
	case declared > int64(limit):
		return Body{}, ErrBodyTooLarge
	case declared < 0:
		return s.readUndeclared(r, limit)
	}
	b := Body{intake: &s.intake}
	if declared > freeBody {
		if !s.intake.take(declared) {
			return Body{}, ErrBusy
		}
		b.held = declared
	}
	b.Bytes = make([]byte, declared)
	if _, err := io.ReadFull(r, b.Bytes); err != nil && declared > 0 {
		b.Release()
		return Body{}, err
	}
	return b, nil
}

func (s *Service) readUndeclared(r io.Reader, limit int) (Body, error) {
	b := Body{intake: &s.intake}
	var err error
	if b.Bytes, err = io.ReadAll(io.LimitReader(r, int64(min(limit, freeBody))+1)); err != nil {
		return Body{}, err
	}
	if len(b.Bytes) > freeBody && len(b.Bytes) <= limit {
		if !s.intake.take(int64(limit)) {
			return Body{}, ErrBusy
		}
		b.held = int64(limit)
		rest, err := io.ReadAll(io.LimitReader(r, int64(limit-len(b.Bytes))+1))
		if err != nil {
			b.Release()
			return Body{}, err
		}
		b.Bytes = append(b.Bytes, rest...)
	}
	if len(b.Bytes) > limit {
		b.Release()
		return Body{}, ErrBodyTooLarge
	}
	return b, nil
}
