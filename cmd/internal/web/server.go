package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Options say what the page serves, to whom.
type Options struct {
	Addr      string   // HOST:PORT to listen on
	Results   string   // folder of results
	Scenarios string   // folder of scenario files
	Targets   string   // target file; "": as targets.LoadFile finds it
	Allow     []string // patterns of targets that may be loaded; none: all
	Hosts     []string // further names that the server is called by
	Token     string   // that a browser must give; "": none, of loopback addresses only
	Version   string   // of mlbench

	Program string   // this binary, which children are
	Argv0   string   // its first argument
	Environ []string // of children
	Env     func(name string) (value string, set bool)
}

// server is one that runs.
type server struct {
	Options
	*folder
	jobs      *jobs
	allowed   allowed
	token     string
	sessions  sessions
	watchers  atomic.Int32
	rendering chan struct{}
	closing   chan struct{}
}

func (o *Options) argv0() string { return cmp.Or(o.Argv0, o.Program) }

// Validate finds all mistakes before anything is opened.
func (o *Options) Validate() error {
	var wrong []error
	if _, _, err := net.SplitHostPort(o.Addr); err != nil {
		wrong = append(wrong, fmt.Errorf("--addr %q: want HOST:PORT, such as 127.0.0.1:8089", o.Addr))
	} else if !loopback(o.Addr) && o.Token == "" {
		wrong = append(wrong, fmt.Errorf("--addr %s can be reached from other machines: set MLBENCH_UI_TOKEN (or MLBENCH_UI_TOKEN_FILE) to a token that browsers must give, or listen on 127.0.0.1", o.Addr))
	}
	if o.Token != "" && len(o.Token) < minToken {
		wrong = append(wrong, fmt.Errorf("the token of MLBENCH_UI_TOKEN is shorter than %d characters: make one by 'openssl rand -hex 16'", minToken))
	}
	if _, err := parseAllowed(o.Allow); err != nil {
		wrong = append(wrong, err)
	}
	if info, err := os.Stat(o.Scenarios); o.Scenarios != "" && (err != nil || !info.IsDir()) {
		wrong = append(wrong, fmt.Errorf("--scenarios %s: there is no such folder", o.Scenarios))
	}
	return errors.Join(wrong...)
}

// open is a server that does not listen yet.
func (o Options) open() (*server, error) {
	f, err := openFolder(o.Results)
	if err != nil {
		return nil, err
	}
	s := &server{Options: o, folder: f, token: o.Token, rendering: make(chan struct{}, mostReports), closing: make(chan struct{})}
	s.Scenarios = cmp.Or(o.Scenarios, ".")
	if s.allowed, err = parseAllowed(o.Allow); err != nil {
		return nil, err
	}
	if host, _, err := net.SplitHostPort(o.Addr); err == nil && host != "" {
		s.Hosts = append(s.Hosts, strings.ToLower(host))
	}
	s.jobs = &jobs{folder: f, program: o.Program, argv0: o.argv0(), environ: o.Environ}
	s.jobs.pickUp()
	if _, err := s.targetChoices(); err != nil {
		return nil, fmt.Errorf("--targets: %w", err)
	}
	return s, nil
}

// handler serves the page and its API.
func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"GET /{$}":                  asset,
		"GET /login":                asset,
		"GET /favicon.ico":          asset,
		"GET /assets/{name}":        asset,
		"POST /login":               s.login,
		"POST /logout":              s.logout,
		"GET /report":               s.report,
		"GET /api/choices":          s.choices,
		"GET /api/live":             s.live,
		"GET /api/results":          s.results,
		"GET /api/course":           s.courseOf,
		"GET /api/export/{format}":  s.export,
		"DELETE /api/result/{name}": s.remove,
		"POST /api/jobs":            s.start,
		"POST /api/stop":            s.stop,
	} {
		mux.Handle(pattern, h)
	}
	mux.Handle("/", handler(func(_ http.ResponseWriter, r *http.Request) error {
		return refusef(http.StatusNotFound, "there is no %.80q", r.URL.Path)
	}))
	return s.guarded(mux)
}

// Serve serves the page until ctx is done, and then ends the measurement that runs. ready
// is told the address, once it is known.
func Serve(ctx context.Context, o Options, ready func(url string)) error {
	s, err := o.open()
	if err != nil {
		return err
	}
	defer s.root.Close()
	l, err := net.Listen("tcp", o.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use, perhaps by another 'mlbench ui': end that, or name another port with --addr (port 0 picks a free one)", o.Addr)
	}
	if err != nil {
		return fmt.Errorf("--addr %s: %w", o.Addr, err)
	}
	srv := &http.Server{
		Handler: s.handler(), ErrorLog: log.New(io.Discard, "", 0),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: renderTime + 30*time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	ready("http://" + l.Addr().String())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	close(s.closing)
	// Longer than requests in flight and a teardown take.
	limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = s.jobs.end(limit)
	_ = srv.Shutdown(limit)
	return err
}

// choices is what can be started, and what the page is to know of the server.
func (s *server) choices(w http.ResponseWriter, _ *http.Request) error {
	places, err := s.targetChoices()
	text := ""
	if err != nil {
		text = err.Error()
	}
	answer(w, http.StatusOK, map[string]any{
		"version": s.Version, "results": s.dir, "scenarios": s.scenarioChoices(), "targets": places, "targets_error": text,
		"formats": formats(), "any_url": len(s.allowed) == 0, "allowed": s.Allow, "login": s.token != "",
	})
	return nil
}

func (s *server) results(w http.ResponseWriter, _ *http.Request) error {
	rows, err := s.list()
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, map[string]any{"files": rows})
	return nil
}

func (s *server) courseOf(w http.ResponseWriter, r *http.Request) error {
	c, err := s.course(r.URL.Query().Get("file"))
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, c)
	return nil
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if j, _ := s.jobs.state(); j != nil && j.Ended == nil && j.Result == name {
		return refusef(http.StatusConflict, "%s is being measured: stop that first", name)
	}
	if err := s.folder.remove(name); err != nil {
		return err
	}
	answer(w, http.StatusOK, struct{}{})
	return nil
}

func (s *server) start(w http.ResponseWriter, r *http.Request) error {
	var o order
	if err := take(w, r, &o); err != nil {
		return err
	}
	m, err := s.command(&o)
	if err != nil {
		return err
	}
	j, err := s.jobs.start(o.Kind, m)
	if err != nil {
		return err
	}
	answer(w, http.StatusCreated, j)
	return nil
}

func (s *server) stop(w http.ResponseWriter, r *http.Request) error {
	var which struct {
		ID string `json:"id"`
	}
	if err := take(w, r, &which); err != nil {
		return err
	}
	if err := s.jobs.stop(which.ID); err != nil {
		return err
	}
	answer(w, http.StatusOK, struct{}{})
	return nil
}
