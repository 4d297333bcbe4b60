package summary

import (
	"fmt"
	"time"

	"github.com/mlbench/mlbench/results"
)

// Origin is what a measurement came from: the header's facts that every report
// needs, so that a table without its file still says when, where, of which
// revision and under which load it was measured.
type Origin struct {
	Start   time.Time       `json:"start"`
	Version string          `json:"version"` // of mlbench
	Source  *results.Source `json:"source,omitempty"`
	Host    results.Host    `json:"host"`
	Planned loadFacts       `json:"load"`
}

// loadFacts is the load that was asked for. What does not belong to its model is
// absent. Durations are in seconds, rates per second.
type loadFacts struct {
	Text        string        `json:"text"` // in words
	Model       results.Model `json:"model"`
	Arrivals    string        `json:"arrivals,omitempty"`
	RateRPS     float64       `json:"rate_rps,omitempty"` // mean
	Shape       string        `json:"shape,omitempty"`    // a rate over time, as written
	Connections int           `json:"connections,omitempty"`
	Think       string        `json:"think,omitempty"`   // as written
	Clients     string        `json:"clients,omitempty"` // over time, as written
	Pacing      string        `json:"pacing,omitempty"`  // as written
	SpawnRPS    float64       `json:"spawn_rate_rps,omitempty"`
	Transport   string        `json:"transport,omitempty"` // "" and "lean": the engine's own HTTP/1.1
	TimeoutS    float64       `json:"timeout_s"`
	WarmupS     float64       `json:"warmup_s"`
	BudgetS     float64       `json:"budget_s,omitempty"` // of a comparison
}

// OriginOf is what reports show of a header.
func OriginOf(h *results.Header) Origin {
	return Origin{
		Start: h.Start, Version: h.Tool, Source: h.Source, Host: h.Host,
		Planned: loadFacts{
			Text: loadText(h), Model: h.Model, Arrivals: h.Arrivals, RateRPS: h.RateRPS, Shape: h.Shape,
			Connections: h.Connections, Think: h.Think, Clients: h.Clients, Pacing: h.Pacing, SpawnRPS: h.SpawnRPS, Transport: h.Transport,
			TimeoutS: h.TimeoutS, WarmupS: h.WarmupS, BudgetS: h.BudgetS,
		},
	}
}

// loadText is the load in words.
func loadText(h *results.Header) string {
	text := h.LoadModel()
	if h.Model == results.Closed && h.Think != "" {
		text += ", think time " + h.Think
	}
	if h.Model == results.Closed && h.Pacing != "" {
		text += ", pacing " + h.Pacing
	}
	if h.Model == results.Closed && h.SpawnRPS > 0 {
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
