package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

const gateLong = `Judge a change in CI, by exit code.

--base and --head are the revisions before and after: URLs, target names, or
commands that start a server, so that both are built and measured in the same
job, the only honest way on shared machines. In a command {port} stands for a
free port, which is also $PORT.

  0  no regression beyond the limits
  3  regression
  4  inconclusive: not enough data (see --inconclusive)
  5  invalid: the machine decided the numbers
  6  an objective was missed

A missing, empty or unreadable input is never a pass. When $GITHUB_STEP_SUMMARY
is set, the report is added to it as markdown.`

const gateExample = `  mlbench gate --base http://127.0.0.1:5000 --head http://127.0.0.1:8000
  mlbench gate --base './old/server --port {port}' --head './new/server --port {port}' --ready /health
  mlbench gate --base main=http://127.0.0.1:5000 --head http://127.0.0.1:8000 --max-regression p50=3% --export junit=gate.xml
  mlbench gate --baseline mlbench-results/main.jsonl --result mlbench-results/head.jsonl
  mlbench gate --result mlbench-results/run.jsonl --objective 'p99<50ms' --objective 'errors<0.1%'`

type gateOptions struct {
	compareOptions
	base, head   string
	baselines    []string
	resultFiles  []string
	objectives   []string
	inconclusive string
	ready        string
}

func newGateCmd(s streams) *cobra.Command {
	o := &gateOptions{}
	o.streams, o.extend = s, true
	cmd := &cobra.Command{
		Use:     "gate",
		Short:   "Judge a change in CI, by exit code",
		Long:    gateLong,
		Example: gateExample,
		Args:    checkArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return gate(cmd.Context(), o) },
	}
	o.load.register(cmd)
	o.out.register(cmd)
	o.compareOptions.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.base, "base", "", "the revision before: `URL|NAME|COMMAND`")
	f.StringVar(&o.head, "head", "", "the revision after: `URL|NAME|COMMAND`")
	f.StringArrayVar(&o.baselines, "baseline", nil, "saved run of the revision before, as `FILE` (repeatable)")
	f.StringArrayVar(&o.resultFiles, "result", nil, "saved run of the revision after, as `FILE` (repeatable), or a saved comparison alone")
	f.StringArrayVar(&o.objectives, "objective", nil, "limit on --result alone, as `'p99<50ms'` (repeatable)")
	f.StringVar(&o.inconclusive, "inconclusive", "exit4", "what an inconclusive verdict is: fail (exit 3), pass (exit 0) or exit4")
	f.StringVar(&o.ready, "ready", "", "`PATH` that answers 200 to 399 once a started server is ready (default: any answer will do)")
	return cmd
}

func gate(ctx context.Context, o *gateOptions) error {
	if err := o.compareOptions.validate(); err != nil {
		return err
	}
	switch o.inconclusive {
	case "fail", "pass", "exit4":
	default:
		return usageErrorf("--inconclusive %q: want fail, pass or exit4", o.inconclusive)
	}
	live, saved := o.base != "" || o.head != "", len(o.baselines)+len(o.resultFiles) > 0
	switch {
	case live && saved:
		return usageErrorf("--base and --head measure, --baseline and --result read: give one kind")
	case live && (o.base == "" || o.head == ""):
		return usageErrorf("a comparison needs both --base and --head")
	case live:
		return o.live(ctx)
	case len(o.resultFiles) == 0:
		return usageErrorf("what is to be judged? give --base and --head, or --result")
	}
	return o.saved()
}

// live measures both revisions.
func (o *gateOptions) live(ctx context.Context) error {
	if len(o.objectives) > 0 {
		return usageErrorf("--objective is for --result; a comparison has --max-regression")
	}
	sc, err := o.load.scenario(o.scenario)
	if err != nil {
		return err
	}
	for _, arm := range []struct {
		ref   string
		label string
		into  *string
	}{{o.base, "base", &o.a}, {o.head, "head", &o.b}} {
		p, ref, err := o.start(ctx, arm.label, arm.ref)
		if err != nil {
			return err
		}
		if p != nil {
			defer p.Stop()
		}
		*arm.into = ref
	}
	c, interrupted, err := o.compareTargets(ctx, sc)
	if err != nil {
		return err
	}
	if err := o.publish(c); err != nil {
		return err
	}
	if interrupted {
		return &exitError{code: exitInterrupted}
	}
	return o.exit(c.Verdict)
}

// start starts a server if ref is a command, and returns the reference of the
// target.
func (o *gateOptions) start(ctx context.Context, label, ref string) (*targets.Process, string, error) {
	if !isCommand(ref) {
		return nil, ref, nil
	}
	if !o.out.quiet {
		fmt.Fprintf(o.err, "starting %s: %s\n", label, ref)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	p, err := targets.StartShell(ctx, ref, o.ready, targets.Command{})
	if err != nil {
		return nil, "", fmt.Errorf("start %s: %w", label, err)
	}
	return p, label + "=" + p.URL().String(), nil
}

// startTimeout is for servers that load a large model.
const startTimeout = 3 * time.Minute

// isCommand tells a command from a URL or name: it has blanks, or is a program.
func isCommand(ref string) bool {
	if strings.ContainsAny(ref, " \t") {
		return true
	}
	if !strings.Contains(ref, "/") || strings.Contains(ref, "://") {
		return false
	}
	_, err := exec.LookPath(ref)
	return err == nil
}

// saved judges result files.
func (o *gateOptions) saved() error {
	head, err := readResults(o.streams, o.resultFiles)
	if err != nil {
		return err
	}
	if len(o.baselines) == 0 {
		return o.single(head)
	}
	if len(o.objectives) > 0 {
		return usageErrorf("--objective is for --result alone; with --baseline give --max-regression")
	}
	base, err := readResults(o.streams, o.baselines)
	if err != nil {
		return err
	}
	c, err := results.CompareFiles(base, head, results.CompareOptions{Percentiles: o.out.quantiles, Limits: &o.limits, Strict: o.strict})
	if err != nil {
		return usageErrorf("%w", err)
	}
	if err := o.publish(c); err != nil {
		return err
	}
	return o.exit(c.Verdict)
}

// single judges one file: a comparison by its verdict, a run by objectives.
func (o *gateOptions) single(files []*results.File) error {
	if len(files) != 1 {
		return usageErrorf("%d result files and no --baseline: want one file, or runs to compare it with", len(files))
	}
	f := files[0]
	if len(f.Arms()) == 2 {
		opt := results.CompareOptions{Percentiles: o.out.quantiles, Strict: o.strict}
		if o.maximum != "" {
			opt.Limits = &o.limits
		}
		c := results.Compare(f, opt)
		if err := o.publish(c); err != nil {
			return err
		}
		return o.exit(c.Verdict)
	}
	objectives, err := parseObjectives(o.objectives)
	if err != nil {
		return err
	}
	if len(objectives) == 0 {
		return usageErrorf("nothing to judge %s by: give --objective, or --baseline", f.Path)
	}
	sum := results.Summarize(f, results.ArmA, o.out.quantiles)
	held, err := sum.JudgeAll(objectives)
	if err != nil {
		return usageErrorf("%w", err)
	}
	if err := errors.Join(o.out.run(o.streams, sum), stepSummary(func(f *os.File) error {
		return report.Run(f, report.Markdown, sum, report.Options{})
	})); err != nil {
		return err
	}
	switch {
	case !sum.Valid:
		return &exitError{code: exitInvalid}
	case !held:
		return &exitError{code: exitObjective}
	case !f.Complete():
		return &exitError{code: exitFailure, err: fmt.Errorf("%s is of a measurement that did not come to its end: no pass", f.Path)}
	}
	return nil
}

// publish shows the comparison on stdout, in exports, and to GitHub.
func (o *gateOptions) publish(c *results.Comparison) error {
	return errors.Join(o.out.comparison(o.streams, c), stepSummary(func(f *os.File) error {
		return report.Comparison(f, report.Markdown, c, report.Options{})
	}))
}

// stepSummary adds to the file that GitHub Actions shows with a job.
func stepSummary(write func(*os.File) error) error {
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("step summary: %w", err)
	}
	return errors.Join(write(f), f.Close())
}

// exit is the verdict's exit code, with what the caller wants of an
// inconclusive one.
func (o *gateOptions) exit(v results.Verdict) error {
	if v == results.VerdictInconclusive {
		switch o.inconclusive {
		case "fail":
			return &exitError{code: exitRegression}
		case "pass":
			return nil
		}
	}
	return verdictExit(v)
}
