package history

import (
	"time"

	"github.com/mlbench/mlbench/results"
)

// Schema names the JSON form of a list of Entries.
const Schema = "mlbench.results/1"

// Entry is a file in a list.
type Entry struct {
	File     string            `json:"file"`
	Start    *time.Time        `json:"start"` // null, as all of the header, where it cannot be read
	Kind     string            `json:"kind,omitempty"`
	Command  string            `json:"command,omitempty"`
	Scenario string            `json:"scenario,omitempty"`
	Targets  []string          `json:"targets,omitempty"` // names, A first
	Labels   map[string]string `json:"labels,omitempty"`
	Source   *results.Source   `json:"source,omitempty"`
	Ended    string            `json:"ended,omitempty"` // "": it was cut off
	Complete bool              `json:"complete"`
	// Figures are what it came to, if the file says so by itself: see results.Footer.
	Figures []results.Figure `json:"figures,omitempty"`
	Verdict string           `json:"verdict,omitempty"` // of a comparison, likewise
	Error   string           `json:"error,omitempty"`
}

// entryOf is what a list says of a file, which results.List has read.
func entryOf(f *results.File) Entry {
	h := &f.Header
	e := Entry{File: f.Path, Command: h.Command, Scenario: h.Scenario.Label(), Labels: h.Tags, Source: h.Source, Complete: f.Complete(), Error: f.Damage}
	if h.Schema != "" {
		e.Kind = kindOf(h)
	}
	if !h.Start.IsZero() {
		e.Start = &h.Start
	}
	for _, t := range h.Targets {
		e.Targets = append(e.Targets, t.Name)
	}
	if f.Footer != nil {
		e.Ended = string(f.Footer.Ended)
		e.Figures, e.Verdict = f.Footer.Figures, f.Footer.Verdict
	}
	return e
}

// Entries are those of several files.
func Entries(files []*results.File) []Entry {
	out := make([]Entry, 0, len(files))
	for _, f := range files {
		out = append(out, entryOf(f))
	}
	return out
}
