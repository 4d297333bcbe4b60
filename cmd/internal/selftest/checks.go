package selftest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/servers/reference"
)

// selfcheck is one property of this tool that the self-test proves.
type selfcheck struct {
	name  string
	takes time.Duration // about
	run   func(context.Context) (*attempt, error)
	// skip says why the check cannot be made on this system.
	skip string
}

// attempt is what one go at a check found.
type attempt struct {
	rows []report.Statement
	at   report.Circumstances
}

// checklist is the list of all checks.
type checklist struct {
	probe.Program
	seed     uint64
	thorough bool
}

func (l checklist) all() []selfcheck {
	n := time.Duration(1)
	if l.thorough {
		n = 4
	}
	list := []selfcheck{
		{name: "fixed delay of 2 ms", takes: n * 2 * time.Second, run: l.delay},
		{name: "bimodal delay, 10% of 20 ms", takes: n * 2 * time.Second, run: l.bimodal},
	}
	for _, c := range l.curves() {
		list = append(list, selfcheck{
			name: curveName(&c), takes: stallPeriods * c.every,
			run: func(ctx context.Context) (*attempt, error) { return l.stall(ctx, c) },
		})
	}
	stop := selfcheck{name: "a stopped generator calls its run invalid", takes: 2 * time.Second, run: l.stop}
	if !canStop {
		stop.skip = "this system cannot stop a process for a while"
	}
	return append(list,
		selfcheck{name: "achieved rate, 1000/s", takes: n * 3 * time.Second, run: l.rate},
		selfcheck{name: "Poisson arrivals, 500/s", takes: n * 3 * time.Second, run: l.arrivals},
		selfcheck{name: "shares of a mix", takes: n * time.Second, run: l.mix},
		selfcheck{name: "timeouts are counted at their limit", takes: time.Second, run: l.timeouts},
		selfcheck{name: "dropped requests are counted", takes: time.Second, run: l.drops},
		selfcheck{name: "refused connections are no fast answers", takes: time.Second / 4, run: l.refused},
		stop,
	)
}

// length is d, longer when thorough.
func (l checklist) length(d time.Duration) time.Duration {
	if l.thorough {
		return 4 * d
	}
	return d
}

// served starts the reference server with these flags, has it loaded by plan and
// stops it.
func (l checklist) served(ctx context.Context, plan loadgen.Plan, how probe.Loading, flags ...string) (*probe.Measured, error) {
	server, err := l.Reference(ctx, flags...)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	plan.URL, plan.Seed = server.URL(), l.seed
	how.Server = server
	return probe.Measure(ctx, plan, how)
}

// warmup opens connections and wakes up the machine.
const warmup = 200 * time.Millisecond

func (l checklist) delay(ctx context.Context) (*attempt, error) {
	const truth = 2 * time.Millisecond
	m, err := l.served(ctx, loadgen.Plan{
		Load: probe.Open(500, loadgen.Constant, l.length(2*time.Second)),
		Classes: []loadgen.Class{
			{Name: "delayed", Weight: 1, Pool: []send.Request{probe.Post(`{"features":[1]}`)}},
			{Name: "instant", Weight: 1, Pool: []send.Request{probe.Get("/health")}},
		},
	}, probe.Loading{Warmup: warmup}, "--service", truth.String())
	if err != nil {
		return nil, err
	}
	return &attempt{judgeDelay(truth, m.Classes["delayed"].Clocks[results.ClockService], m.Classes["instant"].Clocks[results.ClockService]), circumstances(m)}, nil
}

func (l checklist) bimodal(ctx context.Context) (*attempt, error) {
	const bodies = 200
	server, err := l.Reference(ctx, "--service", "2ms", "--bimodal", "10%:20ms", "--seed", strconv.FormatUint(l.seed, 10))
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	var pool []send.Request
	works := make([]time.Duration, bodies)
	errs := make([]error, bodies)
	var asked sync.WaitGroup
	for i := range bodies {
		body := fmt.Sprintf(`{"features":[%d]}`, i)
		pool = append(pool, probe.Post(body))
		asked.Go(func() { works[i], errs[i] = workOf(ctx, server.URL(), body) })
	}
	asked.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("ask for the work of a payload: %w", err)
		}
	}
	const rate = 500 // each body comes equally often in whole rounds
	m, err := probe.Measure(ctx, loadgen.Plan{
		URL: server.URL(), Seed: l.seed, Classes: probe.Predict(pool...),
		Load: probe.Open(rate, loadgen.Constant, l.length(2*time.Second)),
	}, probe.Loading{Warmup: warmup, Server: server})
	if err != nil {
		return nil, err
	}
	return &attempt{judgeWork(works, 11*time.Millisecond, m.All.Clocks[results.ClockService], m.LagP99), circumstances(m)}, nil
}

// workOf asks the reference server for the work that a body costs.
func workOf(ctx context.Context, base *url.URL, body string) (time.Duration, error) {
	resp, err := probe.Ask(ctx, http.MethodPost, base.JoinPath("predict"), strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	ns, err := strconv.ParseInt(resp.Header.Get(reference.HeaderWork), 10, 64)
	return time.Duration(ns), err
}

// stallPeriods is over how many whole periods a stall curve is measured.
const stallPeriods = 5

// curves to measure: short ones, or the published table's.
func (l checklist) curves() []stallCurve {
	const ms = time.Millisecond
	if l.thorough {
		return []stallCurve{
			{5 * ms, 500 * ms, 10 * time.Second, 100, 0},
			{5 * ms, 500 * ms, 10 * time.Second, 100, 1},
			{5 * ms, 1000 * ms, 10 * time.Second, 100, 1},
			{5 * ms, 200 * ms, 5 * time.Second, 150, 1},
		}
	}
	return []stallCurve{
		{5 * ms, 120 * ms, 800 * ms, 250, 0},
		{2 * ms, 120 * ms, 800 * ms, 250, 1},
	}
}

func curveName(c *stallCurve) string {
	kind := "gate"
	if c.workers > 0 {
		kind = "queue"
	}
	return fmt.Sprintf("stalls of %s every %s, %s, %.0f/s", c.stall, c.every, kind, c.rate)
}

func (l checklist) stall(ctx context.Context, c stallCurve) (*attempt, error) {
	length := stallPeriods * c.every
	m, err := l.served(ctx, loadgen.Plan{
		Load: probe.Open(c.rate, loadgen.Constant, length), Classes: probe.Predict(probe.Post(`{"features":[1]}`)),
	}, probe.Loading{Warmup: warmup, Reset: true},
		"--service", c.service.String(), "--stall", c.stall.String()+"/"+c.every.String(), "--workers", strconv.Itoa(c.workers))
	if err != nil {
		return nil, err
	}
	return &attempt{judgeStall(&c, int64(c.rate*length.Seconds()), m.All.Clocks[results.ClockResponse], m.LagP99), circumstances(m)}, nil
}

func (l checklist) rate(ctx context.Context) (*attempt, error) {
	const rate = 1000
	length := l.length(3 * time.Second)
	m, err := l.served(ctx, loadgen.Plan{
		Load: probe.Open(rate, loadgen.Constant, length), Classes: probe.Predict(probe.Post(`{"features":[1]}`)),
	}, probe.Loading{Warmup: warmup, Sent: true}, "--service", "1ms")
	if err != nil {
		return nil, err
	}
	return &attempt{judgeRate(rate, length, &m.All, m.Sent, m.All.Clocks[results.ClockLag], m.Valid), circumstances(m)}, nil
}

func (l checklist) arrivals(ctx context.Context) (*attempt, error) {
	const rate = 500
	m, err := l.served(ctx, loadgen.Plan{
		Load: probe.Open(rate, loadgen.Poisson, l.length(3*time.Second)), Classes: probe.Predict(probe.Post(`{"features":[1]}`)),
	}, probe.Loading{Warmup: warmup, Sent: true}, "--service", "1ms")
	if err != nil {
		return nil, err
	}
	return &attempt{judgeArrivals(rate, m.Sent), circumstances(m)}, nil
}

func (l checklist) mix(ctx context.Context) (*attempt, error) {
	var classes []loadgen.Class
	for _, c := range []struct {
		name   string
		weight float64
	}{{"predict", 70}, {"batch", 15}, {"info", 10}, {"stats", 5}} {
		classes = append(classes, loadgen.Class{Name: c.name, Weight: c.weight, Pool: []send.Request{probe.Get("/" + c.name)}})
	}
	plan := loadgen.Plan{Load: probe.Open(1000, loadgen.Poisson, l.length(time.Second)), Classes: classes}
	m, err := l.served(ctx, plan, probe.Loading{Warmup: warmup}, "--service", "1ms")
	if err != nil {
		return nil, err
	}
	return &attempt{judgeMix(plan.Shares(), m.Classes), circumstances(m)}, nil
}

func (l checklist) timeouts(ctx context.Context) (*attempt, error) {
	const rate, timeout, length = 100, 100 * time.Millisecond, time.Second
	m, err := l.served(ctx, loadgen.Plan{
		Load: probe.Open(rate, loadgen.Constant, length), Classes: probe.Predict(probe.Get("/slow")), Timeout: timeout,
	}, probe.Loading{}, "--service", "300ms")
	if err != nil {
		return nil, err
	}
	return &attempt{judgeTimeouts(timeout, rate, &m.All), circumstances(m)}, nil
}

func (l checklist) drops(ctx context.Context) (*attempt, error) {
	const rate, service, length = 200, 20 * time.Millisecond, time.Second
	load := probe.Open(rate, loadgen.Constant, length)
	load.Connections = 1
	m, err := l.served(ctx, loadgen.Plan{Load: load, Classes: probe.Predict(probe.Get("/busy"))}, probe.Loading{}, "--service", service.String())
	if err != nil {
		return nil, err
	}
	return &attempt{judgeDrops(rate, service, length, &m.All, m.Warnings), circumstances(m)}, nil
}

func (l checklist) refused(ctx context.Context) (*attempt, error) {
	// A port on which surely nobody listens: it was ours a moment ago.
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	nobody := &url.URL{Scheme: "http", Host: taken.Addr().String()}
	taken.Close()
	const rate, length = 200, 250 * time.Millisecond
	m, err := probe.Measure(ctx, loadgen.Plan{
		URL: nobody, Seed: l.seed, Load: probe.Open(rate, loadgen.Constant, length), Classes: probe.Predict(probe.Get("/")),
	}, probe.Loading{})
	if err != nil {
		return nil, err
	}
	return &attempt{judgeRefused(int64(rate*length.Seconds()), &m.All, m.GoodputRPS), circumstances(m)}, nil
}
