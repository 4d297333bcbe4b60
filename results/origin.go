package results

import (
	"cmp"
	"fmt"
	"time"
)

// Origin is what a measurement came from: the header's facts that every report
// needs, so that a table without its file still says when, where, of which
// revision and under which load it was measured.
type Origin struct {
	Start   time.Time `json:"start"`
	Version string    `json:"version"` // of mlbench
	Source  *Source   `json:"source,omitempty"`
	Host    Host      `json:"host"`
	Planned loadFacts `json:"load"`
}

// Source is the revision of the folder in which mlbench ran, as git or the CI
// system tells it.
type Source struct {
	Commit string `json:"commit"`           // full hash
	Branch string `json:"branch,omitempty"` // "" where no branch is checked out
	Dirty  bool   `json:"dirty,omitempty"`  // tracked files differ from the commit
}

// String is the revision as reports show it: "1a2b3c4d5e6f on main, with changes".
func (s *Source) String() string {
	if s == nil {
		return ""
	}
	text := s.Short()
	if s.Branch != "" {
		text += " on " + s.Branch
	}
	if s.Dirty {
		text += ", with changes"
	}
	return text
}

// Short is the commit's first twelve digits; "" where none is known.
func (s *Source) Short() string {
	if s == nil {
		return ""
	}
	return s.Commit[:min(12, len(s.Commit))]
}

// loadFacts is the load that was asked for. What does not belong to its model is
// absent. Durations are in seconds, rates per second.
type loadFacts struct {
	Text        string  `json:"text"` // in words
	Model       Model   `json:"model"`
	Arrivals    string  `json:"arrivals,omitempty"`
	RateRPS     float64 `json:"rate_rps,omitempty"` // mean
	Shape       string  `json:"shape,omitempty"`    // a rate over time, as written
	Connections int     `json:"connections,omitempty"`
	Think       string  `json:"think,omitempty"` // as written
	SpawnRPS    float64 `json:"spawn_rate_rps,omitempty"`
	Transport   string  `json:"transport,omitempty"` // "" and "lean": the engine's own HTTP/1.1
	TimeoutS    float64 `json:"timeout_s"`
	WarmupS     float64 `json:"warmup_s"`
	BudgetS     float64 `json:"budget_s,omitempty"` // of a comparison
}

// origin is what reports show of a header.
func (h *Header) Origin() Origin {
	return Origin{
		Start: h.Start, Version: h.Tool, Source: h.Source, Host: h.Host,
		Planned: loadFacts{
			Text: h.load(), Model: h.Model, Arrivals: h.Arrivals, RateRPS: h.RateRPS, Shape: h.Shape,
			Connections: h.Connections, Think: h.Think, SpawnRPS: h.SpawnRPS, Transport: h.Transport,
			TimeoutS: h.TimeoutS, WarmupS: h.WarmupS, BudgetS: h.BudgetS,
		},
	}
}

// Label is the scenario as people name it.
func (s *Scenario) Label() string { return cmp.Or(s.Title, s.Name) }

// target is an arm's target as reports show it.
func (h *Header) Target(arm string) TargetName {
	for _, t := range h.Targets {
		if t.Arm == arm {
			return TargetName{Name: t.Name, URL: t.URL, Command: t.Command}
		}
	}
	return TargetName{}
}

// load is the load in words.
func (h *Header) load() string {
	text := h.LoadModel()
	if h.Model == Closed && h.Think != "" {
		text += ", think time " + h.Think
	}
	if h.Model == Closed && h.SpawnRPS > 0 {
		text += fmt.Sprintf(", started at %.4g/s", h.SpawnRPS)
	}
	if h.Transport != "" && h.Transport != ownTransport {
		text += " over " + h.Transport
	}
	if h.WarmupS > 0 {
		text += fmt.Sprintf(" after %.3g s of warm-up", h.WarmupS)
	}
	return text
}

// ownTransport is the default, which goes without saying.
const ownTransport = "lean"

func (h *Header) LoadModel() string {
	switch {
	case h.Model == Open && h.Shape != "":
		return fmt.Sprintf("open model, %s arrivals, %s", h.Arrivals, h.Shape)
	case h.Model == Open && h.RateRPS > 0:
		return fmt.Sprintf("open model, %s arrivals at %.4g/s", h.Arrivals, h.RateRPS)
	case h.Model == Closed && h.Connections == 1:
		return "closed model, 1 connection"
	case h.Model == Closed && h.Connections > 1:
		return fmt.Sprintf("closed model, %d connections", h.Connections)
	}
	return string(h.Model) + " model"
}
