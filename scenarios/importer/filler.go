package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// filler puts places for the variables of a source into its texts, and collects
// what is to be said about them.
type filler struct {
	d       *draft
	places  map[string]string // by what they are
	spent   int               // bytes that were filled in
	pending []string          // sentences for the next request
	said    map[string]bool
}

func newFiller(raw []byte, about string) filler {
	f := filler{d: &draft{about: []string{about}, counted: true}, places: map[string]string{}, said: map[string]bool{}}
	f.d.vault.avoid(string(raw))
	return f
}

// note keeps a sentence for the next request, or once for what has a key.
func (f *filler) note(key, text string) {
	if key != "" && f.said[key] {
		return
	}
	f.said[key] = true
	if len(f.pending) < maxNotes && !slices.Contains(f.pending, text) {
		f.pending = append(f.pending, text)
	}
}

// sendable says whether a request may have the header.
func sendable(name, value string) bool {
	return (targets.Field{Name: name, Value: value}).Validate() == nil && (value != "" || !strings.EqualFold(name, "host"))
}

// maxNotes bounds what is said in one place.
const maxNotes = 50

func (f *filler) takeNotes() []string {
	notes := f.pending
	f.pending = nil
	return notes
}

// flat is a text as far as it is known: with the values that the plan gives.
func (f *filler) flat(s string) string {
	v := &f.d.vault
	return v.replace(s, func(i int) string {
		if value, ok := v.known(i); ok {
			return value
		}
		return v.variables[i].sample
	})
}

// known is the one place of what key names.
func (f *filler) known(key string, v shellVariable) string {
	if at, ok := f.places[key]; ok {
		return at
	}
	switch {
	case len(f.places) >= maxPlaces:
		return "1"
	case v.plain != nil && strings.Contains(*v.plain, "${"): // which no variable may have
		return *v.plain
	}
	if v.made == nil && !v.captured {
		v.name = f.d.vault.fresh(v.name)
	}
	at := f.d.vault.put(v)
	f.places[key] = at
	return at
}

// fresh is a name that no other variable has.
func (v *vault) fresh(name string) string {
	for base, n := name, 2; v.named(name) || slices.Contains(v.names, name); n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	return name
}

var notOfIdentifiers = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// identifier is a name as variables and captures have it.
func identifier(name string) string {
	name = strings.Trim(notOfIdentifiers.ReplaceAllString(name, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "v_" + name
	}
	return name[:min(len(name), maxName)]
}
