package doctor

import (
	"bytes"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/probe"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// goodFacts are of a machine with nothing to say against it.
func goodFacts() facts {
	return facts{
		Host:        results.Host{CPU: "Some CPU", Cores: 8},
		ClockSource: "tsc", ClockCostNS: 40, ClockStepNS: 20,
		Timer: wakeUps{.6, 1.2, 2}, Pacer: wakeUps{.01, .2, .4},
		Noise:     noiseFacts{Probes: 1000, SpreadPct: 1, DisturbedPct: .1, Worst: 1.5},
		Floor:     floorFacts{P50: .12, P99: .4, LagP99: .1, PairSD: .05},
		Ceiling:   ceilingFacts{RPS: 50_000, CPUPerReqUS: 7, GeneratorPct: 20},
		OpenFiles: 65536, Ports: 28232, Connects: 470.5,
	}
}

func TestFindings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*facts)
		topic  string
		grade  string
		says   string // part of it, or of the change
	}{
		{"one core", func(f *facts) { f.Host.Cores = 1 }, "cores", poor, "take turns"},
		{"two cores", func(f *facts) { f.Host.Cores, f.Virtual = 2, true }, "cores", fair, "2 cores (Some CPU, a virtual machine)"},
		{"container limit", func(f *facts) { f.Host.CPULimit = 1.5 }, "cores", poor, "may use 1.5"},
		{"no real limit", func(f *facts) { f.Host.CPULimit = 8 }, "cores", good, "8 cores"},
		{"powersave", func(f *facts) { f.Governor = "powersave" }, "frequency", fair, "cpupower"},
		{"performance", func(f *facts) { f.Governor = "performance" }, "frequency", good, "performance"},
		{"dear clock", func(f *facts) { f.ClockSource, f.ClockCostNS = "hpet", 1500 }, "clock", poor, "hpet"},
		{"coarse clock", func(f *facts) { f.ClockStepNS = 1e6 }, "clock", poor, "coarse"},
		{"slow clock", func(f *facts) { f.ClockCostNS = 300 }, "clock", fair, "clocksource=tsc"},
		{"late", func(f *facts) { f.Pacer.P99 = 1.5 }, "wake-up", poor, "1.50 ms"},
		{"a bit late", func(f *facts) { f.Pacer.P99 = .7 }, "wake-up", fair, "0.70 ms"},
		{"wake-up not measured", func(f *facts) { f.Pacer.P99 = results.Number(math.NaN()) }, "wake-up", poor, "unknown"},
		{"late timers alone", func(f *facts) { f.Timer.P99 = 15 }, "wake-up", good, "15 ms"},
		{"noisy", func(f *facts) { f.Noise.SpreadPct = 5 }, "noise", fair, "5.0% more or less"},
		{"steal", func(f *facts) { f.Noise.StealPct = 4 }, "noise", poor, "steal"},
		{"slow floor", func(f *facts) { f.Floor.P50 = 1.4 }, "floor", poor, "1.40 ms"},
		{"higher floor", func(f *facts) { f.Floor.P50 = .6 }, "floor", fair, "0.60 ms"},
		{"few files", func(f *facts) { f.OpenFiles = 256 }, "files", poor, "about 192 connections"},
		{"hardly any files", func(f *facts) { f.OpenFiles = 20 }, "files", poor, "about 0 connections"},
		{"some files", func(f *facts) { f.OpenFiles = 4096 }, "files", fair, "ulimit -n"},
		{"endless files", func(f *facts) { f.OpenFiles = math.MaxUint64 }, "files", good, "no limit"},
		{"unknown files", func(f *facts) { f.OpenFiles = 0 }, "files", good, "not known"},
		{"few ports", func(f *facts) { f.Ports = 5000 }, "ports", fair, "ip_local_port_range"},
		{"few ports, reused", func(f *facts) { f.Ports, f.ReusePorts = 5000, true }, "ports", good, "early"},
		{"ports used up", func(f *facts) { f.TimeWait = 20_000 }, "ports", poor, "wait a minute"},
		{"unknown ports", func(f *facts) { f.Ports = 0 }, "ports", good, "not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := goodFacts()
			tt.change(&f)
			for _, got := range diagnose(&f).Findings {
				if got.Topic != tt.topic {
					if got.Grade != good {
						t.Errorf("%s is %s: %s", got.Topic, got.Grade, got.Says)
					}
					continue
				}
				if got.Grade != tt.grade || !strings.Contains(got.Says+got.Change, tt.says) {
					t.Errorf("%+v, want %s and %q", got, tt.grade, tt.says)
				}
				if (got.Change == "") != (got.Grade == good) {
					t.Errorf("%s without a remedy, or ok with one: %+v", got.Grade, got)
				}
			}
		})
	}
}

func TestNoiseClass(t *testing.T) {
	for _, tt := range []struct {
		name string
		n    noiseFacts
		want noiseClass
		why  int // reasons
	}{
		{"quiet", noiseFacts{SpreadPct: 1.5, DisturbedPct: .5, StealPct: .2, OthersPct: 2, PressurePct: 3}, quiet, 0},
		{"spread", noiseFacts{SpreadPct: 7}, typical, 1},
		{"bursts", noiseFacts{DisturbedPct: 3}, typical, 1},
		{"spread and steal", noiseFacts{SpreadPct: 7, StealPct: 1}, typical, 2},
		{"another program", noiseFacts{SpreadPct: 2, OthersPct: 50}, hostile, 1},
		{"the worst counts", noiseFacts{SpreadPct: 7, StealPct: 9}, hostile, 1},
		{"everything", noiseFacts{SpreadPct: 20, DisturbedPct: 20, StealPct: 20, OthersPct: 50, PressurePct: 50}, hostile, 5},
	} {
		got, why := tt.n.class()
		if got != tt.want || len(why) != tt.why {
			t.Errorf("%s: %s %q, want %s for %d reasons", tt.name, got, why, tt.want, tt.why)
		}
	}
}

func TestDoctorVerdict(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*facts)
		want   string
	}{
		{"quiet", func(*facts) {}, "This machine is quiet"},
		{"typical", func(f *facts) { f.Noise.SpreadPct = 5 }, "This machine is as noisy as hosted machines"},
		{"hostile", func(f *facts) { f.Noise.StealPct = 5 }, "This machine is hostile"},
		{"hostile, and few files", func(f *facts) { f.Noise.StealPct, f.OpenFiles = 5, 100 }, "This machine is hostile"},
		{"no server", func(f *facts) { f.Unmeasured, f.TimeWait = "no port is free", 28_000 }, "This machine needs a change before its numbers are good (ports, above)"},
		{"few files", func(f *facts) { f.OpenFiles = 100 }, "This machine needs a change before its numbers are good (files, above)"},
	} {
		f := goodFacts()
		tt.change(&f)
		rep := diagnose(&f)
		if !strings.HasPrefix(rep.Verdict[0], tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, rep.Verdict[0], tt.want)
		}
		if _, err := json.Marshal(rep); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A spread of 5% between neighbours leaves 1.4% after 48 pairs; and below three
// times the floor nothing is judged.
func TestWhatDifferencesCanBeTrusted(t *testing.T) {
	f := goodFacts()
	rep := diagnose(&f)
	if !strings.Contains(rep.Verdict[1], "about 1.4%") || !strings.Contains(rep.Verdict[2], "below 0.36 ms") {
		t.Errorf("verdict %q", rep.Verdict)
	}
}

func TestUnmeasuredServer(t *testing.T) {
	f := facts{Host: results.Host{Cores: 8}, Unmeasured: "no port is free"}
	var b bytes.Buffer
	if err := diagnose(&f).Write(&b, report.Text, report.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"floor      BAD  not measured: no port is free", "ceiling    BAD  not measured", "What differences can be trusted was not measured."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("want %q in\n%s", want, &b)
		}
	}
}

func TestPairSD(t *testing.T) {
	up := math.Exp(.06745)
	for _, tt := range []struct {
		name string
		xs   []float64
		want float64
	}{
		{"equal", []float64{2, 2, 3, 3}, 0},
		{"ten percent", []float64{1, up, up, 1, 5, 5 * up}, .1},
		{"one wild pair", []float64{1, up, up, 1, 5, 5 * up, 1, 9, 2 * up, 2}, .1},
		{"even number", []float64{1, 1, 1, up * up}, .1},
		{"drift between pairs", []float64{1, up, 7, 7 * up, 30, 30 * up}, .1},
		{"none", nil, math.NaN()},
		{"half a pair", []float64{1}, math.NaN()},
	} {
		if got := pairSD(tt.xs); math.Abs(got-tt.want) > 1e-9 || math.IsNaN(got) != math.IsNaN(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// ourselves is mlbench as it is now.
func ourselves(t *testing.T) probe.Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mlbench")
	if out, err := exec.Command("go", "build", "-o", path, "../../mlbench").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return probe.Program{Path: path, Name: "mlbench"}
}

// The whole examination, shortened, on this machine: whatever it is like, all
// is measured, and can be said in both forms.
func TestExamine(t *testing.T) {
	short := spans{wakeUps: 40 * time.Millisecond, noise: 60 * time.Millisecond, slice: 20 * time.Millisecond, ceiling: 100 * time.Millisecond}
	f, err := examine(t.Context(), ourselves(t), short, cli.NewProgress(cli.Streams{Err: &bytes.Buffer{}}, true))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]results.Number{
		"clock cost": f.ClockCostNS, "clock step": f.ClockStepNS, "timer max": f.Timer.Max, "pacer max": f.Pacer.Max,
		"noise worst": f.Noise.Worst, "floor p50": f.Floor.P50, "floor p99": f.Floor.P99, "lag": f.Floor.LagP99,
		"ceiling": f.Ceiling.RPS,
	} {
		if !(v > 0) || math.IsInf(float64(v), 0) {
			t.Errorf("%s: %v", name, v)
		}
	}
	if math.IsNaN(float64(f.Floor.PairSD)) || f.Noise.Probes == 0 {
		t.Errorf("pair sd %v, %d probes", f.Floor.PairSD, f.Noise.Probes)
	}
	rep := diagnose(f)
	var text bytes.Buffer
	if err := rep.Write(&text, report.Text, report.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, finding := range rep.Findings {
		if !strings.Contains(text.String(), finding.Says) {
			t.Errorf("the text does not say %q:\n%s", finding.Says, &text)
		}
	}
	b, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema string `json:"schema"`
		Facts  struct {
			Floor map[string]float64 `json:"floor"`
		} `json:"facts"`
	}
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.Schema != "mlbench.doctor/1" || back.Facts.Floor["p50_ms"] <= 0 {
		t.Errorf("JSON: %s", b)
	}
}

func TestMSText(t *testing.T) {
	for ms, want := range map[results.Number]string{.0123: "12 µs", .5: "0.50 ms", 3.456: "3.46 ms", 42.4: "42 ms"} {
		if got := msText(ms); got != want {
			t.Errorf("%v: %q, want %q", ms, got, want)
		}
	}
}
