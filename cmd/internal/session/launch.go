package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/targets"
)

// Launcher finds targets, starts those that are managed, and ends them.
type Launcher struct {
	Reach
	Observer
	Quiet bool // tell only of commands that nobody typed
	// Files has, for references that stand in a file, its name: nobody typed their
	// commands.
	Files map[string]string

	noted    map[string]bool // references whose meaning was pointed out
	launched []launch
}

// launch is a target that was started.
type launch struct {
	target  targets.Target
	process *targets.Process
}

// Start is the target that ref names, started if that is a command or a managed
// target. A command's target is called label, or like its program. Whatever comes of
// it, Stop is to follow.
func (l *Launcher) Start(ctx context.Context, label, ref string) (targets.Target, error) {
	t, err := l.startable(label, ref)
	if err != nil {
		return t, err
	}
	l.point(ref, &t)
	return l.Launch(ctx, t)
}

// StartCommand is Start for a command, whose target listens on url if that is given.
func (l *Launcher) StartCommand(ctx context.Context, name, command, url string) (targets.Target, error) {
	if name == "" {
		name = ProgramOf(command)
	}
	t := targets.ByCommand(name, command, "")
	t.Managed.URL = url
	return l.Launch(ctx, t)
}

// StartNamed is Start for a target of a file.
func (l *Launcher) StartNamed(ctx context.Context, file *targets.File, ref string) (targets.Target, error) {
	t, err := file.Parse(ref)
	if err != nil || t.Managed == nil {
		return t, err
	}
	l.point(ref, &t)
	return l.Launch(ctx, t)
}

// Launch is Start for a target that is known already.
func (l *Launcher) Launch(ctx context.Context, t targets.Target) (targets.Target, error) {
	if l.Ready != "" {
		t.Ready = l.Ready
	}
	l.apply(&t)
	if t.Managed == nil {
		return t, nil
	}
	from := ""
	if t.Source != "" {
		from = " as " + t.Source + " says"
	}
	if !l.Quiet || from != "" { // a command that nobody typed is never run without a word
		note(l, "starting %s%s: %s", t.Name, from, targets.ShownCommand(t.Managed.String()))
	}
	if l.StartTimeout > 0 {
		t.Managed.Timeout = l.StartTimeout
	}
	if name := t.Name; !l.Quiet {
		t.Managed.Waiting = func(why string) { note(l, "waiting for %s: %s", name, why) }
	}
	command := t.Managed.Command
	t, p, err := t.Start(ctx)
	if err != nil {
		return t, fmt.Errorf("start %s%s: %w", t.Name, aboutVariable(command), err)
	}
	l.launched = append(l.launched, launch{target: t, process: p})
	return t, nil
}

// Resolvable finds what is wrong with references before the first is started.
func (r *Reach) Resolvable(refs ...string) error {
	var m mistakes
	for _, ref := range refs {
		if _, err := r.startable("", ref); err != nil {
			m = append(m, err)
		}
	}
	return m.err()
}

// point says where a reference means something else than its words: the name of a
// bundled server that the target file has for another one.
func (l *Launcher) point(ref string, t *targets.Target) {
	if file := l.Files[ref]; file != "" && t.Managed != nil && t.Source == "" {
		t.Source = file
	}
	_, name, labelled := strings.Cut(ref, "=")
	if !labelled {
		name = ref
	}
	if t.Source == "" || !targets.Bundled(name) || l.noted[ref] {
		return
	}
	if l.noted == nil {
		l.noted = map[string]bool{}
	}
	l.noted[ref] = true
	note(l, "note: %s is not the bundled server here, but what %s calls so", name, t.Source)
}

// Stop ends what was started, all at once. One that has ended by itself has
// failed, whatever was measured of it.
func (l *Launcher) Stop() {
	l.end(l.launched)
	l.launched = nil
}

// endTargets is Stop for some targets.
func (l *Launcher) endTargets(ts ...targets.Target) {
	var some []launch
	l.launched = slices.DeleteFunc(l.launched, func(started launch) bool {
		is := slices.ContainsFunc(ts, func(t targets.Target) bool { return t.PID == started.process.PID() })
		if is {
			some = append(some, started)
		}
		return is
	})
	l.end(some)
}

func (l *Launcher) end(all []launch) {
	var ended sync.WaitGroup
	var one sync.Mutex // at a time speaks
	for _, started := range all {
		select {
		case <-started.process.Done():
			note(l, "mlbench: %s ended by itself (%s)%s", started.target.Name, started.process.Ended(), started.process.LastWords())
			continue
		default:
		}
		ended.Go(func() {
			if started.process.Stop() != nil {
				one.Lock()
				defer one.Unlock()
				note(l, "note: %s did not end when it was told to, and was killed", started.target.Name)
			}
		})
	}
	ended.Wait()
}

// ending is closed when a target that was started here has ended by itself; nil
// for others.
func (l *Launcher) ending(t targets.Target) <-chan struct{} {
	if p := l.processOf(t); p != nil {
		return p.Done()
	}
	return nil
}

// processOf is the process of a target that was started here, else nil.
func (l *Launcher) processOf(t targets.Target) *targets.Process {
	for _, started := range l.launched {
		if t.PID != 0 && started.process.PID() == t.PID {
			return started.process
		}
	}
	return nil
}

// watchable is the process to watch for what the target uses; 0, and why, if
// that would tell nothing, or of targets that run already.
func watchable(t targets.Target) (pid int, err error) {
	if t.PID == 0 {
		return 0, nil
	}
	way, err := t.Way()
	if err != nil {
		return 0, err
	}
	port := ""
	if network, address := way.Endpoint(); network == "tcp" {
		_, port, _ = net.SplitHostPort(address)
	}
	if err := machine.Watchable(t.PID, port); err != nil {
		return 0, errors.New(t.Name + ": its use of CPU and memory is not known: " + err.Error())
	}
	return t.PID, nil
}
