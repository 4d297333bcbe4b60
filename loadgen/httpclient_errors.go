package loadgen

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/mlbench/mlbench/loadgen/http1"
)

// judgeStatus refuses what is no answer to a request of ours, though net/http
// takes it for one.
func judgeStatus(code int) error {
	switch {
	case code == http.StatusSwitchingProtocols:
		return fmt.Errorf("%w: 101 without an upgrade asked for", http1.ErrMalformed)
	case code < 100 || code > maxStatus:
		return fmt.Errorf("%w: status %d", http1.ErrMalformed, code)
	}
	return nil
}

// classifyHTTP says why an exchange by net/http failed.
func classifyHTTP(err error) failure {
	var op *net.OpError
	isOp := errors.As(err, &op)
	switch {
	case errors.Is(err, http1.ErrBodyTooLarge), errors.Is(err, http1.ErrMalformed):
		return failMalformed
	case isTLS(err), errors.Is(err, http.ErrSchemeMismatch), isOp && (op.Op == "remote error" || op.Op == "local error"): // alerts of TLS
		return failTLS
	case isOp && op.Op == "dial":
		return classifyDial(err)
	case isOp, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), endedByPeer(err):
		return failReset
	}
	return failMalformed
}

// streamError is what net/http's own, which it does not export, fills in for
// whoever asks by errors.As for a type of this form.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (e streamError) Error() string { return fmt.Sprintf("stream %d: %v", e.StreamID, e.Cause) }

// endedByPeer says whether the target ended the HTTP/2 stream (RST_STREAM) or the
// connection (GOAWAY).
func endedByPeer(err error) bool {
	var stream streamError
	if errors.As(err, &stream) {
		return stream.Cause != nil && stream.Cause.Error() == "received from peer"
	}
	text := err.Error()
	return strings.Contains(text, "server sent GOAWAY") || strings.Contains(text, "client connection lost") ||
		strings.Contains(text, "server closed idle connection")
}

// notAnAnswer says whether what came does not begin like an answer.
func notAnAnswer(err error) bool {
	text := err.Error()
	for _, first := range []string{"malformed HTTP response", "malformed HTTP version", "malformed HTTP status code", "readLoopPeekFail"} {
		if strings.Contains(text, first) {
			return true
		}
	}
	return false
}
