package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

type options struct {
	root     string
	data     string
	page     string
	only     string
	runs     int
	limit    time.Duration
	document bool
	list     bool
	tune     bool

	conditions []condition // chosen
}

// harness is a series of runs.
type harness struct {
	options
	dir      string // of the programs, removed at the end
	results  string // directory of the result files
	mlbench  string
	vegeta   string
	revision string
	host     string
	stderr   io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := accept(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "acceptance:", err)
		os.Exit(1)
	}
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("acceptance", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.root, "root", ".", "mlbench's tree")
	f.StringVar(&o.data, "data", "docs/acceptance.jsonl", "journal `file` of finished runs")
	f.StringVar(&o.page, "page", "docs/acceptance.md", "`file` to put the table into; empty for none")
	f.StringVar(&o.only, "only", "", "comma-separated `names` of conditions (see -list)")
	f.IntVar(&o.runs, "runs", 0, "at most so many runs of each condition, for trials; the goals stay")
	f.DurationVar(&o.limit, "for", 0, "start no run after this time")
	f.BoolVar(&o.document, "document", false, "only make the page again from the journal")
	f.BoolVar(&o.list, "list", false, "only list the conditions and what is left to do")
	f.BoolVar(&o.tune, "tune", false, "only measure what factors on the work do to p50, four minutes")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.runs < 0 || o.limit < 0 {
		return o, errors.New("-runs and -for must not be negative")
	}
	root, err := filepath.Abs(o.root)
	if err != nil {
		return o, err
	}
	o.root, o.data, o.page = root, within(root, o.data), within(root, o.page)
	o.conditions, err = choose(o.only, o.runs)
	return o, err
}

// within is a path seen from the tree.
func within(root, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, path)
}

// choose returns the named conditions, all without names. With fewer runs those
// that remain keep their seeds, and count.
func choose(only string, runs int) ([]condition, error) {
	list := slices.Clone(conditions)
	if only != "" {
		list = nil
		for name := range strings.SplitSeq(only, ",") {
			i := slices.IndexFunc(conditions, func(c condition) bool { return c.name == name })
			if i < 0 {
				return nil, fmt.Errorf("-only %q: no such condition, see -list", name)
			}
			list = append(list, conditions[i])
		}
	}
	for i := range list {
		if runs > 0 {
			list[i].runs = min(runs, list[i].runs)
		}
	}
	return list, nil
}

func accept(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	h := &harness{options: o, stderr: stderr, host: hostName()}
	if o.tune {
		return h.inFolder(ctx, nil, func() error { return h.measureFactors(ctx, stdout) })
	}
	records, whole, damaged, err := readJournal(o.data)
	if err != nil {
		return err
	}
	if damaged != "" {
		fmt.Fprintln(stderr, damaged)
	}
	if o.document {
		return h.makePage(records)
	}
	tasks := pending(queue(o.conditions), records)
	if o.list {
		return list(stdout, o.conditions, tasks)
	}
	if len(tasks) == 0 {
		fmt.Fprintln(stderr, "all runs are in the journal")
		return h.makePage(records)
	}
	j, err := openJournal(o.data, whole)
	if err != nil {
		return err
	}
	err = h.inFolder(ctx, tasks, func() error {
		begin := time.Now()
		for len(tasks) > 0 && !h.late(begin) && ctx.Err() == nil {
			if err := h.series(ctx, begin, tasks, &records, j); err != nil {
				return err
			}
			tasks = pending(tasks, records)
		}
		return nil
	})
	return errors.Join(err, j.close(), h.makePage(records))
}

// inFolder builds what tasks need and calls f while it is there.
func (h *harness) inFolder(ctx context.Context, tasks []task, f func() error) error {
	dir, err := os.MkdirTemp("", "mlbench-acceptance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h.dir, h.results = dir, filepath.Join(h.root, "bench", "acceptance", "results")
	if err := os.MkdirAll(h.results, 0o755); err != nil {
		return err
	}
	fmt.Fprintln(h.stderr, "building")
	if err := h.build(ctx, tasks); err != nil {
		return err
	}
	return f()
}

// mostFailures in a row stop a series: then it is not the runs that fail.
const mostFailures = 3

// late says whether the time for runs is over.
func (h *harness) late(begin time.Time) bool { return h.limit > 0 && time.Since(begin) >= h.limit }

// series makes the runs one after the other.
func (h *harness) series(ctx context.Context, begin time.Time, tasks []task, records *[]record, j *journal) error {
	failures := 0
	fmt.Fprintf(h.stderr, "%d runs, about %v; ctrl-C loses only the one in progress\n", len(tasks), length(tasks))
	for i, t := range tasks {
		if h.late(begin) {
			fmt.Fprintf(h.stderr, "%d runs are left for another time\n", len(tasks)-i)
			return nil
		}
		r, err := h.run(ctx, t)
		if ctx.Err() != nil {
			fmt.Fprintf(h.stderr, "interrupted: %d runs are left\n", len(tasks)-i)
			return nil
		}
		if err == nil {
			if err := j.append(r); err != nil {
				return err
			}
			*records = append(*records, r)
			h.progress(i+1, len(tasks), r, *records)
		}
		if err != nil || r.Verdict == failed {
			fmt.Fprintf(h.stderr, "%s %d: %v %s\n", t.condition.name, t.repeat, err, r.Reason)
			if failures++; failures == mostFailures {
				return fmt.Errorf("%d failures in a row", failures)
			}
			continue
		}
		failures = 0
	}
	return nil
}

// progress tells of a run and how its condition stands.
func (h *harness) progress(n, of int, r record, all []record) {
	i := slices.IndexFunc(conditions, func(c condition) bool { return c.name == r.Condition })
	t := tallyOf(conditions[i], all)
	p50 := ""
	if pct, ok := r.effect(); ok {
		p50 = fmt.Sprintf(", pooled p50 %+.1f%%", pct)
	}
	fmt.Fprintf(h.stderr, "%s %d/%d %s %d: %s%s; so far %d regression, %d ok, %d inconclusive, %d invalid\n",
		time.Now().Format("15:04:05"), n, of, r.Condition, r.Repeat, r.Verdict, p50,
		t.verdicts[verdict.Regression], t.verdicts[verdict.OK], t.verdicts[verdict.Inconclusive], t.verdicts[verdict.Invalid])
}

// length is how long runs take without extensions: their budgets, and what
// starting and stopping adds.
func length(tasks []task) time.Duration {
	sum := time.Duration(0)
	for _, t := range tasks {
		sum += t.condition.budget + time.Second
	}
	return sum.Round(time.Minute)
}

func list(w io.Writer, chosen []condition, left []task) error {
	for _, c := range chosen {
		n := 0
		for _, t := range left {
			if t.condition.name == c.name {
				n++
			}
		}
		if _, err := fmt.Fprintf(w, "%-18s %-32s %4v  %3d runs, %3d left  %s\n", c.name, c.what, c.budget, c.runs, n, c.goal.words(c.counts)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "about %v are left\n", length(left))
	return err
}
