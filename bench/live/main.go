// Live measures what the live view costs, and whether it changes what is measured: runs
// on a pseudo-terminal with and without it, in pairs whose order is drawn, against
// 'mlbench serve reference'. It wants util-linux's script, and a machine with nothing
// else to do. See docs/performance.md.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

func main() {
	binary := flag.String("mlbench", "bin/mlbench", "the binary that is measured")
	pairs := flag.Int("pairs", 20, "pairs of runs")
	length := flag.Duration("length", 4*time.Second, "of a run")
	rate := flag.String("rate", "200/s", "of the load")
	flag.Parse()
	if err := measure(*binary, *pairs, *length, *rate); err != nil {
		fmt.Fprintln(os.Stderr, "bench/live:", err)
		os.Exit(1)
	}
}

// figures are those of a run: latencies in ms, CPU in percent of a core, and the CPU
// time of the whole process in seconds.
type figures struct{ p50, p99, cpu, process float64 }

func measure(binary string, pairs int, length time.Duration, rate string) error {
	dir, err := os.MkdirTemp("", "mlbench-live-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	url, stop, err := serve(binary)
	if err != nil {
		return err
	}
	defer stop()
	var with, without []figures
	for i := range pairs {
		order := []bool{true, false}
		rand.Shuffle(2, func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, view := range order {
			f, err := run(binary, url, filepath.Join(dir, fmt.Sprintf("%d-%t.jsonl", i, view)), length, rate, uint64(i+1), view)
			if err != nil {
				return err
			}
			if view {
				with = append(with, f)
			} else {
				without = append(without, f)
			}
		}
	}
	fmt.Printf("%d pairs of runs of %s at %s, %s\n\n", pairs, length, rate, time.Now().UTC().Format("2006-01-02 15:04 UTC"))
	fmt.Println("| figure | without | with | with ÷ without, 95% interval |\n| --- | ---: | ---: | ---: |")
	ratio("p50, ms", without, with, func(f figures) float64 { return f.p50 })
	ratio("p99, ms", without, with, func(f figures) float64 { return f.p99 })
	fmt.Println("\n| CPU | without | with | difference, 95% interval |\n| --- | ---: | ---: | ---: |")
	difference("of the generator while measuring, % of a core", without, with, func(f figures) float64 { return f.cpu })
	difference("of the process and its terminal, start to end, s", without, with, func(f figures) float64 { return f.process })
	return nil
}

// serve starts the reference server, which answers after a known time.
func serve(binary string) (url string, stop func(), err error) {
	cmd := exec.Command(binary, "serve", "reference", "--addr", "127.0.0.1:0")
	out, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "http://"); ok {
			return "http://" + strings.Fields(address)[0] + "/", stop, nil
		}
	}
	stop()
	return "", nil, fmt.Errorf("%s serve reference said no address", binary)
}

// run measures once, on a pseudo-terminal.
func run(binary, url, file string, length time.Duration, rate string, seed uint64, view bool) (f figures, err error) {
	line := fmt.Sprintf("%s run %s --rate %s --duration %s --warmup 1s --seed %d --output %s", binary, url, rate, length, seed, file)
	if !view {
		line += " --no-tui"
	}
	cmd := exec.Command("env", "-u", "CI", "-u", "NO_COLOR", "TERM=xterm-256color", "script", "-qefc", line, "/dev/null")
	_ = cmd.Run() // exit 5, invalid, is for the figures to tell
	r, err := results.ReadFile(file, nil)
	if err != nil {
		return f, err
	}
	sum := summary.Of(r, summary.Select{Arm: results.ArmA}, nil)
	latency := sum.Latency[results.ClockResponse]
	f.p50, f.p99 = latency.At(0.5), latency.At(0.99)
	var cpu, span float64
	for i := range r.Slices {
		if s := &r.Slices[i]; s.Phase == results.Measure && s.Telemetry != nil {
			cpu, span = cpu+s.Telemetry.CPUSeconds, span+s.TelemetrySpan(0)
		}
	}
	f.cpu = 100 * cpu / span
	f.process = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return f, nil
}

func ratio(name string, without, with []figures, of func(figures) float64) {
	var logs, a, b []float64
	for i := range with {
		a, b = append(a, of(without[i])), append(b, of(with[i]))
		logs = append(logs, math.Log(of(with[i])/of(without[i])))
	}
	m, half := interval(logs)
	fmt.Printf("| %s | %.3f | %.3f | %.3f (%.3f–%.3f) |\n", name, mean(a), mean(b), math.Exp(m), math.Exp(m-half), math.Exp(m+half))
}

func difference(name string, without, with []figures, of func(figures) float64) {
	var diffs, a, b []float64
	for i := range with {
		a, b = append(a, of(without[i])), append(b, of(with[i]))
		diffs = append(diffs, of(with[i])-of(without[i]))
	}
	m, half := interval(diffs)
	fmt.Printf("| %s | %.3f | %.3f | %+.3f (%+.3f to %+.3f) |\n", name, mean(a), mean(b), m, m-half, m+half)
}

func mean(v []float64) (sum float64) {
	for _, x := range v {
		sum += x / float64(len(v))
	}
	return sum
}

// interval is the mean, and half the width of its 95% interval: by Student's t, of which
// 2.1 is that of 20 pairs or so.
func interval(v []float64) (m, half float64) {
	m = mean(v)
	squares := 0.0
	for _, x := range v {
		squares += (x - m) * (x - m)
	}
	return m, 2.1 * math.Sqrt(squares/float64(len(v)-1)/float64(len(v)))
}
