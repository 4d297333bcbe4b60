package trend

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/history"
)

// series are results that can be compared with one another: the same scenario, load and
// host, one target, measured in the same way.
type series struct {
	kind, target string
	members      []*member // the newest first
}

// member is an arm of a result.
type member struct {
	file    *results.File
	arm     string
	figures []results.Figure
	damage  string // why it has none
}

// grouped puts the files, the newest first, into series. What has no figures stands apart.
func (t *Trend) grouped(files []*results.File, target string) (all []*series) {
	type run struct {
		start time.Time
		seed  uint64
		names string
	}
	seen := map[run]bool{}
	for _, f := range files {
		h := &f.Header
		kind := history.Run
		if len(h.Targets) > 1 {
			kind = history.Comparison
		}
		id := run{h.Start, h.Seed, fmt.Sprint(h.Targets)}
		switch {
		case f.Damage != "":
			t.apart(Apart{Why: Unreadable, What: f.Damage}, f.Path)
			continue
		case !f.Complete():
			t.apart(Apart{Why: Unfinished}, f.Path)
			continue
		case seen[id]:
			t.apart(Apart{Why: Copied}, f.Path)
			continue
		}
		seen[id] = true
		for _, of := range h.Targets {
			if target != "" && of.Name != target {
				continue
			}
			m := &member{file: f, arm: of.Arm}
			i := slices.IndexFunc(all, func(s *series) bool {
				first := &s.members[0].file.Header
				return s.kind == kind && s.target == of.Name && first.Host.Fingerprint() == h.Host.Fingerprint() && first.LoadDiffers(h) == ""
			})
			if i < 0 {
				all = append(all, &series{kind: kind, target: of.Name})
				i = len(all) - 1
			}
			all[i].members = append(all[i].members, m)
		}
	}
	return all
}

// choose is the series with the most results, of those with as many the newest; all
// others stand apart.
func (t *Trend) choose(all []*series) *series {
	if len(all) == 0 {
		return nil
	}
	chosen := slices.MaxFunc(all, func(a, b *series) int {
		return cmp.Or(len(a.members)-len(b.members), a.members[0].file.Header.Start.Compare(b.members[0].file.Header.Start))
	})
	first := &chosen.members[0].file.Header
	for _, s := range all {
		if s == chosen {
			continue
		}
		h := &s.members[0].file.Header
		a := Apart{Why: OtherName, Scenario: h.Scenario.Name, Target: s.target, Kind: s.kind}
		if h.Scenario.Name == first.Scenario.Name && s.target == chosen.target {
			switch a.What = first.LoadDiffers(h); {
			case s.kind != chosen.kind:
				a.Why, a.What = OtherKind, ""
			case a.What != "":
				a.Why = OtherLoad
			default:
				a.Why, a.What = OtherHost, h.Host.Fingerprint()
			}
		}
		for _, m := range s.members {
			t.apart(a, m.file.Path)
		}
	}
	return chosen
}

// figured gives members their figures: their footers', or, of files of earlier versions,
// what the whole file says, which takes its time.
func figured(members []*member) {
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, m := range members {
		if m.file.Footer != nil && len(m.file.Footer.Figures) > 0 {
			m.figures = m.file.Footer.Figures
			continue
		}
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			f, err := results.ReadSummed(m.file.Path, nil)
			switch {
			case err != nil:
				m.damage = err.Error()
			case f.Damage != "":
				m.damage = f.Damage
			default:
				m.figures, _ = history.Outcome(f)
			}
		})
	}
	wait.Wait()
}
