package targets

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/mlbench/mlbench/loadgen/send"
)

// ErrUnreachable is the sentinel of a target that does not answer.
var ErrUnreachable = errors.New("target unreachable")

var (
	errUnspoken = errors.New("what answers there is no HTTP/1.1")
	errTLSThere = errors.New("it speaks TLS there")
	errH2There  = errors.New("it speaks HTTP/2 there")
	errClosed   = errors.New("closed the connection without a complete answer")
)

// broken names the target, and says whether it was its caller who gave up.
func (t Target) broken(ctx context.Context, err error) error {
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.Canceled):
		return cause
	case cause != nil: // the caller's limit, not ours
		return fmt.Errorf("%w: %s at %s: no complete answer in time", ErrUnreachable, t.Name, t.URL.Redacted())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		err = errClosed
	}
	remedy, err := t.explain(err)
	if remedy != "" {
		remedy = "; " + remedy
	}
	return fmt.Errorf("%w: %s at %s: %w%s", ErrUnreachable, t.Name, t.URL.Redacted(), err, remedy)
}

// explain says what went wrong, and what can be done about it. It repeats nothing
// that the target has sent: that may be a secret which it was told.
func (t Target) explain(err error) (remedy string, said error) {
	var (
		outer     *url.Error
		op        *net.OpError
		dns       *net.DNSError
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		cert      *tls.CertificateVerificationError
		timeout   net.Error
	)
	if errors.As(err, &outer) {
		err = outer.Err // without the URL, which is said already
	}
	isOp := errors.As(err, &op)
	switch {
	case errors.As(err, &authority):
		return "trust its authority by --cacert FILE, or accept any certificate by --insecure (keys ca and insecure of the target file)", err
	case errors.As(err, &hostname):
		return "is the address right? --insecure (key insecure of the target file) accepts any certificate", err
	case errors.As(err, &cert):
		return "--insecure (key insecure of the target file) accepts any certificate", err
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return "give http:// instead of https://", errors.New("it speaks plain HTTP there, not TLS")
	case errors.As(err, &record):
		return "is the address right, or is it http://?", errors.New("what answers there is no TLS")
	case errors.Is(err, errTLSThere):
		return "give https:// instead of http://", err
	case errors.Is(err, errH2There):
		return "give --transport h2", err
	case t.HTTP2 && strings.Contains(err.Error(), "HTTP/1.1 header"):
		return "leave out --transport h2", errors.New("it speaks HTTP/1.1 there, not HTTP/2")
	case errors.Is(err, send.ErrNoHTTP2):
		return "leave out --transport h2", err
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		if t.Timeout == mostLook { // no timeout makes a look longer
			return "is it up, and the address right?", fmt.Errorf("no answer within %s", mostLook)
		}
		return "raise the timeout if it may take longer", fmt.Errorf("no answer within %s", t.timeout())
	case errors.As(err, &dns):
		return "is the address right?", err
	case isOp && op.Op == "remote error":
		return t.aboutAlert(err), err
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return t.remedy(), err
	case isOp && op.Op == "dial":
		return "is the address right?", err
	case t.HTTP2 && !isOp:
		if !errors.Is(err, errClosed) {
			err = errMalformed
		}
		return "does it speak HTTP/2? Else leave out --transport h2", err
	case errors.Is(err, errClosed), errors.Is(err, errMalformed), errors.Is(err, errUnspoken):
		return "does it want another protocol (https://, --transport h2) or header (--host-header, -H)?", err
	case isOp:
		return "", err
	}
	return "", errMalformed
}

// aboutAlert is the remedy for what the target found wrong in the TLS handshake.
func (t Target) aboutAlert(err error) string {
	switch text := err.Error(); {
	case strings.Contains(text, "no application protocol") && t.HTTP2:
		return "leave out --transport h2"
	case strings.Contains(text, "no application protocol"):
		return "give --transport h2"
	case strings.Contains(text, "certificate"), strings.Contains(text, "handshake failure"):
		return "does it want a client certificate (--cert and --key; keys cert and key of the target file)?"
	}
	return ""
}

// remedy ends the sentence "nothing listens there" for the bundled subjects.
func (t Target) remedy() string {
	if t.Managed != nil && t.PID == 0 {
		return "it is a managed target, which run, compare and gate start themselves"
	}
	for _, s := range subjects {
		if t.URL.Host == s.addr {
			return fmt.Sprintf("start it with `mlbench serve %s`, or give another target", s.name)
		}
	}
	return "is the server started, and the address right?"
}
