package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	root          string // of mlbench's tree
	document      string
	rounds        int
	length        time.Duration
	stallPeriods  int
	long          bool
	only          string
	generatorCore int
	serverCore    int
}

// bench is one run of the benchmark.
type bench struct {
	options
	dir      string            // for all that is written, removed at the end
	programs map[string]string // paths by name
	missing  map[string]error  // why there is no path
	goals    section
	stderr   io.Writer
}

// experiment is one section of the report.
type experiment struct {
	name string
	run  func(*bench, context.Context) (*section, error)
}

var experiments = []experiment{
	{"closed", (*bench).closed},
	{"open", (*bench).open},
	{"wire", (*bench).wire},
	{"stall", (*bench).stall},
	{"selftest", (*bench).selftest},
	{"memory", (*bench).memory},
	{"think", (*bench).think},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := peers(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var names []string
	for _, e := range experiments {
		names = append(names, e.name)
	}
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.root, "root", "../..", "mlbench's tree")
	f.StringVar(&o.document, "doc", "docs/performance.md", "`file` in the tree to put the tables into; empty only prints them")
	f.IntVar(&o.rounds, "rounds", 5, "rounds, each with every tool once")
	f.DurationVar(&o.length, "length", 5*time.Second, "of each run, in whole seconds")
	f.IntVar(&o.stallPeriods, "stall-periods", 5, "periods of 10 s in the stall test")
	f.BoolVar(&o.long, "long", false, "also the memory of 10 million requests (minutes)")
	f.StringVar(&o.only, "only", "", "comma-separated `names` of experiments ("+strings.Join(names, ", ")+"); prints only")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	for name := range strings.SplitSeq(o.only, ",") {
		if name != "" && !slices.Contains(names, name) {
			return o, fmt.Errorf("-only %s: use %s", name, strings.Join(names, ", "))
		}
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.rounds < 1 || o.stallPeriods < 1:
		return o, errors.New("-rounds and -stall-periods must be 1 or more")
	case o.length < time.Second || o.length%time.Second != 0: // wrk knows no fractions
		return o, errors.New("-length must be whole seconds")
	case runtime.GOOS != "linux":
		return o, errors.New("this needs Linux: taskset, /proc and a loopback device to capture")
	}
	o.generatorCore, o.serverCore = 0, 0
	if cores, err := allowedCores(); err != nil {
		return o, err
	} else if len(cores) > 1 {
		o.serverCore, o.generatorCore = cores[0], cores[1]
	} else {
		o.serverCore, o.generatorCore = cores[0], cores[0]
	}
	root, err := filepath.Abs(o.root)
	o.root = root
	return o, err
}

func peers(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mlbench-peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir, stderr: stderr}
	b.goals = section{title: "Goals", header: []string{"figure", "limit", "measured", "median (range) or where", "held"}}
	if err := raiseFileLimit(); err != nil {
		b.logf("file limit: %v", err)
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	begin := hostNow()
	var sections []*section
	for _, e := range experiments {
		if o.only != "" && !slices.Contains(strings.Split(o.only, ","), e.name) {
			continue
		}
		s, err := e.run(b, ctx)
		if ctx.Err() != nil {
			return errors.New("interrupted: nothing is written")
		}
		if err != nil {
			b.logf("%s: %v", e.name, err)
			s = &section{title: e.name, text: "n/a: " + lastLine(err.Error())}
		}
		sections = append(sections, s)
	}
	text := b.render(ctx, args, begin, sections)
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if o.document == "" || o.only != "" {
		return nil
	}
	return insert(filepath.Join(o.root, o.document), text)
}

// goal compares a figure with the most that it should be.
func (b *bench) goal(what string, measured, most float64, decimals int, detail string) {
	held := "no"
	if math.IsNaN(measured) {
		held = "n/a"
	} else if measured <= most {
		held = "yes"
	}
	b.goals.add(what, "≤ "+number(most, limitDecimals(most)), number(measured, decimals), detail, held)
}

func limitDecimals(v float64) int {
	if v == math.Trunc(v) {
		return 0
	}
	return 2
}

func (b *bench) logf(format string, args ...any) { fmt.Fprintf(b.stderr, format+"\n", args...) }

// scratch makes a file in the run's directory.
func (b *bench) scratch(pattern, content string) (string, error) {
	f, err := os.CreateTemp(b.dir, pattern)
	if err != nil {
		return "", err
	}
	if _, err := f.WriteString(content); err != nil {
		f.Close()
		return "", err
	}
	return f.Name(), f.Close()
}

// longest is how long a server may live: longer than all that is asked of it.
func (b *bench) longest() time.Duration {
	perRun := b.length + time.Second + 2*grace
	return time.Duration(b.rounds*5)*2*perRun + time.Duration(b.stallPeriods)*stallPeriod + time.Hour
}
