package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

// CompileOptions join a scenario to a target.
type CompileOptions struct {
	Target  targets.Target
	Headers []targets.Field // of flags: replace the scenario's and target's of the same name
	Token   targets.Secret  // for requests with auth: bearer; empty: they go without
	// Accounts makes each user log in, with these credentials where the login names
	// them; nil: Token is everybody's.
	Accounts  *targets.Credentials
	UserAgent string
	Connect   loadgen.Connect // network and address are the target's
	Seed      uint64
	PoolSize  int // payloads per class; default the request's, or 2000
	Override  Overrides
	Note      func(string) // is told what the user should know; nil: nobody
	ForShow   bool         // nothing is sent: variables need not be set
	Secret    func(string) // is told the secrets that requests hold; nil: nobody

	values *values // of ${NAME}s
	dealt  map[*dataSource]hands
}

// Overrides are the load flags; zero leaves the scenario's value. A rate makes
// the load open. Requests without Duration drop the scenario's duration, and
// the other way round.
type Overrides struct {
	Model       results.Model
	Connections connections `json:",omitzero"`
	Rate        float64     // per second
	Shape       rateShape   `json:",omitzero"` // instead of Rate
	Arrivals    loadgen.Arrivals
	Think       thinkTime `json:",omitzero"`
	Pacing      pacing    `json:",omitzero"`
	SpawnRate   float64   // workers per second
	Duration    time.Duration
	Requests    int64
	Timeout     time.Duration
}

const (
	defaultPool = 2000
	maxPool     = 1_000_000
	// maxPoolBytes bounds the payloads of a class: large ones repeat sooner.
	maxPoolBytes = 32 << 20
	headBytes    = 512 // of a request, beside its body
)

// Compile prepares everything the engine needs: the same scenario, options and
// seed give the same bytes.
func Compile(sc *Scenario, o CompileOptions) (*loadgen.Plan, error) {
	if o.Note == nil {
		o.Note = func(string) {}
	}
	for _, name := range slices.Sorted(maps.Keys(sc.Data)) {
		for _, note := range sc.Data[name].source.Notes {
			o.Note(note)
		}
	}
	if o.values == nil {
		var err error
		if o.values, err = sc.values(o.ForShow); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", sc.Name, err)
		}
	}
	l, err := sc.Overridden(o.Override)
	if err != nil {
		return nil, err
	}
	if o.dealt, err = sc.deal(&o); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", sc.Name, err)
	}
	plan, err := sc.planOf(&l, "", &o)
	others, besideErr := sc.plansBeside(&o)
	if err := together(err, besideErr); err != nil {
		return nil, err
	}
	o.values.hideSent(plan, others)
	o.values.redactChecks(plan)
	for _, other := range others {
		o.values.redactChecks(other)
		plan.RunBeside(*other)
	}
	if o.Secret != nil {
		for secret := range o.values.seen {
			o.Secret(secret)
		}
	}
	if err := plan.Validate(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", sc.Name, err)
	}
	return plan, nil
}

// planOf is the plan of one load: of the judged one for "".
func (s *Scenario) planOf(l *LoadModel, load string, o *CompileOptions) (*loadgen.Plan, error) {
	tlsConfig, err := o.Target.TLSConfig()
	if err != nil {
		return nil, err
	}
	plan := &loadgen.Plan{
		URL:     &url.URL{Scheme: o.Target.URL.Scheme, Host: o.Target.URL.Host},
		TLS:     tlsConfig,
		Connect: o.Connect,
		Timeout: time.Duration(l.Timeout),
		Seed:    o.Seed,
		Load: loadgen.Load{
			Model:       l.Model,
			Connections: l.Connections.Most,
			Clients:     l.Connections.over,
			Think:       l.Think.law,
			Pacing:      l.Pacing.every,
			SpawnRate:   float64(l.SpawnRate),
			Arrivals:    l.Arrivals,
			Duration:    time.Duration(l.Duration),
			Requests:    int64(l.Requests),
		},
	}
	switch {
	case l.Model != results.Open:
	case l.Shape.shape != nil:
		plan.Load.Rate = l.Shape.shape
	default:
		plan.Load.Rate = loadgen.ConstantRate(float64(l.Rate))
	}
	plan.Connect.Network, plan.Connect.Address = o.Target.Connect()
	wrong := mistakes{sc: s}
	for _, c := range s.classesOf(load) {
		payloads, err := pool(&c, o)
		if err == nil {
			err = c.checkSent(payloads)
		}
		if err != nil {
			wrong.add("request ", c.Name, err)
			continue
		}
		class := c.class()
		class.Pool = payloads
		class.Once, class.Again = slices.Concat(c.templates()...).sendsOnce()
		plan.Classes = append(plan.Classes, class)
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if err := s.compileUsers(plan, load, o); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return plan, nil
}

// pool renders the payloads of a class, from a stream of its own: adding a class
// does not change the bytes of the others.
func pool(of *requestClass, o *CompileOptions) ([]send.Request, error) {
	r := &of.Request
	h, err := of.prepare(o)
	if err != nil {
		return nil, err
	}
	size, body, all := cmp.Or(o.PoolSize, int(r.Pool), defaultPool), template(nil), slices.Concat(r.templates()...)
	if r.Body != nil {
		body = r.Body.template
	}
	most := maxPoolBytes
	once, _ := all.sendsOnce()
	if once {
		size, most = cmp.Or(o.PoolSize, int(r.Pool), maxPool), maxOnceBytes
	}
	if !all.varies() {
		size = 1
	}
	data, err := readRows(all, r.Name, size, o)
	if err != nil {
		return nil, placed(r.at(), err)
	}
	if !once {
		size = wholePasses(all, size, data)
	}
	// What stands before the body has a stream of its own: it does not change the
	// bytes of bodies.
	w, hw := newWriter(r, "", o), newWriter(r, "head", o)
	w.data, hw.data = data, data
	w.unique = w.unique && (r.Body == nil || r.Body.Compress == "")
	var payloads []send.Request
	for used := 0; len(payloads) < size && !(once && sentAll(data)); {
		w.index, hw.index = len(payloads), len(payloads)
		next, err := h.request(hw)
		if err != nil {
			return nil, err
		}
		w.begin()
		body.render(w)
		if w.err != nil {
			return nil, placed(r.at("body"), w.err)
		}
		for _, c := range data {
			c.advance()
		}
		if len(w.buf) > maxPoolBytes {
			return nil, placed(r.at("body"), fmt.Errorf("a body of more than %d MB: too large", maxPoolBytes>>20))
		}
		if used += max(headBytes, 2*h.size(&next)) + len(w.buf); used > most && len(payloads) > 0 {
			break
		}
		if r.Body != nil {
			if next.Body, err = r.Body.bytes(w); err != nil {
				return nil, placed(r.at("body"), err)
			}
		}
		next.Fresh, next.HiddenBody = w.fresh, w.hidden
		next.Fill = of.fill(&next)
		payloads = append(payloads, next)
	}
	if o.PoolSize == 0 {
		if r.Pool > 0 && len(payloads) < size && !once {
			o.Note(fmt.Sprintf("%s has a pool of %d bodies, not %d: %d MB is the limit", r.Name, len(payloads), size, maxPoolBytes>>20))
		}
		if r.Fresh && r.Body != nil && r.Body.Compress != "" && body.canBeFresh() {
			o.Note(fmt.Sprintf("%s has %d bodies, which repeat: nothing unique can be written into what is compressed", r.Name, len(payloads)))
		}
		rowNotes(r.Name, len(payloads), data, o.Note)
		onceNotes(r, len(payloads), data, o.Note)
	}
	return payloads, nil
}

// newWriter draws from a stream of the class's own.
func newWriter(r *Request, stream string, o *CompileOptions) *writer {
	name := fnv.New64a()
	name.Write([]byte(r.Name))
	if stream != "" {
		name.Write([]byte("\x00" + stream))
	}
	return &writer{rng: rand.New(rand.NewPCG(o.Seed, name.Sum64())), unique: r.Fresh, values: o.values}
}

// Overridden is the scenario's load with flags applied.
func (s *Scenario) Overridden(o Overrides) (LoadModel, error) {
	l, err := s.Load.override(o)
	if err == nil && l.Model == results.Open && s.Login != nil && s.Login.Per == perWorker {
		err = errors.New("an open model has no workers, and login.per is worker: leave the rate out, or write per: journey")
	}
	if err != nil {
		return l, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return l, nil
}

// override applies flags.
func (l LoadModel) override(o Overrides) (LoadModel, error) {
	model := o.Model
	paced := o.Rate != 0 || o.Shape.shape != nil
	if model == "" && paced {
		model = results.Open
	}
	if model != "" && model != l.Model {
		// The limits of one model make no sense in the other.
		l.Model, l.Connections, l.Arrivals, l.Think, l.Pacing, l.SpawnRate = model, connections{}, "", thinkTime{}, pacing{}, 0
	}
	if o.Connections.Most != 0 {
		l.Connections = o.Connections
	}
	if paced {
		l.Rate, l.Shape = Rate(o.Rate), o.Shape
	}
	if o.Arrivals != "" {
		l.Arrivals = o.Arrivals
	}
	if o.Think.text != "" {
		l.Think = o.Think
	}
	if o.Pacing.text != "" {
		l.Pacing = o.Pacing
	}
	if o.SpawnRate != 0 {
		l.SpawnRate = Rate(o.SpawnRate)
	}
	if o.Duration != 0 || o.Requests != 0 {
		l.Duration, l.Requests = duration(o.Duration), Count(o.Requests)
	} else if length := cmp.Or(o.Shape.length, o.Connections.length); length != 0 {
		l.Duration, l.Requests = duration(length), 0
	}
	if o.Timeout != 0 {
		l.Timeout = duration(o.Timeout)
	}
	return l.withDefaults(), l.contradictions()
}

// contradictions of flags with one another, or with the scenario.
func (l *LoadModel) contradictions() error {
	switch open := l.Model == results.Open; {
	case !open && l.Arrivals != "":
		return fmt.Errorf("a closed model has no arrivals: give a rate as well, or leave them out")
	case open && (l.Think.text != "" || l.SpawnRate != 0 || l.Pacing.text != ""):
		return fmt.Errorf("an open model has no think time, no pacing and no workers to start: leave them out, or the rate")
	case open && l.Connections.Change():
		return fmt.Errorf("an open model has no clients who come and go, as %s says: give a number of connections, or a rate over time", l.Connections)
	case l.Connections.Change() && l.SpawnRate != 0:
		return fmt.Errorf("clients over time, as %s says, start by their stages: leave the spawn rate out, or give a number of connections", l.Connections)
	case open && l.Rate != 0 && l.Shape.shape != nil:
		return fmt.Errorf("a rate and a shape both say how many requests there are: give one")
	case open && l.Rate == 0 && l.Shape.shape == nil:
		return fmt.Errorf("the open model needs a rate, such as 200/s")
	case open && l.Shape.shape == nil && !(l.Rate >= minRate && l.Rate <= maxRate):
		return fmt.Errorf("rate of %v/s, want %v to %v", float64(l.Rate), minRate, maxRate)
	}
	return nil
}
