package scenarios

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

// CompileOptions join a scenario to a target.
type CompileOptions struct {
	Target    targets.Target
	Headers   []targets.Field // of flags: replace the scenario's and target's of the same name
	Token     targets.Secret  // for requests with auth: bearer; empty: they go without
	UserAgent string
	Seed      uint64
	PoolSize  int // payloads per class; default 2000
	Override  Overrides
	Redact    bool // write secrets as [redacted]: for showing, not for sending
}

// Overrides are the load flags; zero leaves the scenario's value. A rate makes
// the load open. Requests without Duration drop the scenario's duration, and
// the other way round.
type Overrides struct {
	Model       results.Model
	Connections int
	Rate        float64 // per second
	Arrivals    loadgen.Arrivals
	Duration    time.Duration
	Requests    int64
	Timeout     time.Duration
}

const (
	defaultPool = 2000
	// maxPoolBytes bounds the payloads of a class: large ones repeat sooner.
	maxPoolBytes = 32 << 20
)

// Compile prepares everything the engine needs: the same scenario, options and
// seed give the same bytes.
func Compile(sc *Scenario, o CompileOptions) (*loadgen.Plan, error) {
	if o.PoolSize <= 0 {
		o.PoolSize = defaultPool
	}
	tlsConfig, err := o.Target.TLSConfig()
	if err != nil {
		return nil, err
	}
	l, err := sc.Load.override(o.Override)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", sc.Name, err)
	}
	plan := &loadgen.Plan{
		URL:     &url.URL{Scheme: o.Target.URL.Scheme, Host: o.Target.URL.Host},
		TLS:     tlsConfig,
		Timeout: time.Duration(l.Timeout),
		Seed:    o.Seed,
		Load: loadgen.Load{
			Model:       l.Model,
			Connections: l.Connections,
			Arrivals:    l.Arrivals,
			Duration:    time.Duration(l.Duration),
			Requests:    int64(l.Requests),
		},
	}
	if l.Model == results.Open {
		plan.Load.Rate = loadgen.ConstantRate(float64(l.Rate))
	}
	for i := range sc.Requests {
		r := &sc.Requests[i]
		payloads, err := pool(r, &o)
		if err != nil {
			return nil, fmt.Errorf("scenario %s, request %s: %w", sc.Name, r.Name, err)
		}
		plan.Classes = append(plan.Classes, loadgen.Class{Name: r.Name, Weight: r.Weight, Payloads: payloads, Expect: r.Expect.Status})
	}
	if err := plan.Validate(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", sc.Name, err)
	}
	return plan, nil
}

// pool renders the payloads of a class, from a stream of its own: adding a class
// does not change the bytes of the others.
func pool(r *Request, o *CompileOptions) ([]loadgen.Payload, error) {
	h, err := requestHead(r, o)
	if err != nil {
		return nil, err
	}
	size, body := o.PoolSize, template(nil)
	if r.Body != nil {
		body = r.Body.template
	}
	if _, static := body.static(); static {
		size = 1
	}
	name := fnv.New64a()
	name.Write([]byte(r.Name))
	w := writer{rng: rand.New(rand.NewPCG(o.Seed, name.Sum64())), unique: r.Fresh}
	var payloads []loadgen.Payload
	for used := 0; len(payloads) < size; {
		w.index, w.buf, w.fresh = len(payloads), w.buf[:0], nil
		body.render(&w)
		if len(w.buf) > maxPoolBytes {
			return nil, fmt.Errorf("a body of more than %d MB: too large", maxPoolBytes>>20)
		}
		wire, at := h.wire(w.buf, r.Body != nil, o.Redact)
		if used += cap(wire); used > maxPoolBytes && len(payloads) > 0 {
			break
		}
		for i := range w.fresh {
			w.fresh[i] += at
		}
		payloads = append(payloads, loadgen.Payload{Wire: wire, Fresh: w.fresh, Head: h.method == http.MethodHead})
	}
	return payloads, nil
}

// override applies flags.
func (l LoadModel) override(o Overrides) (LoadModel, error) {
	model := o.Model
	if model == "" && o.Rate != 0 {
		model = results.Open
	}
	if model != "" && model != l.Model {
		// The limits of one model make no sense in the other.
		l.Model, l.Connections, l.Arrivals = model, 0, ""
	}
	if o.Connections != 0 {
		l.Connections = o.Connections
	}
	if o.Rate != 0 {
		l.Rate = Rate(o.Rate)
	}
	if o.Arrivals != "" {
		l.Arrivals = o.Arrivals
	}
	if o.Duration != 0 || o.Requests != 0 {
		l.Duration, l.Requests = Duration(o.Duration), Count(o.Requests)
	}
	if o.Timeout != 0 {
		l.Timeout = Duration(o.Timeout)
	}
	switch {
	case l.Model == results.Closed && l.Arrivals != "":
		return l, fmt.Errorf("a closed model has no arrivals: give a rate as well, or leave them out")
	case l.Model == results.Open && l.Rate == 0:
		return l, fmt.Errorf("the open model needs a rate, such as 200/s")
	case l.Model == results.Open && !(l.Rate >= minRate && l.Rate <= maxRate):
		return l, fmt.Errorf("rate of %v/s, want %v to %v", float64(l.Rate), minRate, maxRate)
	}
	return l.withDefaults(), nil
}
