package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
)

// order is what a page asks for. Empty texts are the scenario's, or the command's.
type order struct {
	Kind     string   `json:"kind"` // run, compare, verify, selftest
	Scenario string   `json:"scenario"`
	Targets  []string `json:"targets"` // one, or baseline and candidate
	Users    string   `json:"users"`   // closed model
	Rate     string   `json:"rate"`    // open model: "200/s"
	Duration string   `json:"duration"`
	Warmup   string   `json:"warmup"`
	Budget   string   `json:"budget"`         // of a comparison
	Limits   string   `json:"max_regression"` // of a comparison
	Tags     []string `json:"tags"`           // NAME=VALUE
}

// Kinds of jobs.
const (
	kindRun      = "run"
	kindCompare  = "compare"
	kindVerify   = "verify"
	kindSelftest = "selftest"
)

// measures says that a kind leaves a result file.
func measures(kind string) bool { return kind == kindRun || kind == kindCompare }

// longest bounds what is measured at a time.
const longest = 24 * time.Hour

const mostUsers = 100_000

// made is an order that can be started.
type made struct {
	args    []string // of the command line, without the output file
	title   string
	planned time.Duration // 0: not known
}

// command makes a command line of the order.
// Each value was read as what it is to be, and is written anew; what cannot be measured is
// refused with all its mistakes, before anything is started.
func (s *server) command(o *order) (*made, error) {
	if o.Kind == kindSelftest {
		return &made{args: []string{kindSelftest, "--quiet"}, title: "self-test"}, nil
	}
	want, names := 2, []string{}
	if o.Kind == kindRun {
		want = 1
	}
	if !slices.Contains([]string{kindRun, kindCompare, kindVerify}, o.Kind) {
		return nil, refusef(http.StatusBadRequest, "%.40q is nothing that can be started", o.Kind)
	}
	if len(o.Targets) != want {
		return nil, refusef(http.StatusUnprocessableEntity, "%s wants %d target(s), found %d", o.Kind, want, len(o.Targets))
	}
	var refs []string
	for _, ref := range o.Targets {
		arg, err := s.target(strings.TrimSpace(ref))
		if err != nil {
			return nil, err
		}
		refs = append(refs, arg)
		names = append(names, nameOf(ref))
	}
	scenario, err := s.scenario(o.Scenario)
	if err != nil {
		return nil, err
	}
	m := &made{title: o.Scenario + ": " + strings.Join(names, " and ")}
	if o.Kind == kindVerify {
		m.args = append([]string{kindVerify, "--quiet", "--scenario=" + scenario, "--"}, refs...)
		return m, nil
	}
	flags, spec, err := s.load(o)
	if err != nil {
		return nil, err
	}
	spec.Scenario = scenario
	opened, err := session.Open(*spec, nil) // which has nothing to tell
	if err != nil {
		return nil, refusef(http.StatusUnprocessableEntity, "%v", err)
	}
	if o.Kind == kindCompare {
		m.planned = spec.Budget
		m.args = slices.Concat([]string{kindCompare, "--scenario=" + scenario}, flags, []string{"--"}, refs)
		return m, nil
	}
	if l, err := opened.Scenario.Overridden(spec.Load); err == nil && l.Requests == 0 {
		m.planned = time.Duration(l.Duration) + opened.Warmup()
	}
	m.args = slices.Concat([]string{kindRun, "--target=" + refs[0]}, flags, []string{"--", scenario})
	return m, nil
}

// nameOf is a target as the page calls it.
func nameOf(ref string) string {
	ref = strings.TrimPrefix(ref, startedHere)
	if _, rest, ok := strings.Cut(ref, "://"); ok {
		return strings.TrimSuffix(rest, "/")
	}
	return ref
}

// scenario finds what the page calls so: nothing outside of the folder.
func (s *server) scenario(name string) (string, error) {
	if slices.Contains(scenarios.Names(), name) {
		return name, nil
	}
	for _, c := range s.scenarioChoices() {
		if c.Name == name && c.File && c.Error == "" {
			return s.scenarioFile(name), nil
		}
	}
	return "", refusef(http.StatusUnprocessableEntity, "there is no scenario %.80q, shipped or in %s: choose one of the list", name, s.Scenarios)
}

// load reads the numbers of an order.
func (s *server) load(o *order) (flags []string, spec *session.Spec, err error) {
	spec = &session.Spec{Command: o.Kind, Seed: 1}
	spec.Env = s.Env
	add := func(name, value string) { flags = append(flags, "--"+name+"="+value) }
	if o.Users != "" && o.Rate != "" {
		return nil, nil, refusef(http.StatusUnprocessableEntity, "users and a rate exclude each other: leave one empty")
	}
	if o.Users != "" {
		n, err := strconv.Atoi(o.Users)
		if err != nil || n < 1 || n > mostUsers {
			return nil, nil, refusef(http.StatusUnprocessableEntity, "users: found %.40q, want a whole number from 1 to %d", o.Users, mostUsers)
		}
		_ = spec.Load.Connections.Set(strconv.Itoa(n))
		add("connections", strconv.Itoa(n))
	}
	if o.Rate != "" {
		var rate scenarios.Rate
		if err := rate.Set(o.Rate); err != nil {
			return nil, nil, refusef(http.StatusUnprocessableEntity, "rate: %v", err)
		}
		spec.Load.Rate, spec.Load.Model = float64(rate), results.Open
		add("rate", rate.String())
	}
	var warmup time.Duration
	for _, t := range []struct {
		name, text string
		into       *time.Duration
		of         string
	}{
		{"duration", o.Duration, &spec.Load.Duration, kindRun},
		{"budget", o.Budget, &spec.Budget, kindCompare},
		{"warmup", o.Warmup, &warmup, ""},
	} {
		if t.text == "" || t.of != "" && t.of != o.Kind {
			continue
		}
		d, err := time.ParseDuration(t.text)
		if err != nil || d < 0 || d > longest || d == 0 && t.into != &warmup {
			return nil, nil, refusef(http.StatusUnprocessableEntity, "%s: found %.40q, want a length of time such as 30s or 5m, of 24h at most", t.name, t.text)
		}
		*t.into = d
		add(t.name, d.String())
	}
	if o.Warmup != "" {
		spec.Warmup = &warmup
	}
	if o.Kind == kindCompare {
		if spec.Budget == 0 {
			spec.Budget = 2 * time.Minute // the command's
		}
		if o.Limits != "" {
			spec.Limits = o.Limits
			add("max-regression", o.Limits)
		}
	}
	for _, tag := range o.Tags {
		name, value, err := scenarios.ParseTag(tag)
		if err != nil {
			return nil, nil, refusef(http.StatusUnprocessableEntity, "label: %v", err)
		}
		add("tag", name+"="+value)
	}
	return flags, spec, nil
}
