package results

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"
)

// node is a machine whose run was joined with others: its measured intervals
// added up, for what is judged of each generator by itself.
type node struct {
	Name        string    `json:"name"` // the file's, without its folder and ending
	Host        Host      `json:"host"`
	Start       time.Time `json:"start"`
	Seed        uint64    `json:"seed"`
	RateRPS     float64   `json:"rate_rps,omitempty"`
	Connections int       `json:"connections,omitempty"`
	Slices      []Slice   `json:"slices"` // what is left out of figures is apart
}

// Limits of what counts as parallel: durations of an interval may differ by
// sameLength, in seconds, and measured phases may begin apart by startsApart of
// their length, or half a second.
const (
	sameLength  = 0.005
	startsApart = 0.05
)

// Merge joins f with runs of one load on one target that several machines made at the
// same time: the k-th intervals of all are one, in which counts and histograms
// add up exactly, in whatever order the files come. It refuses what was not one
// load, not at one time, or did not come to its end.
func (f *File) Merge(others ...*File) (*File, error) {
	files := append([]*File{f}, others...)
	if len(others) == 0 {
		return nil, fmt.Errorf("one result file: want two or more runs, made at the same time")
	}
	out := &File{Header: files[0].Header, Footer: &Footer{Ended: Completed}}
	h := &out.Header
	h.RateRPS, h.Connections, h.Warnings = 0, 0, nil
	names := map[string]bool{}
	for i, f := range files {
		if err := mergeable(files[0], f, files[:i]); err != nil {
			return nil, err
		}
		for _, n := range f.nodes() {
			if names[n.Name] {
				return nil, fmt.Errorf("%s: a second machine called %s: rename the file", f.Path, n.Name)
			}
			names[n.Name] = true
			out.Nodes = append(out.Nodes, n)
			h.RateRPS, h.Connections = h.RateRPS+n.RateRPS, h.Connections+n.Connections
		}
		h.Warnings = append(h.Warnings, f.Header.Warnings...)
		if f.Footer.End.After(out.Footer.End) {
			out.Footer.End = f.Footer.End
		}
		if err := out.join(f, i == 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mergeable refuses a file that cannot be joined with the first one.
func mergeable(first, f *File, before []*File) error {
	a, b := first.Header, f.Header
	a.RateRPS, b.RateRPS, a.Connections, b.Connections = 0, 0, 0, 0 // each machine may have its own share
	what := a.LoadDiffers(&b)
	ta, tb := a.Target(ArmA), b.Target(ArmA)
	switch {
	case len(f.Arms()) != 1:
		return fmt.Errorf("%s is no single run: the pairs of a comparison are of one machine", f.Path)
	case !f.Complete():
		return fmt.Errorf("%s is of a measurement that did not come to its end", f.Path)
	case what == "" && ta.URL != tb.URL:
		what = fmt.Sprintf("the targets differ, %s and %s", ta.URL, tb.URL)
	case what == "" && a.TimeoutS != b.TimeoutS:
		what = fmt.Sprintf("the timeouts differ, %g s and %g s", a.TimeoutS, b.TimeoutS)
	}
	if what != "" {
		return fmt.Errorf("%s and %s: %s", first.Path, f.Path, what)
	}
	for _, g := range before {
		if g.Header.Start.Equal(b.Start) && g.Header.Seed == b.Seed {
			return fmt.Errorf("%s and %s are the same run", g.Path, f.Path)
		}
	}
	at, length := first.measured()
	other, _ := f.measured()
	if apart := other.Sub(at).Seconds(); math.Abs(apart) > max(0.5, startsApart*length) {
		return fmt.Errorf("%s and %s were measured %.3g s apart: rates add up only of what ran at the same time", first.Path, f.Path, math.Abs(apart))
	}
	return nil
}

// measured is when the measured phase began, and for how many seconds it went on.
func (f *File) measured() (at time.Time, seconds float64) {
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Phase == Measure {
			if at.IsZero() {
				at = f.Header.Start.Add(time.Duration(s.StartS * float64(time.Second)))
			}
			seconds += s.DurationS
		}
	}
	return at, seconds
}

// nodes are those of a merged file, or the one machine that made it.
func (f *File) nodes() []node {
	if f.Nodes != nil {
		return f.Nodes
	}
	h := &f.Header
	n := node{
		Name: strings.TrimSuffix(filepath.Base(f.Path), ".jsonl"), Host: h.Host, Start: h.Start, Seed: h.Seed,
		RateRPS: h.RateRPS, Connections: h.Connections,
	}
	var folded File
	for i := range f.Slices {
		if f.Slices[i].Phase == Measure {
			folded.take(f.Slices[i].clone(), true)
		}
	}
	n.Slices = folded.Slices
	return []node{n}
}

// clone is a slice of which nothing that add changes is shared.
func (s *Slice) clone() Slice {
	out := Slice{Type: s.Type, Arm: s.Arm, Phase: s.Phase, StartS: s.StartS, RateRPS: s.RateRPS, Stage: s.Stage, Excluded: s.Excluded}
	if s.Telemetry != nil {
		out.Telemetry = &Telemetry{}
	}
	out.add(s)
	for _, data := range []map[string]*ClassData{out.Classes, out.Spans, out.Beside} {
		for name, d := range data {
			own := &ClassData{}
			own.Add(d)
			data[name] = own
		}
	}
	out.RateRPS = s.RateRPS
	return out
}

// join adds the intervals of f to those of out, phase by phase.
func (out *File) join(f *File, first bool) error {
	if first {
		for i := range f.Slices {
			out.Slices = append(out.Slices, f.Slices[i].clone())
		}
		return nil
	}
	place := func(s *Slice, seen map[string]int) string {
		key := fmt.Sprintf("%s %v", s.Phase, s.DurationS > 0)
		seen[key]++
		return fmt.Sprintf("%s %d", key, seen[key])
	}
	at := map[string]int{}
	seen := map[string]int{}
	for i := range out.Slices {
		at[place(&out.Slices[i], seen)] = i
	}
	matched, seen := 0, map[string]int{}
	for i := range f.Slices {
		s := f.Slices[i].clone()
		k, ok := at[place(&s, seen)]
		switch {
		case ok:
			into := &out.Slices[k]
			if math.Abs(into.DurationS-s.DurationS) > sameLength || into.Stage != s.Stage {
				return fmt.Errorf("%s: its interval at %.3g s is of %.3g s, that of the others of %.3g s: want runs of one --duration", f.Path, s.StartS, s.DurationS, into.DurationS)
			}
			into.join(&s)
		case s.DurationS > 0:
			return fmt.Errorf("%s: it goes on longer than the others: want runs of one --duration", f.Path)
		default:
			out.Slices = append(out.Slices, s)
		}
		if ok && s.DurationS > 0 {
			matched++
		}
	}
	for i := range out.Slices {
		if out.Slices[i].DurationS > 0 {
			matched--
		}
	}
	if matched != 0 {
		return fmt.Errorf("%s: it is shorter than the others: want runs of one --duration", f.Path)
	}
	return nil
}

// join makes s one with what another machine did in the same time.
func (s *Slice) join(other *Slice) {
	own := *s
	var spans [2]float64
	for i, t := range []*Telemetry{s.Telemetry, other.Telemetry} {
		if t != nil {
			spans[i] = t.SpanS
		}
	}
	s.add(other)
	s.DurationS, s.DrainS = max(own.DurationS, other.DurationS), max(own.DrainS, other.DrainS)
	s.RateRPS, s.InFlightMax = own.RateRPS+other.RateRPS, own.InFlightMax+other.InFlightMax
	s.Excluded = cmp.Or(own.Excluded, other.Excluded)
	if s.Telemetry != nil {
		s.Telemetry.SpanS = max(spans[0], spans[1])
	}
}

// Of is what one machine measured; the whole for "".
func (f *File) Of(node string) *File {
	if node == "" {
		return f
	}
	out := &File{Path: f.Path, Header: f.Header, Footer: f.Footer, Damage: f.Damage}
	for i := range f.Nodes {
		if n := &f.Nodes[i]; n.Name == node {
			h := &out.Header
			h.Host, h.Start, h.Seed, h.RateRPS, h.Connections = n.Host, n.Start, n.Seed, n.RateRPS, n.Connections
			out.Slices = n.Slices
		}
	}
	return out
}
