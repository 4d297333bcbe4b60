package servers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/mlbench/mlbench/servers/conns"
	"github.com/mlbench/mlbench/servers/legacy"
	"github.com/mlbench/mlbench/servers/model"
	"github.com/mlbench/mlbench/servers/modern"
	"github.com/mlbench/mlbench/servers/predict"
)

// The bundled servers: two subjects and the reference target.
const (
	Legacy    = "legacy"
	Modern    = "modern"
	Reference = "reference" // served by its own package
)

// ErrConfig is in the chain of errors that the operator's settings caused.
var ErrConfig = errors.New("configuration")

const (
	// leaveTime is how long clients with kept connections are told to leave
	// before those connections are closed. It ends early when all have left.
	leaveTime = 2 * time.Second
	// drainTime bounds the wait for requests in flight; every route answers
	// within a small part of it.
	drainTime = 10 * time.Second
	// flushTime bounds the wait for the prediction log's last records.
	flushTime = 5 * time.Second
)

// Options say what to serve and where.
type Options struct {
	Subject string // Legacy or Modern
	// Addr is host:port; port 0 picks a free one. Empty means DefaultAddr.
	Addr string
	// ModelPath overrides MODEL_PATH. A missing file is trained and saved there.
	ModelPath string
	// Stdout gets one line once the server is ready; Stderr gets notices.
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// Reopen asks, whenever it delivers, to go on with the prediction log in the
	// file that its path names then. Nil never does.
	Reopen <-chan os.Signal

	// Tests: instead of a trained forest, and of bcrypt's default cost.
	model        predict.Model
	passwordCost int
	drainTime    time.Duration // 0: the constant
}

// server is what legacy and modern have in common.
type server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Serve runs a subject until ctx is done, then drains it: no new connections,
// clients of kept ones are told to leave, requests in flight are answered, the
// prediction log is written to its end.
// The first line on Stdout is "listening on http://HOST:PORT", written when the
// model is loaded and connections are accepted.
func Serve(ctx context.Context, o Options) error {
	if o.Subject != Legacy && o.Subject != Modern {
		return fmt.Errorf("%w: no subject %q: use %s or %s", ErrConfig, o.Subject, Legacy, Modern)
	}
	bound, err := listen(o)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(o.Stderr, nil)).With("subject", o.Subject)
	ln := conns.New(bound, func(err error) { logger.Warn("waiting to accept connections", "because", err) })
	defer ln.Close() // a second close does no harm
	config, err := predict.LoadConfig(o.Getenv, isLoopback(ln.Addr()))
	if err != nil {
		return fmt.Errorf("%w: %s on %s: %w", ErrConfig, o.Subject, ln.Addr(), err)
	}
	for _, notice := range config.Notices {
		fmt.Fprintf(o.Stderr, "%s: %s\n", o.Subject, notice)
	}
	service, err := newService(o, config, logger)
	if err != nil {
		return err
	}
	stopReopening := reopenLog(o.Reopen, service, logger)
	defer stopReopening()
	srv, err := newServer(o, config, service, logger)
	if err == nil {
		err = run(ctx, srv, ln, o, service.BeginDrain)
	}
	flush, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	return errors.Join(err, service.Close(flush))
}

// reopenLog does so whenever it is asked to, until the returned function is
// called.
func reopenLog(asked <-chan os.Signal, service *predict.Service, logger *slog.Logger) (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-asked:
			case <-done:
				return
			}
			if err := service.ReopenLog(); err != nil {
				logger.Error("the prediction log was not reopened", "because", err)
			} else {
				logger.Info("reopened the prediction log")
			}
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

func newService(o Options, config predict.Config, logger *slog.Logger) (*predict.Service, error) {
	if o.ModelPath == "" {
		o.ModelPath = config.ModelPath
	}
	if o.model == nil {
		start := time.Now()
		forest, trained, err := model.LoadOrTrain(o.ModelPath, model.DefaultOptions())
		if err != nil {
			return nil, err
		}
		if trained {
			kept := "kept in memory"
			if o.ModelPath != "" {
				kept = "saved to " + o.ModelPath
			}
			fmt.Fprintf(o.Stderr, "%s: trained a model in %.1f s (held-out R² %.3f), %s\n",
				o.Subject, time.Since(start).Seconds(), forest.Info().R2, kept)
		}
		o.model = forest
	}
	return predict.New(predict.Options{
		Config:        config,
		Model:         o.model,
		Logger:        logger,
		BackgroundLog: o.Subject == Modern,
		PasswordCost:  o.passwordCost,
	})
}

func newServer(o Options, config predict.Config, service *predict.Service, logger *slog.Logger) (server, error) {
	if o.Subject == Legacy {
		return legacy.New(legacy.Options{Service: service, Logger: logger}), nil
	}
	srv, err := modern.New(modern.Options{Service: service, CORSOrigins: config.CORSOrigins, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return srv, nil
}

// run serves until ctx is done and drains: new connections are refused, every
// answer tells its client that the connection ends, and what is then still open
// is closed once it is idle. Closing without telling would cost each client with
// a kept connection the request that it sends next.
func run(ctx context.Context, srv server, ln *conns.Listener, o Options, beforeDrain func()) error {
	if ctx.Err() != nil {
		return nil // told to stop while the model was trained
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	// The listener has a backlog: whoever reads this line can connect, even if
	// Serve has yet to accept.
	if _, err := fmt.Fprintf(o.Stdout, "listening on http://%s\n", ln.Addr()); err != nil {
		return fmt.Errorf("announce the address: %w", err)
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	beforeDrain()
	err := ln.Close()
	ln.Wait(leaveTime)
	within := cmp.Or(o.drainTime, drainTime)
	drain, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	shutdownErr := srv.Shutdown(drain)
	if errors.Is(shutdownErr, context.DeadlineExceeded) {
		return fmt.Errorf("requests in flight were cut off: they took more than %v to drain", within)
	}
	err = errors.Join(err, shutdownErr)
	if serveErr := <-served; serveErr != nil && !errors.Is(serveErr, http.ErrServerClosed) && !errors.Is(serveErr, net.ErrClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
