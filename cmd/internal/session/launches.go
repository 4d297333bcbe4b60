package session

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
	"github.com/mlbench/mlbench/targets"
)

// AutoLaunches is as many launches as the budget holds.
const AutoLaunches = "auto"

// Pairs of a launch: of the first two, and bounds of the others.
const (
	firstLaunchPairs = 8
	fewLaunchPairs   = 4
	mostLaunchPairs  = 24
)

// launches is the number that the Spec asks for: the most there may be.
func (s *Spec) launches() (int, error) {
	if s.Launches == AutoLaunches {
		return math.MaxInt, nil
	}
	n, err := strconv.Atoi(s.Launches)
	if err != nil || n < stats.MinLaunches {
		return 0, fmt.Errorf("--launches %q: want auto, or a number of at least %d: fewer do not tell how much starts differ", s.Launches, stats.MinLaunches)
	}
	return n, nil
}

// launching is a comparison whose targets are started again and again: what a
// launch says of them is one draw, however many pairs it has.
type launching struct {
	*Session
	arms [2]targets.Target
	most int
	e    loadgen.Experiment // of one launch, but for its targets
	coin *rand.Rand         // which target starts first

	f     *results.File
	rec   *recording
	until time.Time
	made  int           // launches
	cost  time.Duration // of a launch beside its pairs, in the mean
	pair  time.Duration // of a pair, in the mean of the last launch
	each  int           // pairs of the launches to come
}

// compareLaunches is Compare by launches. The targets have been started, which
// shows that they can be; they are ended first.
func (s *Session) compareLaunches(ctx context.Context, a, b targets.Target) (*results.File, bool, error) {
	l := &launching{Session: s, arms: [2]targets.Target{a, b}, each: firstLaunchPairs}
	l.most, _ = s.Spec.launches() // Validate has found its mistakes
	l.coin = rand.New(rand.NewPCG(s.Spec.Seed, streamLaunches))
	var err error
	if l.e, err = s.experiment(); err != nil {
		return nil, false, err
	}
	for _, t := range l.arms {
		if t.Managed == nil {
			return nil, false, cli.Usagef("--launches starts both targets again and again, but %s runs already: give a command that starts it (%s='cmd:./server --port {port}') or a managed target of targets.yaml, or leave --launches out", t.Name, t.Name)
		}
	}
	s.endTargets(l.arms[:]...)
	defer func(quiet bool) { s.Quiet = quiet }(s.Quiet)
	s.Quiet = true // the commands have been told
	l.until = time.Now().Add(s.Spec.Budget)
	for stop := false; !stop && l.made < l.most; {
		began := time.Now()
		pairs, err := l.launch(ctx)
		if l.rec == nil {
			return nil, false, err
		}
		if gone := (*loadgen.Gone)(nil); errors.As(err, &gone) {
			f, err := l.rec.finishGone(s.targetEnd(gone, []*Prepared{{Target: l.arms[0]}, {Target: l.arms[1]}}, l.f))
			return f, false, err
		}
		s.endTargets(l.arms[:]...)
		if err != nil {
			return l.rec.finish(err)
		}
		l.account(pairs, time.Since(began))
		if stop, err = l.decided(); err != nil {
			return l.rec.finish(err)
		}
	}
	return l.rec.finish(nil)
}

const streamLaunches = 0x6c61756e63686573 // "launches"

// launch starts both targets and measures pairs.
func (l *launching) launch(ctx context.Context) (pairs int, err error) {
	e, began := l.e, time.Now()
	first := l.coin.IntN(2)
	l.Phase(fmt.Sprintf("launch %d: starting %s and %s", l.made+1, l.arms[first].Name, l.arms[1-first].Name), 0)
	prepared := make([]*Prepared, 2)
	for _, arm := range [2]int{first, 1 - first} {
		if l.arms[arm], err = l.Launch(ctx, l.arms[arm]); err != nil {
			return 0, err
		}
		if prepared[arm], err = l.Prepare(ctx, l.arms[arm]); err != nil {
			return 0, err
		}
		e.Plans[arm], e.PIDs[arm], e.Ended[arm] = *prepared[arm].Plan, prepared[arm].pid, l.ending(l.arms[arm])
	}
	if l.rec == nil {
		if err := l.begin(prepared, time.Since(began)); err != nil {
			return 0, err
		}
	}
	e.Budget, e.Before, e.Pairs = time.Until(l.until), l.measured(), l.each
	err = Around(ctx, l, prepared, func() error {
		l.Phase(fmt.Sprintf("launch %d: comparing %s and %s with %s, %s of slices", l.made+1, l.arms[0].Name, l.arms[1].Name, l.f.Header.Scenario.Label(), cli.Plural(e.Pairs, "pair")), 0)
		defer loadgen.Tune(prepared[0].Plan.Models()...)()
		return e.Run(ctx, l.f.Header.Start, func(slice *results.Slice) error {
			slice.Launch = l.made + 1
			l.Slice(slice)
			l.f.Slices = append(l.f.Slices, *slice)
			return l.rec.w.Slice(slice)
		})
	})
	if gone := (*loadgen.Gone)(nil); errors.As(err, &gone) {
		gone.Pairs, gone.Planned = gone.Pairs+e.Before, gone.Planned+e.Before
	}
	l.made++
	return l.measured() - e.Before, err
}

// begin starts the file, when it is known how long the targets took to start.
func (l *launching) begin(prepared []*Prepared, starting time.Duration) (err error) {
	l.f = &results.File{Header: *l.compareHeader(prepared)}
	cost, pair := starting+2*l.e.Warmup, l.e.ShortestPair()
	holds := int(l.Spec.Budget / (cost + fewLaunchPairs*pair))
	if holds < stats.MinLaunches {
		return l.tooFew(holds, cost+fewLaunchPairs*pair)
	}
	l.most = min(l.most, holds)
	// That there can be four decides how many pairs the first ones have.
	l.each = min(max(int((l.Spec.Budget/stats.MinLaunches-cost)/pair), fewLaunchPairs), firstLaunchPairs)
	l.f.Header.Launches, l.f.Header.Looks = l.most, stats.PlanLaunchLooks(l.most)
	l.rec, err = l.record(l.Spec.Output, &l.f.Header)
	l.Begin(&l.f.Header)
	for _, n := range l.f.Header.Warnings {
		note(l, "note: %s", n)
	}
	return err
}

func (l *launching) tooFew(holds int, each time.Duration) error {
	need := (stats.MinLaunches*each + each/2).Truncate(time.Second) + time.Second
	return cli.Usagef("a budget of %s holds %s of each target (%s each, with warm-up and %d pairs), and no verdict comes from fewer than %d: give --budget %s",
		l.Spec.Budget, cli.Plural(holds, "start"), each.Round(100*time.Millisecond), fewLaunchPairs, stats.MinLaunches, need)
}

// measured is the number of the last pair.
func (l *launching) measured() int {
	if n := len(l.f.Slices); n > 0 {
		return l.f.Slices[n-1].Pair
	}
	return 0
}

// account takes note of what the last launch took, and how many pairs are best.
func (l *launching) account(pairs int, took time.Duration) {
	var begin, end float64
	for i := range l.f.Slices {
		s := &l.f.Slices[i]
		if s.Launch == l.made && s.Phase == results.Measure {
			if begin == 0 {
				begin = s.StartS
			}
			end = s.StartS + s.DurationS + s.DrainS
		}
	}
	if pairs == 0 {
		return
	}
	measuring := time.Duration((end - begin) * float64(time.Second))
	l.pair = measuring / time.Duration(pairs)
	l.cost = (time.Duration(l.made-1)*l.cost + took - measuring) / time.Duration(l.made)
	if l.made == 2 {
		l.each = bestPairs(l.cost, l.pair, l.spread())
		for l.each > fewLaunchPairs && l.left() < stats.MinLaunches-l.made {
			l.each--
		}
	}
}

// left is how many launches more the budget holds.
func (l *launching) left() int {
	return int(time.Until(l.until) / max(l.cost+time.Duration(l.each)*l.pair, 1))
}

// bestPairs is how many pairs of a launch say most in a given time, when targets
// differ by 2% between launches (Kalibera and Jones, ISMM 2013); spread is the
// standard deviation of pairs within a launch, of ln.
func bestPairs(launch, pair time.Duration, spread float64) int {
	const between = 0.02
	m := math.Sqrt(launch.Seconds() / pair.Seconds() * spread * spread / (2 * between * between))
	return int(min(max(math.Round(m), fewLaunchPairs), mostLaunchPairs))
}

// spread is that of the medians' ratios within launches. What launches differ by is
// not in it, or the number of pairs would depend on what is found.
func (l *launching) spread() float64 {
	medians := map[int]map[string]float64{}
	launch := map[int]int{}
	for i := range l.f.Slices {
		s := &l.f.Slices[i]
		if s.Phase != results.Measure || s.Pair == 0 {
			continue
		}
		all := stats.NewHistogram()
		for _, d := range s.Classes {
			all.Merge(d.Response())
		}
		if medians[s.Pair] == nil {
			medians[s.Pair] = map[string]float64{}
		}
		medians[s.Pair][s.Arm], launch[s.Pair] = float64(all.Quantile(0.5)), s.Launch
	}
	by := make([][]float64, l.made+1)
	for pair, m := range medians {
		if a, b := m[results.ArmA], m[results.ArmB]; a > 0 && b > 0 {
			by[launch[pair]] = append(by[launch[pair]], math.Log(b/a))
		}
	}
	var squares, freedom float64
	for _, d := range by {
		mean := 0.0
		for _, x := range d {
			mean += x / float64(len(d))
		}
		for _, x := range d {
			squares += (x - mean) * (x - mean)
		}
		freedom += max(0, float64(len(d)-1))
	}
	return math.Sqrt(squares / max(freedom, 1))
}

// decided says whether there is no use in another launch: it is decided, or the
// budget does not hold it.
func (l *launching) decided() (stop bool, err error) {
	left := l.left()
	if l.made < stats.MinLaunches {
		if l.made+left < stats.MinLaunches {
			return true, l.tooFew(l.made+left, l.cost+fewLaunchPairs*l.pair)
		}
		return false, nil
	}
	if slices.Contains(l.f.Header.Looks, l.made) {
		p := verdict.ProgressOf(l.f)
		l.Look(p)
		if settled(p) {
			return true, nil
		}
		l.Note(fmt.Sprintf("%s after %d starts of each", decidedText(p), l.made))
	}
	return left < 1, nil
}
