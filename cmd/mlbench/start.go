package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen/machine"
	"github.com/mlbench/mlbench/targets"
)

// launcher finds targets, starts those that are managed, and ends them.
type launcher struct {
	connect  connectOptions
	ready    string // path that tells that a command's target is ready
	within   startTimeout
	files    map[string]string // references that a gate file has, and its name
	noted    map[string]bool   // references whose meaning was pointed out
	launched []launch
}

// launch is a target that was started.
type launch struct {
	ref     string // by which launcher.target finds it
	target  targets.Target
	process *targets.Process
}

// start starts the target that ref names, if that is a command or a managed
// target, and returns the reference to use from then on. A command's target is
// called label, or like its program. Whatever comes of it, stop is to follow.
func (o *launcher) start(ctx context.Context, s cli.Streams, quiet bool, label, ref string) (string, error) {
	t, err := startable(label, ref)
	if err != nil {
		return ref, err
	}
	o.point(s.Err, ref, &t)
	if t.Managed == nil {
		return ref, nil
	}
	return o.launch(ctx, s, quiet, t)
}

// launch is start, for a target that is known already.
func (o *launcher) launch(ctx context.Context, s cli.Streams, quiet bool, t targets.Target) (string, error) {
	from := ""
	if t.Source != "" {
		from = " as " + t.Source + " says"
	}
	if !quiet || from != "" { // a command that nobody typed is never run without a word
		fmt.Fprintf(s.Err, "starting %s%s: %s\n", t.Name, from, targets.ShownCommand(t.Managed.String()))
	}
	if o.ready != "" {
		t.Ready = o.ready
	}
	if o.within > 0 {
		t.Managed.Timeout = time.Duration(o.within)
	}
	if name := t.Name; !quiet {
		t.Managed.Waiting = func(why string) { fmt.Fprintf(s.Err, "waiting for %s: %s\n", name, why) }
	}
	o.connect.apply(&t)
	t, p, err := t.Start(ctx)
	if err != nil {
		return "", fmt.Errorf("start %s: %w", t.Name, err)
	}
	l := launch{ref: t.Name + "=" + t.URL.String(), target: t, process: p}
	o.launched = append(o.launched, l)
	return l.ref, nil
}

// point says where a reference means something else than its words: the name of a
// bundled server that the target file has for another one.
func (o *launcher) point(w io.Writer, ref string, t *targets.Target) {
	if file := o.files[ref]; file != "" && t.Managed != nil && t.Source == "" {
		t.Source = file
	}
	_, name, labelled := strings.Cut(ref, "=")
	if !labelled {
		name = ref
	}
	if t.Source == "" || !targets.Bundled(name) || o.noted[ref] {
		return
	}
	if o.noted == nil {
		o.noted = map[string]bool{}
	}
	o.noted[ref] = true
	fmt.Fprintf(w, "note: %s is not the bundled server here, but what %s calls so\n", name, t.Source)
}

// startTarget is the target, started if it is managed.
func (o *runOptions) startTarget(ctx context.Context) (targets.Target, error) {
	ref, err := o.target+o.url, error(nil)
	if o.start == "" {
		ref, err = o.load.start(ctx, o.Streams, o.out.quiet, "", ref)
	} else {
		t := targets.ByCommand(programOf(o.start), o.start, "")
		t.Managed.URL = o.url
		ref, err = o.load.launch(ctx, o.Streams, o.out.quiet, t)
	}
	if err != nil {
		return targets.Target{}, err
	}
	return o.load.target(ref)
}

// target resolves a reference; flags that concern the connection apply to it.
func (o *launcher) target(ref string) (targets.Target, error) {
	for _, l := range o.launched {
		if l.ref == ref {
			return l.target, nil
		}
	}
	t, err := targets.Parse(ref)
	if err != nil {
		return t, cli.Usagef("%w", err)
	}
	if o.ready != "" {
		t.Ready = o.ready
	}
	o.connect.apply(&t)
	return t, nil
}

// resolvable finds what is wrong with references before the first is started.
func resolvable(refs ...string) error {
	var wrong []error
	for _, ref := range refs {
		if _, err := startable("", ref); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return cli.Usagef("%w", errors.Join(wrong...))
	}
	return nil
}

// registerReady is for commands that start targets.
func (o *launcher) registerReady(f *pflag.FlagSet) {
	defer cli.Section(f, "Target")()
	f.StringVar(&o.ready, "ready", "", "`PATH` that answers 200 to 399 once a target is ready (default: what the target file says, or else any answer will do)")
	f.Var(&o.within, "start-timeout", "`TIME` within which a started server must be ready (default 3m, or what the target file says)")
}

// validate checks flags before anything is started.
func (o *launcher) validate() error {
	if o.ready == "" {
		return nil
	}
	if err := targets.ValidPath(o.ready); err != nil {
		return cli.Usagef("--ready: %w", err)
	}
	return nil
}

// startTimeout is a time above zero; 0 is the default.
type startTimeout time.Duration

func (t *startTimeout) String() string {
	if *t == 0 {
		return ""
	}
	return time.Duration(*t).String()
}

// Type is that of durations.
func (*startTimeout) Type() string { return "duration" }

// Set reads Go's form of durations.
func (t *startTimeout) Set(s string) error {
	v, err := time.ParseDuration(s)
	if err != nil || v <= 0 {
		return fmt.Errorf("found %q, want a length of time above 0, such as 30s or 2m", s)
	}
	*t = startTimeout(v)
	return nil
}

// stop ends what was started, all at once. One that has ended by itself has
// failed, whatever was measured of it.
func (o *launcher) stop(w io.Writer) {
	var all sync.WaitGroup
	for _, l := range o.launched {
		select {
		case <-l.process.Done():
			fmt.Fprintf(w, "mlbench: %s ended by itself (%s)%s\n", l.target.Name, l.process.Ended(), l.process.LastWords())
			continue
		default:
		}
		all.Go(func() {
			if l.process.Stop() != nil {
				fmt.Fprintf(w, "note: %s did not end when it was told to, and was killed\n", l.target.Name)
			}
		})
	}
	all.Wait()
	o.launched = nil
}

// commandPrefix says that a reference is a command, where nothing else does.
const commandPrefix = "cmd:"

var labelForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// startable resolves a reference as far as it can be before its start: a
// command, also as cmd:COMMAND and label=cmd:COMMAND, or what package targets
// knows. A=b ./server is a command with a variable, not one with a label.
func startable(label, ref string) (targets.Target, error) {
	name, rest, hasLabel := strings.Cut(ref, "=")
	hasLabel = hasLabel && labelForm.MatchString(name)
	command, isMarked := strings.CutPrefix(ref, commandPrefix)
	switch {
	case isMarked:
	case hasLabel && strings.HasPrefix(rest, commandPrefix):
		label, command = name, rest[len(commandPrefix):]
	case isCommand(ref):
	case hasLabel && isCommand(rest):
		label, command = name, rest
	case isPath(ref), hasLabel && isPath(rest):
		return targets.Target{}, cli.Usagef("%q is no program that can be run: is the path right, and the file executable? With blanks in it, or as cmd:COMMAND, it is a command for the shell", ref)
	default:
		t, err := targets.Parse(ref)
		if err != nil {
			return t, cli.Usagef("%w", err)
		}
		return t, nil
	}
	if strings.TrimSpace(command) == "" {
		return targets.Target{}, cli.Usagef("%q: no command", ref)
	}
	if label == "" {
		label = programOf(command)
	}
	return targets.ByCommand(label, command, ""), nil
}

// isPath tells a path, which no target's name or URL begins as.
func isPath(ref string) bool {
	return strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../") || strings.HasPrefix(ref, "/")
}

// isCommand tells a command from a URL or name: it has blanks, or is a program.
func isCommand(ref string) bool {
	switch {
	case strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://"):
		return false
	case strings.ContainsAny(ref, " \t"):
		return true
	case !strings.Contains(ref, "/") || strings.Contains(ref, "://"):
		return false
	}
	_, err := exec.LookPath(ref)
	return err == nil
}

// watchable is the process to watch for what the target uses; 0, and why, if
// that would tell nothing, or of targets that run already.
func watchable(t targets.Target) (pid int, err error) {
	if t.PID == 0 {
		return 0, nil
	}
	network, address := t.Connect()
	port := ""
	if network == "tcp" {
		if port = t.URL.Port(); port == "" {
			port = map[string]string{"http": "80", "https": "443"}[t.URL.Scheme]
		}
		if _, p, err := net.SplitHostPort(address); err == nil {
			port = p
		}
	}
	if err := machine.Watchable(t.PID, port); err != nil {
		return 0, errors.New(t.Name + ": its use of CPU and memory is not known: " + err.Error())
	}
	return t.PID, nil
}
