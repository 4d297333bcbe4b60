package program

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/scenarios/example"
)

// executor is a scenario of k6.
func (k *k6) executor(l *k6Load, one example.Pairs) {
	number := func(name string, preset float64) float64 {
		v := one.Get(name)
		if at, ok := v.(envValue); ok && at.fallback != nil {
			if f, err := strconv.ParseFloat(*at.fallback, 64); err == nil {
				return f
			}
		}
		if f, ok := numberOf(v); ok && f >= 0 {
			return f
		}
		return preset
	}
	duration := func(name, preset string) string {
		if d, ok := k6Duration(one.Get(name)); ok && d != "0s" { // which no load lasts
			return d
		}
		return preset
	}
	unit := 1.0
	if d, ok := k6Duration(one.Get("timeUnit")); ok {
		if t, err := time.ParseDuration(d); err == nil && t > 0 {
			unit = t.Seconds()
		}
	}
	stages, _ := one.Get("stages").([]any)
	kind, _ := one.Get("executor").(string)
	switch kind {
	case "constant-vus":
		l.Lines = append(l.Lines, "connections: "+whole64(max(1, number("vus", 1))), "duration: "+duration("duration", "30s"))
	case "ramping-vus":
		k.users(l, number("startVUs", 1), true, stages)
	case "shared-iterations", "per-vu-iterations":
		vus, n := max(1, number("vus", 1)), max(1, number("iterations", 1))
		if kind == "per-vu-iterations" {
			n *= vus
		}
		l.Lines = append(l.Lines, "connections: "+whole64(vus), "requests: "+whole64(n)+" # journeys", "duration: "+duration("maxDuration", "10m"))
	case "constant-arrival-rate":
		l.open = true
		l.Lines = append(l.Lines, "rate: "+rateText(number("rate", 1), unit), "duration: "+duration("duration", "30s"))
	case "ramping-arrival-rate":
		l.open = true
		start := "0s:" + strconv.FormatFloat(math.Round(number("startRate", 0)/unit*1e3)/1e3, 'f', -1, 64)
		text, ok := k.stages([]string{start}, stages, unit)
		if !ok {
			l.About = append(l.About, "Its stages are not known.")
			l.Lines = append(l.Lines, "rate: 20/s", "duration: 30s")
			break
		}
		l.Lines = append(l.Lines, "shape: "+example.Scalar(text))
	default:
		l.About = append(l.About, fmt.Sprintf("The executor of %s is not taken over.", l.Name))
		l.Lines = append(l.Lines, "connections: 1", "duration: 30s")
	}
	if l.open {
		l.Lines = append(l.Lines, "arrivals: constant")
		if vus := number("maxVUs", number("preAllocatedVUs", 0)); vus >= 1 {
			l.Lines = append(l.Lines, "connections: "+whole64(vus)+" # most in flight, as VUs there")
		}
	}
	if at, ok := k6Duration(one.Get("startTime")); ok && at != "0s" {
		l.start = at
	}
}

// plain are the options vus, duration, iterations and stages.
func (k *k6) plain(l *k6Load, options example.Pairs) {
	vus, hasUsers := numberOf(options.Get("vus"))
	if !hasUsers || vus < 1 {
		vus = 1
	}
	if stages, ok := options.Get("stages").([]any); ok && len(stages) > 0 {
		k.users(l, vus, hasUsers, stages)
		return
	}
	l.Lines = append(l.Lines, "connections: "+whole64(vus))
	iterations, counted := numberOf(options.Get("iterations"))
	switch d, ok := k6Duration(options.Get("duration")); {
	case ok && d != "0s":
		l.Lines = append(l.Lines, "duration: "+d)
	case ok && !counted:
		l.Lines = append(l.Lines, "duration: 30s # the original's is 0")
	case !counted:
		l.Lines = append(l.Lines, "duration: 30s # the original does not say")
	}
	if counted && iterations >= 1 {
		l.Lines = append(l.Lines, "requests: "+whole64(iterations)+" # journeys")
	}
	if rps, ok := numberOf(options.Get("rps")); ok {
		l.About = append(l.About, fmt.Sprintf("rps: %s, at most so many requests per second, is not taken over.", whole64(rps)))
	}
}

// users are clients that come and go.
func (k *k6) users(l *k6Load, start float64, hasStart bool, stages []any) {
	var parts []string
	if hasStart && start > 0 {
		parts = []string{"0s:" + whole64(start)}
	}
	text, ok := k.stages(parts, stages, 1)
	switch {
	case !ok:
		l.About = append(l.About, "Its stages are not known.")
		l.Lines = append(l.Lines, "connections: "+whole64(max(1, start)), "duration: 30s")
	default:
		l.Lines = append(l.Lines, connectionsOver(text)...)
	}
}

// stages are numbers over time, divided by a unit of time.
func (k *k6) stages(parts []string, list []any, unit float64) (text string, ok bool) {
	most := 0.0
	for _, v := range list {
		stage, isObject := v.(example.Pairs)
		d, ok1 := k6Duration(stage.Get("duration"))
		target, ok2 := numberOf(stage.Get("target"))
		if !isObject || !ok1 || !ok2 || target < 0 || len(parts) > maxFlow {
			return "", false
		}
		target = math.Round(target/unit*1e3) / 1e3
		most = math.Max(most, target)
		parts = append(parts, d+":"+strconv.FormatFloat(target, 'f', -1, 64))
	}
	return "stages(" + strings.Join(parts, ", ") + ")", most > 0
}

// rateText is a rate of so many in a time of so many seconds.
func rateText(n, unit float64) string {
	if unit == 60 {
		return strconv.FormatFloat(n, 'f', -1, 64) + "/m"
	}
	return strconv.FormatFloat(math.Max(math.Round(n/unit*1e3)/1e3, 0.001), 'f', -1, 64) + "/s"
}

// connectionsOver are clients over time.
func connectionsOver(text string) []string {
	return []string{"connections: " + example.Scalar(text)}
}
