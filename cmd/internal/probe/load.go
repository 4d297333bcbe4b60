package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/targets"
)

// Program is a copy of mlbench, to be started.
type Program struct {
	Path string
	Name string // by which it is called
}

// This is the program that runs.
func This() (Program, error) {
	path, err := os.Executable()
	return Program{Path: path, Name: os.Args[0]}, err
}

// Reference starts the reference server in a process of its own.
func (p Program) Reference(ctx context.Context, args ...string) (*targets.Process, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return targets.Start(ctx, targets.Command{
		Args:  append([]string{p.Path, "serve", "reference", "--addr", "127.0.0.1:0"}, args...),
		Argv0: p.Name,
	})
}

// Open is an open model; in flight may be as many as will.
func Open(perSecond float64, arrivals loadgen.Arrivals, d time.Duration) loadgen.Load {
	return loadgen.Load{
		Model: results.Open, Connections: 10_000,
		Rate: loadgen.ConstantRate(perSecond), Arrivals: arrivals, Duration: d,
	}
}

var host = send.Field{Name: "Host", Value: "reference"}

// Get is a request without a body.
func Get(path string) send.Request {
	return send.Request{Method: http.MethodGet, Target: path, Header: []send.Field{host}}
}

// Post is one of JSON to /predict.
func Post(body string) send.Request {
	kind := send.Field{Name: "Content-Type", Value: "application/json"}
	return send.Request{Method: http.MethodPost, Target: "/predict", Header: []send.Field{host, kind}, Body: []byte(body)}
}

// Predict is a plan's only kind of request.
func Predict(requests ...send.Request) []loadgen.Class {
	return []loadgen.Class{{Name: "predict", Weight: 1, Pool: requests}}
}

// Measured is one phase of load and the circumstances in which it was measured.
type Measured struct {
	*summary.Run
	All     results.ClassData
	Classes map[string]*results.ClassData
	Sent    []time.Duration // when each request was, in order, since the first; if asked for

	LagP99      time.Duration // the generator's
	CPUSeconds  float64       // the generator's own
	ThrottledMS float64       // for which its CPU limit stopped it
	Host        machine.HostUse
}

// Loading says how a plan is carried out.
type Loading struct {
	Warmup time.Duration
	Reset  bool             // start the reference server's clock with the first request
	Sent   bool             // keep the instants of sending
	Server *targets.Process // nil: not ours
}

// Measure carries out the plan; without a timeout it gets one of ten seconds.
func Measure(ctx context.Context, plan loadgen.Plan, how Loading) (*Measured, error) {
	if plan.Timeout == 0 {
		plan.Timeout = 10 * time.Second
	}
	h := results.Header{Model: plan.Load.Model, Start: time.Now(), Classes: plan.Shares(), Host: machine.Host()}
	defer loadgen.Tune(plan.Load.Model)()
	g, err := loadgen.New(plan, h.Start)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var raw bytes.Buffer
	if how.Sent {
		g.WriteRaw(&raw)
	}
	discard := func(*results.Slice) error { return nil }
	if how.Warmup > 0 {
		if err := g.Run(ctx, loadgen.Phase{Kind: results.Warmup, Duration: how.Warmup}, discard); err != nil {
			return nil, err
		}
	}
	if how.Reset {
		if err := resetReference(ctx, plan.URL); err != nil {
			return nil, err
		}
	}
	var pids []int
	if how.Server != nil {
		pids = []int{how.Server.PID()}
	}
	m := &Measured{Classes: map[string]*results.ClassData{}}
	f := &results.File{Header: h, Footer: &results.Footer{Ended: results.Completed}}
	watch := machine.WatchHost(pids...)
	err = g.Run(ctx, loadgen.Phase{Kind: results.Measure, Stream: 1}, func(s *results.Slice) error {
		m.Host = watch.Read()
		s.Arm = results.ArmA
		f.Slices = append(f.Slices, *s)
		m.Classes = s.Classes // one slice: no interval was asked for
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, d := range m.Classes {
		m.All.Add(d)
	}
	m.Run = summary.Of(f, summary.Select{Arm: results.ArmA}, nil)
	for i := range f.Slices {
		if t := f.Slices[i].Telemetry; t != nil {
			m.ThrottledMS += t.ThrottledMS
			m.CPUSeconds += t.CPUSeconds
		}
	}
	if m.All.Clocks[results.ClockLag] != nil {
		m.LagP99 = m.All.Clocks[results.ClockLag].Quantile(.99)
	}
	m.Sent, err = sentInstants(&raw)
	return m, err
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
	resp, err := Ask(ctx, http.MethodPost, base.JoinPath("_reset"), nil)
	if err != nil {
		return fmt.Errorf("reset the reference server: %w", err)
	}
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("reset the reference server: status %s", resp.Status)
	}
	return nil
}

// Ask sends one request, the way that load goes, and reads its answer away.
func Ask(ctx context.Context, method string, u *url.URL, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	way := send.Way{URL: u}
	resp, err := way.Transport(0).RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

// QuantileMS is a quantile in milliseconds, NaN without values.
func QuantileMS(h *stats.Histogram, q float64) float64 {
	if h.Count() == 0 {
		return math.NaN()
	}
	return results.Milliseconds(h.Quantile(q))
}
