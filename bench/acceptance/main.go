package main

import (
	"cmp"
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
)

type options struct {
	root     string
	data     string
	page     string
	first    []string
	runs     int
	budget   time.Duration
	limit    time.Duration
	busy     bool
	document bool
	list     bool

	conditions []condition // chosen
}

// harness is a series of runs.
type harness struct {
	options
	dir      string // of what lasts no longer than the series
	results  string // directory of the result files
	mlbench  string
	revision string
	python   python
	host     string
	begin    time.Time
	failures int // in a row
	stderr   io.Writer
	make     func(context.Context, task) (record, error) // a run
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
	var only, first string
	f := flag.NewFlagSet("acceptance", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.root, "root", ".", "mlbench's tree")
	f.StringVar(&o.data, "data", journalFile, "journal `file` of finished runs")
	f.StringVar(&o.page, "page", "docs/acceptance.md", "`file` to put the table into; empty for none")
	f.StringVar(&only, "only", "", "comma-separated `names` of conditions (see -list)")
	f.StringVar(&first, "first", "", "comma-separated `names` of conditions to make before the others, one after another")
	f.IntVar(&o.runs, "runs", 0, "at most so many runs of each condition, for trials; the goals stay")
	f.DurationVar(&o.budget, "budget", 0, "budget of every comparison, for trials (with another -data)")
	f.DurationVar(&o.limit, "for", 0, "start no run after this time")
	f.BoolVar(&o.busy, "busy", false, "do not wait until nothing else uses the cores, for trials")
	f.BoolVar(&o.document, "document", false, "only make the page again from the journal")
	f.BoolVar(&o.list, "list", false, "only list the conditions and what is left to do")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.runs < 0 || o.limit < 0 || o.budget < 0:
		return o, errors.New("-runs, -budget and -for must not be negative")
	case o.budget > 0 && o.data == journalFile:
		return o, errors.New("-budget changes what is measured: give another -data, and -page \"\" or another")
	}
	root, err := filepath.Abs(o.root)
	if err != nil {
		return o, err
	}
	o.root, o.data, o.page = root, within(root, o.data), within(root, o.page)
	if o.first, err = named("-first", first); err != nil {
		return o, err
	}
	names, err := named("-only", only)
	o.conditions = o.choose(names)
	return o, err
}

// journalFile is where the series is kept.
const journalFile = "docs/acceptance.jsonl"

// within is a path seen from the tree.
func within(root, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, path)
}

// named are the conditions that a flag names.
func named(flag, list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	names := strings.Split(list, ",")
	for _, name := range names {
		if !slices.ContainsFunc(conditions, func(c condition) bool { return c.name == name }) {
			return nil, fmt.Errorf("%s %q: no such condition, see -list", flag, name)
		}
	}
	return names, nil
}

// choose returns the named conditions, all without names. With fewer runs those
// that remain keep their seeds, and count.
func (o *options) choose(names []string) (list []condition) {
	for _, c := range conditions {
		if len(names) > 0 && !slices.Contains(names, c.name) {
			continue
		}
		if o.runs > 0 {
			c.runs = min(o.runs, c.runs)
		}
		if o.budget > 0 && c.budget > 0 {
			c.budget = o.budget
		}
		list = append(list, c)
	}
	return list
}

func accept(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	h := &harness{options: o, stderr: stderr, host: hostName()}
	h.make = h.run
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
	tasks := pending(queue(o.conditions, o.first), records)
	if o.list {
		return list(stdout, o.conditions, tasks, records)
	}
	if tasks = h.possible(ctx, tasks); len(tasks) == 0 {
		fmt.Fprintln(stderr, "no run is left to make")
		return h.makePage(records)
	}
	j, err := openJournal(o.data, whole)
	if err != nil {
		return err
	}
	err = h.inFolder(ctx, func() error { return h.all(ctx, tasks, &records, j) })
	return errors.Join(err, j.close(), h.makePage(records))
}

// possible leaves out what needs programs that are not there.
func (h *harness) possible(ctx context.Context, tasks []task) []task {
	needs := func(t task) bool { return t.condition.service == fastapi }
	if !slices.ContainsFunc(tasks, needs) {
		return tasks
	}
	var found bool
	if h.python, found = findPython(ctx); found {
		return tasks
	}
	fmt.Fprintln(h.stderr, "the runs of FastAPI are left out, for no python3 has fastapi and uvicorn: apt-get install -y python3-fastapi python3-uvicorn")
	return slices.DeleteFunc(tasks, needs)
}

// all makes the tasks, and those again that were invalid.
func (h *harness) all(ctx context.Context, tasks []task, records *[]record, j *journal) error {
	h.begin = time.Now()
	for len(tasks) > 0 && !h.late() && ctx.Err() == nil {
		if err := h.series(ctx, tasks, records, j); err != nil {
			return err
		}
		tasks = pending(tasks, *records)
	}
	return nil
}

// inFolder builds mlbench and calls f while it is there.
func (h *harness) inFolder(ctx context.Context, f func() error) error {
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
	if err := h.build(ctx); err != nil {
		return err
	}
	return f()
}

// mostFailures in a row stop a series: then it is not the runs that fail.
const mostFailures = 3

// late says whether the time for runs is over.
func (h *harness) late() bool { return h.limit > 0 && time.Since(h.begin) >= h.limit }

// errLate ends the wait for a run that will not begin any more.
var errLate = errors.New("the time for runs is over")

// series makes the runs one after the other.
func (h *harness) series(ctx context.Context, tasks []task, records *[]record, j *journal) error {
	fmt.Fprintf(h.stderr, "%d runs, about %v; ctrl-C loses only the one in progress\n", len(tasks), length(tasks, *records))
	for i, t := range tasks {
		var r record
		err := errLate
		if !h.late() {
			r, err = h.make(ctx, t)
		}
		if ctx.Err() != nil || errors.Is(err, errLate) {
			fmt.Fprintf(h.stderr, "%d runs are left for another time\n", len(tasks)-i)
			return nil
		}
		if err == nil {
			if err := j.append(r); err != nil {
				return err
			}
			*records = append(*records, r)
			h.progress(i+1, len(tasks), t.condition, r, *records)
		}
		if err != nil || r.Verdict == failed {
			fmt.Fprintf(h.stderr, "%s %d: %v %s\n", t.condition.name, t.repeat, err, r.Reason)
			if h.failures++; h.failures == mostFailures {
				return fmt.Errorf("%d failures in a row", h.failures)
			}
			continue
		}
		h.failures = 0
	}
	return nil
}

// progress tells of a run and how its condition stands.
func (h *harness) progress(n, of int, c condition, r record, all []record) {
	t := tallyOf(c, all)
	fmt.Fprintf(h.stderr, "%s %d/%d %s %d: %s in %.0f s; so far %s; held: %s\n",
		time.Now().Format("15:04:05"), n, of, r.Condition, r.Repeat, r.Verdict, r.Took, cmp.Or(counts(t.verdicts), "none"), c.goal.held(t, c.runs))
}

func list(w io.Writer, chosen []condition, left []task, records []record) error {
	for _, c := range chosen {
		mine := slices.DeleteFunc(slices.Clone(left), func(t task) bool { return t.condition.name != c.name })
		if _, err := fmt.Fprintf(w, "%-11s %-58s %3d runs, %3d left, about %5v  %s\n", c.name, c.what, c.runs, len(mine), length(mine, records), c.goal.words()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "about %v are left\n", length(left, records))
	return err
}
