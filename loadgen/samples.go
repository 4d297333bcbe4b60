package loadgen

import (
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/mlbench/mlbench/loadgen/http1"
	"github.com/mlbench/mlbench/results"
)

// samples keep the first failure of each kind: of each class of error its text,
// and of each unexpected status how the answer begins. Good requests never get
// here.
type samples struct {
	errors   [failureCount]atomic.Pointer[sample]
	statuses [1000]atomic.Pointer[sample]
	unmet    atomic.Pointer[sample]
	checks   [][]atomic.Pointer[sample] // of each class, by their places
}

// room makes room for those of the classes' checks.
func (s *samples) room(classes []Class) {
	for i := range classes {
		s.checks = append(s.checks, make([]atomic.Pointer[sample], len(classes[i].Checks)))
	}
}

// keepCheck keeps the first failure of a check.
func (g *Generator) keepCheck(req *request, place int, err error) {
	if slot := &g.samples.checks[req.class][place]; slot.Load() == nil {
		slot.CompareAndSwap(nil, &sample{class: req.class, at: g.now(), err: err, secrets: g.secrets(req)})
	}
}

// drainChecks adds what was kept of checks since the last time to the slice.
func (g *Generator) drainChecks(sl *results.Slice) {
	for class := range g.samples.checks {
		for place := range g.samples.checks[class] {
			if s := g.samples.checks[class][place].Swap(nil); s != nil {
				e := g.example(s, results.Example{Text: s.err.Error()})
				sl.Classes[e.Class].ExemplifyCheck(g.plan.Classes[class].Checks[place], e.AtS, e.Text)
			}
		}
	}
}

type sample struct {
	class int
	at    time.Duration
	err   error
	body  []byte
	whole bool // body is all of it

	secrets []string // of the request's user
}

// keep returns f, of a request.
func (g *Generator) keep(f failure, req *request, err error) failure {
	if slot := &g.samples.errors[f]; slot.Load() == nil {
		slot.CompareAndSwap(nil, &sample{class: req.class, at: g.now(), err: err, secrets: g.secrets(req)})
	}
	return f
}

// keepAnswer keeps the beginning of an answer with an unexpected status.
func (g *Generator) keepAnswer(status int, req *request, body []byte, length int64) {
	slot := &g.samples.statuses[min(max(status, 0), len(g.samples.statuses)-1)]
	if slot.Load() != nil {
		return
	}
	body = body[:min(len(body), http1.ExampleBytes)]
	slot.CompareAndSwap(nil, &sample{class: req.class, at: g.now(), body: append([]byte(nil), body...), whole: int64(len(body)) == length, secrets: g.secrets(req)})
}

// drainSamples returns what was kept since the last time.
func (g *Generator) drainSamples() (out []results.Example) {
	for f := range g.samples.errors {
		if s := g.samples.errors[f].Swap(nil); s != nil {
			out = append(out, g.example(s, results.Example{Error: failureNames[f], Text: s.err.Error()}))
		}
	}
	for status := range g.samples.statuses {
		if s := g.samples.statuses[status].Swap(nil); s != nil {
			out = append(out, g.example(s, results.Example{Error: results.ErrStatus, Status: results.StatusKey(g.recorder.statusKey(status)), Text: s.answer()}))
		}
	}
	return append(out, g.unmetExample()...)
}

func (g *Generator) example(s *sample, e results.Example) results.Example {
	e.Class, e.AtS, e.Span = g.plan.Classes[s.class].Name, s.at.Seconds(), e.Span || s.class == g.login
	if g.plan.Redact != nil {
		e.Text = g.plan.Redact(e.Text, s.secrets...)
	}
	e.Text = oneLine(e.Text)
	return e
}

// answer is the beginning of the answer; cut ends in an ellipsis, by which
// Plan.Redact also finds what was cut of a secret.
func (s *sample) answer() string {
	text := strings.ToValidUTF8(string(s.body), "\uFFFD")
	switch {
	case len(s.body) == 0:
		return "an answer without a body"
	case strings.Count(text, "\uFFFD")*4 > len([]rune(text)):
		return "an answer that is no text"
	case !s.whole:
		return strings.TrimRight(text, "\uFFFD") + "…"
	}
	return text
}

// oneLine leaves out what a terminal would not show, or obey.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
