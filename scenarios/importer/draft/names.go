package draft

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strings"
)

var (
	notOfNames  = regexp.MustCompile(`[^A-Za-z0-9_]+`)
	versionForm = regexp.MustCompile(`^v[0-9]+$`)
)

// liftWeights raises shares that are too small to be sent: a scenario's are at
// least 1 in 10000, and those of many may have to be lifted.
func (d *Scenario) liftWeights() {
	const least = 5_000
	sum := 0.0
	for _, r := range d.Requests {
		sum += r.Weight
	}
	for i := range d.Requests {
		if r := &d.Requests[i]; r.Weight*10_000 <= sum {
			r.About = append(r.About, fmt.Sprintf("The weight was %v, less than a scenario can have.", r.Weight))
			r.Weight = math.Ceil(sum/least*1e6) / 1e6
		}
	}
}

// NameRequests calls requests by their paths: /v1/models/{name} is models-name.
// Where that is not enough to tell them apart, the method and a number help.
func NameRequests(all []Request, most int) { nameAmong(all, most, map[string]bool{"total": true}) }

func nameAmong(all []Request, most int, taken map[string]bool) {
	numbered := map[string]int{} // how far the numbers of each name are taken
	for i := range all {
		r, most := &all[i], most
		switch {
		case r.None:
			continue
		case r.Choose != nil:
			nameAmong(r.Choose, most, taken)
			continue
		case len(r.Steps) > 0:
			most = min(most, MaxJourneyName)
		}
		base := Clipped(cmp.Or(r.Name, PathName(r.Path)), most)
		name := base
		if taken[name] {
			name = Clipped(strings.ToLower(notOfNames.ReplaceAllString(r.Method, ""))+"-"+base, most)
			name = strings.Trim(name, "-")
		}
		for n := max(2, numbered[base]); taken[name]; n++ {
			numbered[base] = n
			suffix := fmt.Sprintf("-%d", n)
			name = base[:min(len(base), most-len(suffix))] + suffix
		}
		taken[name] = true
		r.Name = name
	}
}

const (
	MaxName        = 48 // of 64 that are allowed: tables want to be read
	MaxJourneyName = 24 // steps have the name of their journey before theirs
	maxStepName    = 32 // total may come behind it
)

// PathName is what a request to the path is called.
func PathName(path string) string {
	path, _, _ = strings.Cut(path, "?")
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part = WordOf(part); part != "" {
			parts = append(parts, part)
		}
	}
	for len(parts) > 1 && (versionForm.MatchString(parts[0]) || parts[0] == "api") {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return "root"
	}
	return ClipName(strings.Join(parts, "-"))
}

// ClipName is a name of a request, not too long for tables.
func ClipName(name string) string { return Clipped(name, MaxName) }

// Clipped is the beginning of a name.
func Clipped(name string, most int) string {
	return strings.TrimRight(name[:min(len(name), most)], "-_")
}

// Count is "1 request", "2 requests".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Shortened is a text of the source in a sentence.
func Shortened(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// WordOf is a text as names of requests have it: letters, digits, - and _.
func WordOf(s string) string { return strings.Trim(notOfNames.ReplaceAllString(s, "-"), "-_") }

// Identifier is a name as variables and captures have it.
func Identifier(name string) string {
	name = strings.Trim(notOfNames.ReplaceAllString(name, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "v_" + name
	}
	return name[:min(len(name), MaxName)]
}
