package doctor

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/results"
)

// Grades of findings, for measuring.
const (
	good = "ok"
	fair = "note" // good to know; measuring works
	poor = "BAD"  // measurements suffer
)

func found(topic, grade, says, change string) report.Finding {
	return report.Finding{Topic: topic, Grade: grade, Says: says, Change: change}
}

// noiseClass says how much else happens on this machine.
type noiseClass string

const (
	quiet   noiseClass = "quiet"
	typical noiseClass = "typical" // of a hosted virtual machine
	hostile noiseClass = "hostile"
)

// diagnose draws conclusions from the facts.
func diagnose(f *facts) *report.Doctor {
	class, why := f.Noise.class()
	r := &report.Doctor{Schema: "mlbench.doctor/1", Noise: string(class), Facts: *f}
	r.Findings = []report.Finding{
		f.cores(), f.frequency(), f.clock(), f.wakeUp(), f.noise(class, why),
		f.floor(), f.ceiling(), f.files(), f.ports(),
	}
	r.Verdict = f.verdict(class)
	return r
}

func (f *facts) cores() report.Finding {
	name := f.Host.CPU
	if f.Virtual {
		name = strings.TrimPrefix(name+", a virtual machine", ", ")
	}
	says := fmt.Sprintf("%d cores (%s)", f.Host.Cores, name)
	limit := f.Host.CPULimit
	switch {
	case limit > 0 && limit < float64(f.Host.Cores):
		return found("cores", poor, fmt.Sprintf("%s, of which the container may use %.3g: when its share is spent it is stopped, which looks like a slow target", says, limit), "raise the container's CPU limit, or remove it")
	case f.Host.Cores < 2:
		return found("cores", poor, says+": generator and target take turns", "use a machine with two cores or more, or another one for the target")
	case f.Host.Cores < 4:
		return found("cores", fair, says+": enough for an open model at moderate rates; a target on this machine shares them, so the highest throughput is that of both", "for throughput use four cores or more, or another machine for the target")
	}
	return report.Finding{Topic: "cores", Grade: good, Says: says}
}

func (f *facts) frequency() report.Finding {
	switch f.Governor {
	case "":
		return report.Finding{Topic: "frequency", Grade: good, Says: "not visible from here"}
	case "performance":
		return report.Finding{Topic: "frequency", Grade: good, Says: "fixed (governor performance)"}
	}
	return found("frequency", fair, fmt.Sprintf("changes with the load (governor %s): a target at a low rate is served at a low frequency", f.Governor), "cpupower frequency-set -g performance")
}

func (f *facts) clock() report.Finding {
	says := fmt.Sprintf("reading it takes %.0f ns, it steps by %.0f ns", float64(f.ClockCostNS), float64(f.ClockStepNS))
	if f.ClockSource != "" {
		says = f.ClockSource + ", " + says
	}
	change := "use the clock source tsc (kernel parameter clocksource=tsc tsc=reliable), if the machine has a stable one"
	switch {
	case f.ClockCostNS > 1000 || f.ClockStepNS > 10_000:
		return found("clock", poor, says+": dear and coarse next to a latency", change)
	case f.ClockCostNS > 200:
		return found("clock", fair, says+": each request reads it several times", change)
	}
	return report.Finding{Topic: "clock", Grade: good, Says: says}
}

func (f *facts) wakeUp() report.Finding {
	says := fmt.Sprintf("requests of an open model start %s late (p50; p99 %s, worst %s); ordinary timers wake %s late (p99 %s)",
		msText(f.Pacer.P50), msText(f.Pacer.P99), msText(f.Pacer.Max), msText(f.Timer.P50), msText(f.Timer.P99))
	change := "end what else runs; give the generator cores of its own (taskset, or another machine)"
	switch {
	case !(f.Pacer.P99 <= 1):
		return found("wake-up", poor, says, change)
	case f.Pacer.P99 > .5:
		return found("wake-up", fair, says, change)
	}
	return report.Finding{Topic: "wake-up", Grade: good, Says: says}
}

// Limits between the classes of noise: quiet, typical and hostile hosts of the
// model with which the comparison was designed differ so in the spread of their
// speed and in the time they spend in bursts of slowness.
var noiseLimits = []struct {
	what             string
	value            func(*noiseFacts) results.Number
	typical, hostile results.Number
}{
	{"the same work took %.1f%% more or less", func(n *noiseFacts) results.Number { return n.SpreadPct }, 3, 10},
	{"%.1f%% of the probes took 1.3 times as long or longer", func(n *noiseFacts) results.Number { return n.DisturbedPct }, 1.5, 5},
	{"other processes used %.1f%% of the CPU", func(n *noiseFacts) results.Number { return n.OthersPct }, 5, 20},
	{"other guests took %.1f%% of the CPU (steal)", func(n *noiseFacts) results.Number { return n.StealPct }, .5, 2},
	{"tasks waited for a core %.1f%% of the time", func(n *noiseFacts) results.Number { return n.PressurePct }, 5, 20},
}

// class is the worst that any measure says, and what that measure says.
func (n *noiseFacts) class() (class noiseClass, why []string) {
	class = quiet
	for _, l := range noiseLimits {
		v, c := l.value(n), quiet
		switch {
		case v > l.hostile:
			c = hostile
		case v > l.typical:
			c = typical
		}
		if c == hostile && class != hostile || c == typical && class == quiet {
			class, why = c, nil
		}
		if c == class && c != quiet {
			why = append(why, fmt.Sprintf(l.what, float64(v)))
		}
	}
	return class, why
}

func (f *facts) noise(class noiseClass, why []string) report.Finding {
	n := &f.Noise
	says := fmt.Sprintf("%s: the same work took %.1f%% more or less, at worst %.1f times as long; steal %.1f%%, others' CPU %.1f%%",
		class, float64(n.SpreadPct), float64(n.Worst), float64(n.StealPct), float64(n.OthersPct))
	switch class {
	case hostile:
		return found("noise", poor, says, "end what else runs, or use another machine ("+strings.Join(why, "; ")+")")
	case typical:
		return found("noise", fair, says, "a dedicated machine would be better ("+strings.Join(why, "; ")+")")
	}
	return report.Finding{Topic: "noise", Grade: good, Says: says}
}

func (f *facts) floor() report.Finding {
	if f.Unmeasured != "" {
		return found("floor", poor, "not measured: "+f.Unmeasured, "see what else is BAD here, and repeat")
	}
	says := fmt.Sprintf("a server that does nothing seems to take %s (p50; p99 %s): latencies from here contain that much of this machine",
		msText(f.Floor.P50), msText(f.Floor.P99))
	switch {
	case !(f.Floor.P50 <= 1):
		return found("floor", poor, says, "end what else runs, or use a faster machine")
	case f.Floor.P50 > .5:
		return found("floor", fair, says, "end what else runs, or use a faster machine")
	}
	return report.Finding{Topic: "floor", Grade: good, Says: says}
}

func (f *facts) ceiling() report.Finding {
	if f.Unmeasured != "" {
		return found("ceiling", poor, "not measured", "see floor")
	}
	c := &f.Ceiling
	return report.Finding{Topic: "ceiling", Grade: good, Says: fmt.Sprintf(
		"%.0f requests/s with %d connections to such a server on this machine, %.1f µs of CPU each for mlbench (%.0f%% of all cores)",
		float64(c.RPS), ceilingConns, float64(c.CPUPerReqUS), float64(c.GeneratorPct))}
}

func (f *facts) files() report.Finding {
	if f.OpenFiles == 0 {
		return report.Finding{Topic: "files", Grade: good, Says: "limit of open files not known"}
	}
	const spare = 64 // files that are no connections, with room
	connections := uint64(0)
	if f.OpenFiles > spare {
		connections = f.OpenFiles - spare
	}
	if f.OpenFiles > math.MaxInt32 {
		return report.Finding{Topic: "files", Grade: good, Says: "no limit of open files"}
	}
	says := fmt.Sprintf("%d open files: about %d connections at once", f.OpenFiles, connections)
	switch {
	case connections < 1000:
		return found("files", poor, says, "ulimit -n 65536, or LimitNOFILE= of the service")
	case connections < 10_000:
		return found("files", fair, says, "for more: ulimit -n 65536, or LimitNOFILE= of the service")
	}
	return report.Finding{Topic: "files", Grade: good, Says: says}
}

func (f *facts) ports() report.Finding {
	if f.Ports == 0 {
		return report.Finding{Topic: "ports", Grade: good, Says: "range of local ports not known"}
	}
	says := fmt.Sprintf("%d local ports, %d in TIME_WAIT: up to %.0f new connections/s to one destination for long; with kept connections there is no such limit",
		f.Ports, f.TimeWait, float64(f.Connects))
	wider := `sysctl net.ipv4.ip_local_port_range="1024 65535", or net.ipv4.tcp_tw_reuse=1`
	switch {
	case f.TimeWait > f.Ports/2:
		return found("ports", poor, says, "wait a minute until the ports are free again; keep connections alive")
	case f.ReusePorts:
		says += " (the system reuses ports early: more is possible)"
	case f.Ports < 20_000:
		return found("ports", fair, says, wider)
	}
	return report.Finding{Topic: "ports", Grade: good, Says: says}
}

const (
	comparisonPairs = 48 // of a comparison of one minute
	floorFactor     = 3  // a target must take so many times the floor
)

// resolutionPct is the difference of medians that a comparison of one minute
// can just tell from none: half of a 95% interval.
func (f *facts) resolutionPct() float64 {
	return 100 * math.Expm1(1.96*float64(f.Floor.PairSD)/math.Sqrt(comparisonPairs))
}

func (f *facts) verdict(class noiseClass) []string {
	var out []string
	bad := slices.DeleteFunc([]report.Finding{f.cores(), f.clock(), f.wakeUp(), f.files(), f.ports(), f.floor()}, func(x report.Finding) bool { return x.Grade != poor })
	switch {
	case class == hostile:
		out = append(out, "This machine is hostile to measurements now: trust differences only from interleaved comparisons (mlbench compare), give them more time (--budget 3m), and never compare two separate runs.")
	case len(bad) > 0:
		out = append(out, fmt.Sprintf("This machine needs a change before its numbers are good (%s, above).", bad[0].Topic))
	case class == typical:
		out = append(out, "This machine is as noisy as hosted machines usually are: trust differences from interleaved comparisons (mlbench compare), not from two separate runs.")
	default:
		out = append(out, "This machine is quiet: good for measuring.")
	}
	if f.Unmeasured != "" {
		return append(out, "What differences can be trusted was not measured.")
	}
	return append(out,
		fmt.Sprintf("Differences: two equal targets would differ by about %.1f%% (p50) by chance in a comparison of one minute; what is smaller is noise.", f.resolutionPct()),
		fmt.Sprintf("Fast targets: judge none whose p50 is below %s, %d times the floor: too much of it would be this machine.", msText(floorFactor*f.Floor.P50), floorFactor))
}

// msText is a time in milliseconds for people.
func msText(ms results.Number) string {
	switch v := float64(ms); {
	case math.IsNaN(v):
		return "unknown"
	case v < .1:
		return fmt.Sprintf("%.0f µs", v*1e3)
	case v < 10:
		return fmt.Sprintf("%.2f ms", v)
	default:
		return fmt.Sprintf("%.0f ms", v)
	}
}
