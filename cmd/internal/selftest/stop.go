package selftest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// stop starts this program anew to measure a server that answers at once, stops
// it in the middle for a while, and listens to what it says of its run. It is
// stopped by its progress: when the server has seen a quarter of the requests.
func (l checklist) stop(ctx context.Context) (*attempt, error) {
	const (
		rate    = 500
		seconds = 2
		still   = 300 * time.Millisecond
	)
	var served atomic.Int64
	middle := make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if served.Add(1) == rate*seconds/4 {
			close(middle)
		}
	}), ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(listener) }()
	dir, err := os.MkdirTemp("", "mlbench-selftest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	run := exec.CommandContext(ctx, l.Path, "run", "--url", "http://"+listener.Addr().String(),
		"--rate", strconv.Itoa(rate)+"/s", "--arrivals", "constant", "--duration", strconv.Itoa(seconds)+"s", "--warmup", "0s",
		"--seed", strconv.FormatUint(max(l.seed, 1), 10), "--format", "json", "--quiet", "--output", filepath.Join(dir, "stopped.jsonl"))
	run.Args[0] = l.Name
	var stdout, stderr bytes.Buffer
	run.Stdout, run.Stderr = &stdout, &stderr
	watch := machine.WatchHost()
	if err := run.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	stood := time.Duration(0)
	select {
	case <-middle:
		stood, err = standStill(run.Process, still)
		err = errors.Join(err, exitErrorsAside(<-ended))
	case err = <-ended:
		err = errors.Join(errors.New("it ended too early"), err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("run to be stopped: %w\n%s", err, &stderr)
	}
	s, err := readStopped(stdout.Bytes())
	if err != nil {
		return nil, fmt.Errorf("run to be stopped: %w\n%s", err, &stderr)
	}
	s.exit = run.ProcessState.ExitCode()
	s.stoodMS, s.runMS = results.Milliseconds(stood), seconds*1e3
	return &attempt{judgeStopped(s), circumstances(&probe.Measured{Host: watch.Read()})}, nil
}

// exitErrorsAside leaves out that the exit code was not 0: it is looked at apart.
func exitErrorsAside(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return nil
	}
	return err
}

// readStopped reads the run's own report.
func readStopped(report []byte) (*stopped, error) {
	var r struct {
		Valid    *bool `json:"valid"`
		Warnings []struct {
			Code summary.Code `json:"code"`
		} `json:"warning_codes"`
		Latency struct {
			Response map[string]float64 `json:"response"`
			Service  map[string]float64 `json:"service"`
			Lag      map[string]float64 `json:"lag"`
		} `json:"latency_ms"`
	}
	if err := json.Unmarshal(report, &r); err != nil {
		return nil, err
	}
	if r.Valid == nil {
		return nil, errors.New("its report does not say whether it is valid")
	}
	s := &stopped{valid: *r.Valid, lagMax: r.Latency.Lag["max"], responseP99: r.Latency.Response["p99"], serviceP99: r.Latency.Service["p99"]}
	for _, w := range r.Warnings {
		s.warnings = append(s.warnings, w.Code)
	}
	return s, nil
}
