package reference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/servers/conns"
)

// drainTime is how long requests in hand may take after the order to stop.
const drainTime = 10 * time.Second

// leaveTime is how long clients with kept connections are told to leave before
// those connections are closed.
const leaveTime = 2 * time.Second

// Serve answers requests on addr as o says until ctx ends, then lets the
// requests in hand finish. Once ready, it prints "listening on http://HOST:PORT"
// as the first line of stdout; port 0 picks a free one. Trouble with single
// connections goes to stderr.
func Serve(ctx context.Context, addr string, o Options, stdout, stderr io.Writer) (err error) {
	handler, err := New(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, handler.Close()) }()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w (choose another address with --addr; port 0 picks a free one)", addr, err)
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if o.Luck > 0 {
		log.Info("this start's luck", "factor", handler.luck)
	}
	ln := conns.New(listener, func(err error) { log.Warn("waiting to accept connections", "because", err) })
	var draining atomic.Bool
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if draining.Load() {
				w.Header().Set("Connection", "close")
			}
			handler.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		// No WriteTimeout: how long an answer takes is what was asked for.
		IdleTimeout:    5 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	if _, err := fmt.Fprintf(stdout, "listening on http://%s\n", listener.Addr()); err != nil {
		listener.Close()
		return fmt.Errorf("print the address: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	// Tell the clients of kept connections first: see servers.Serve.
	draining.Store(true)
	err = ln.Close()
	ln.Wait(leaveTime)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if shutdownErr := server.Shutdown(drain); shutdownErr != nil {
		server.Close()
		err = fmt.Errorf("requests were still in hand %v after the order to stop: %w", drainTime, shutdownErr)
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) && !errors.Is(served, net.ErrClosed) {
		err = errors.Join(err, fmt.Errorf("serve: %w", served))
	}
	return err
}
