package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

// program is this program, to be started again.
type program struct{ path, name string }

func thisProgram() (program, error) {
	path, err := os.Executable()
	return program{path: path, name: os.Args[0]}, err
}

// reference starts the reference server in a process of its own.
func (p program) reference(ctx context.Context, args ...string) (*targets.Process, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return targets.Start(ctx, targets.Command{
		Args:  append([]string{p.path, "serve", "reference", "--addr", "127.0.0.1:0"}, args...),
		Argv0: p.name,
	})
}

// openLoad is an open model; in flight may be as many as will.
func openLoad(rate float64, arrivals loadgen.Arrivals, d time.Duration) loadgen.Load {
	return loadgen.Load{
		Model: results.Open, Connections: 10_000,
		Rate: loadgen.ConstantRate(rate), Arrivals: arrivals, Duration: d,
	}
}

// get and post are requests as they go over the wire.
func get(path string) loadgen.Payload {
	return loadgen.Payload{Wire: fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: reference\r\n\r\n", path)}
}

func post(body string) loadgen.Payload {
	return loadgen.Payload{Wire: fmt.Appendf(nil,
		"POST /predict HTTP/1.1\r\nHost: reference\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)}
}

// oneClass is a plan's only kind of request.
func oneClass(payloads ...loadgen.Payload) []loadgen.Class {
	return []loadgen.Class{{Name: "predict", Weight: 1, Payloads: payloads}}
}

// measured is one phase of load and the circumstances in which it was measured.
type measured struct {
	*results.Summary
	all     results.ClassData
	classes map[string]*results.ClassData
	sent    []time.Duration // of each request, in order; if they were asked for
	cpu     float64         // seconds, the generator's own
	at      circumstances
}

// loading says how a plan is carried out.
type loading struct {
	warmup time.Duration
	reset  bool             // start the reference server's clock with the first request
	sent   bool             // keep the instants of sending
	server *targets.Process // nil: not ours
}

// measure carries out the plan.
func measure(ctx context.Context, plan loadgen.Plan, how loading) (*measured, error) {
	if plan.Timeout == 0 {
		plan.Timeout = 10 * time.Second
	}
	h := results.Header{Model: plan.Load.Model, Start: time.Now(), Classes: shares(plan.Classes), Host: machine.Host()}
	g, err := loadgen.New(plan, h.Start)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var raw bytes.Buffer
	if how.sent {
		g.WriteRaw(&raw)
	}
	discard := func(*results.Slice) error { return nil }
	if how.warmup > 0 {
		if err := g.Run(ctx, loadgen.Phase{Kind: results.Warmup, Duration: how.warmup}, discard); err != nil {
			return nil, err
		}
	}
	if how.reset {
		if err := resetReference(ctx, plan.URL); err != nil {
			return nil, err
		}
	}
	var pids []int
	if how.server != nil {
		pids = []int{how.server.PID()}
	}
	m := &measured{classes: map[string]*results.ClassData{}}
	f := &results.File{Header: h, Footer: &results.Footer{Ended: results.Completed}}
	watch := machine.WatchHost(pids...)
	err = g.Run(ctx, loadgen.Phase{Kind: results.Measure, Stream: 1}, func(s *results.Slice) error {
		m.at.host = watch.Read()
		s.Arm = results.ArmA
		f.Slices = append(f.Slices, *s)
		m.classes = s.Classes // one slice: no interval was asked for
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, d := range m.classes {
		m.all.Add(d)
	}
	m.Summary = results.Summarize(f, results.ArmA, nil)
	for i := range f.Slices {
		if t := f.Slices[i].Telemetry; t != nil {
			m.at.throttledMS += t.ThrottledMS
			m.cpu += t.CPUSeconds
		}
	}
	if m.all.Clocks[results.ClockLag] != nil {
		m.at.lagP99 = m.all.Clocks[results.ClockLag].Quantile(.99)
	}
	m.sent, err = sentInstants(&raw)
	return m, err
}

func shares(classes []loadgen.Class) (out []results.Class) {
	var sum float64
	for _, c := range classes {
		sum += c.Weight
	}
	for _, c := range classes {
		out = append(out, results.Class{Name: c.Name, Share: c.Weight / sum})
	}
	return out
}

// sentInstants reads from raw results when each request was sent: planned
// instant and lag, in order, since the first one.
func sentInstants(raw io.Reader) ([]time.Duration, error) {
	var at []time.Time
	for dec := json.NewDecoder(raw); ; {
		var r struct {
			Timestamp time.Time     `json:"timestamp"`
			Lag       time.Duration `json:"lag"`
		}
		if err := dec.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("raw results: %w", err)
		}
		at = append(at, r.Timestamp.Add(r.Lag))
	}
	slices.SortFunc(at, time.Time.Compare)
	var sent []time.Duration
	for _, t := range at {
		sent = append(sent, t.Sub(at[0]))
	}
	return sent, nil
}

func resetReference(ctx context.Context, base *url.URL) error {
	resp, err := askReference(ctx, http.MethodPost, base.JoinPath("_reset"), nil)
	if err != nil {
		return fmt.Errorf("reset the reference server: %w", err)
	}
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("reset the reference server: status %s", resp.Status)
	}
	return nil
}

// askReference sends one request by way of net/http and reads its answer away.
func askReference(ctx context.Context, method string, u *url.URL, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}
