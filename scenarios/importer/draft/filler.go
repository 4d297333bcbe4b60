package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/targets"
)

// Filler puts places for the variables of a source into its texts, and collects
// what is to be said about them.
type Filler struct {
	Scenario *Scenario
	Places   map[string]string // by what they are
	Spent    int               // bytes that were filled in
	Pending  []string          // sentences for the next request
	Said     map[string]bool
}

// NewFiller begins a scenario of a source, whose variables it fills in.
func NewFiller(raw []byte, about string) Filler {
	f := Filler{Scenario: &Scenario{About: []string{about}, counted: true}, Places: map[string]string{}, Said: map[string]bool{}}
	f.Scenario.Vault.Avoid(string(raw))
	return f
}

// Note keeps a sentence for the next request, or once for what has a key.
func (f *Filler) Note(key, text string) {
	if key != "" && f.Said[key] {
		return
	}
	f.Said[key] = true
	if len(f.Pending) < maxNotes && !slices.Contains(f.Pending, text) {
		f.Pending = append(f.Pending, text)
	}
}

// Sendable says whether a request may have the header.
func Sendable(name, value string) bool {
	return (targets.Field{Name: name, Value: value}).Validate() == nil && (value != "" || !strings.EqualFold(name, "host"))
}

// maxNotes bounds what is said in one place.
const maxNotes = 50

// TakeNotes are the sentences for the next request.
func (f *Filler) TakeNotes() []string {
	notes := f.Pending
	f.Pending = nil
	return notes
}

// Flat is a text as far as it is known: with the values that the plan gives.
func (f *Filler) Flat(s string) string {
	v := &f.Scenario.Vault
	return v.replace(s, func(i int) string {
		if value, ok := v.known(i); ok {
			return value
		}
		return v.Variables[i].Sample
	})
}

// Known is the one place of what key names.
func (f *Filler) Known(key string, v Variable) string {
	if at, ok := f.Places[key]; ok {
		return at
	}
	switch {
	case len(f.Places) >= maxPlaces:
		return "1"
	case v.Plain != nil && strings.Contains(*v.Plain, "${"): // which no variable may have
		return *v.Plain
	}
	if v.Made == nil && !v.Captured {
		v.Name = f.Scenario.Vault.Fresh(v.Name)
	}
	at := f.Scenario.Vault.Put(v)
	f.Places[key] = at
	return at
}

// Fresh is a name that no other variable has.
func (v *Vault) Fresh(name string) string {
	for base, n := name, 2; v.named(name) || slices.Contains(v.Names, name); n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	return name
}

// IntBetween is a whole number drawn from lo to hi.
func IntBetween(lo, hi int64) any {
	if lo == 0 {
		return example.Generated{Name: "$int", Args: example.Pairs{{Key: "max", Value: hi}}}
	}
	return example.Generated{Name: "$int", Args: example.Pairs{{Key: "min", Value: lo}, {Key: "max", Value: hi}}}
}

// maxPlaces is less than the variables that a scenario has.
const maxPlaces = 900
