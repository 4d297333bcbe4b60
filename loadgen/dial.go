package loadgen

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
	"time"

	"github.com/mlbench/mlbench/results"
)

// connectTime is what opening a connection took.
type connectTime struct {
	dial time.Duration // DNS and TCP
	tls  time.Duration // handshake; 0: none
}

// dial opens a connection to the plan's target within the time left.
func (g *Generator) dial(left time.Duration) (net.Conn, connectTime, error) {
	ctx, cancel := context.WithTimeout(context.Background(), max(left, time.Millisecond))
	defer cancel()
	var took connectTime
	begin := g.now()
	nc, err := g.way.Dial(ctx)
	took.dial = g.now() - begin
	if err == nil && g.plan.Load.Model == results.Open {
		nc = stamped(nc)
	}
	if err != nil || g.plan.URL.Scheme != "https" {
		return nc, took, err
	}
	tc, err := g.way.Handshake(ctx, nc)
	if err != nil {
		return nil, took, &tlsError{err}
	}
	took.tls = g.now() - begin - took.dial
	return tc, took, nil
}

// tlsError marks a failed handshake.
type tlsError struct{ error }

func (e *tlsError) Unwrap() error { return e.error }

// classifyDial says why a connection could not be opened.
func classifyDial(err error) failure {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return failTimeout
	case errors.As(err, &dns):
		return failDNS
	case isTLS(err):
		return failTLS
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EMFILE),
		errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.ENOMEM):
		return failLocal
	case errors.Is(err, syscall.ECONNRESET):
		return failReset
	}
	return failRefused
}

func isTLS(err error) bool {
	var (
		handshake *tlsError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		authority x509.UnknownAuthorityError
		verified  *tls.CertificateVerificationError
	)
	return errors.As(err, &handshake) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &authority) || errors.As(err, &verified)
}
