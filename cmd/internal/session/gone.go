package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

var errEnded = errors.New("the target ended by itself")

// untilEnded is a context that ends, by errEnded, when a target has.
func untilEnded(ctx context.Context, ended <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-ended: // never, if nil
			cancel(errEnded)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// howEnded says how a target ended in the middle of a run.
func (l *Launcher) howEnded(t targets.Target, after time.Duration) string {
	p := l.processOf(t)
	how := "crashed"
	if p.Ended() == "exit status 0" {
		how = "ended by itself"
	}
	text := fmt.Sprintf("%s %s (%s) after %.1f s", t.Name, how, exitOf(p), after.Seconds())
	if said := lastLine(p.LastWords()); said != "" {
		text += ": " + said
	}
	return text
}

func exitOf(p *targets.Process) string {
	return strings.Replace(p.Ended(), "exit status", "exit", 1)
}

// targetEnd describes, for the result file, how a target ended in the middle of
// a comparison, and names it.
func (s *Session) targetEnd(gone *loadgen.Gone, arms []*Prepared, f *results.File) (end *results.TargetEnd, name string) {
	end = &results.TargetEnd{Arm: gone.Arm, AtS: gone.At.Seconds(), Pairs: gone.Pairs, Planned: gone.Planned, Answered: gone.Answered}
	t := arms[0].Target
	if gone.Arm == results.ArmB {
		t = arms[1].Target
	}
	if p := s.processOf(t); gone.Ended && p != nil {
		end.Ended = exitOf(p)
		end.Said = lastLine(p.LastWords())
	} else {
		end.Error = lastError(f, gone.Arm)
	}
	return end, t.Name
}

// lastLine is the last of a process's words that says something.
func lastLine(words string) string {
	lines := strings.Split(strings.TrimSpace(words), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	if len(lines) < 2 { // "it wrote nothing"
		return ""
	}
	const longest = 200
	if r := []rune(last); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return last
}

// lastError is what requests to an arm failed of, last.
func lastError(f *results.File, arm string) string {
	for i := len(f.Slices) - 1; i >= 0; i-- {
		s := &f.Slices[i]
		if s.Arm != arm {
			continue
		}
		if s.Unfinished > 0 {
			return cli.Plural(int(s.Unfinished), "request") + " without an answer when the budget ended"
		}
		for _, class := range results.ErrorClasses {
			for _, d := range s.Classes {
				if d.Errors[class] > 0 {
					return cmp.Or(s.Sample(class), class)
				}
			}
		}
	}
	return ""
}
