package results

import (
	"cmp"
	"fmt"
)

// Target is an arm's target as reports show it.
func (h *Header) Target(arm string) Target {
	for _, t := range h.Targets {
		if t.Arm == arm {
			t.Arm = ""
			return t
		}
	}
	return Target{}
}

// LoadModel is the load model in words, with its rate or connections.
func (h *Header) LoadModel() string {
	switch {
	case h.Model == Open && h.Shape != "":
		return fmt.Sprintf("open model, %s arrivals, %s", h.Arrivals, h.Shape)
	case h.Model == Open && h.RateRPS > 0:
		return fmt.Sprintf("open model, %s arrivals at %.4g/s", h.Arrivals, h.RateRPS)
	case h.Model == Closed && h.Clients != "":
		return "closed model, clients " + h.Clients
	case h.Model == Closed && h.Connections == 1:
		return "closed model, 1 connection"
	case h.Model == Closed && h.Connections > 1:
		return fmt.Sprintf("closed model, %d connections", h.Connections)
	}
	return string(h.Model) + " model"
}

// Label is the scenario as people name it.
func (s *Scenario) Label() string { return cmp.Or(s.Title, s.Name) }

// Source is the revision of the folder in which mlbench ran, as git or the CI
// system tells it.
type Source struct {
	Commit string `json:"commit"`           // full hash
	Branch string `json:"branch,omitempty"` // "" where no branch is checked out
	Dirty  bool   `json:"dirty,omitempty"`  // tracked files differ from the commit
	Run    string `json:"ci_run,omitempty"` // address of the CI run, without secrets; "": none, or not known
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

// UsableCores is how many the generator may use.
func (h *Host) UsableCores() float64 {
	cores := float64(h.Cores)
	for _, limit := range []float64{h.CPULimit, float64(h.GOMAXPROCS)} {
		if limit > 0 && limit < cores {
			cores = limit
		}
	}
	return cores
}
