package history

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// folder has five results, a day apart, and all that is none.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i, r := range []struct {
		name, scenario string
		targets        []string
		labels         map[string]string
	}{
		{"a", "mix", []string{"modern"}, map[string]string{"team": "search"}},
		{"b", "mix", []string{"legacy"}, map[string]string{"team": "ads", "keep": "yes"}},
		{"c", "ping", []string{"modern"}, map[string]string{"keep": "no"}},
		{"d", "mix", []string{"legacy", "modern"}, map[string]string{"baseline": ""}},
		{"e", "mix", []string{"modern"}, nil},
	} {
		h := &results.Header{
			Command: "run", Scenario: results.Scenario{Name: r.scenario}, Tags: r.labels, Model: results.Closed, Connections: 1,
			Start: noon.Add(time.Duration(i) * day), Classes: []results.Class{{Name: "x", Share: 1}},
		}
		for j, name := range r.targets {
			h.Targets = append(h.Targets, results.Target{Arm: []string{results.ArmA, results.ArmB}[j], Name: name, URL: "http://h"})
		}
		w, err := results.Output{File: filepath.Join(dir, r.name+".jsonl")}.Create(h)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(results.Completed, ""); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"text.jsonl": "hello\n", "empty.jsonl": "", "future.jsonl": `{"type":"header","schema":"mlbench.result/9"}` + "\n", "notes.txt": "x", "esc\x1b[31m.jsonl": "x",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		os.Mkdir(filepath.Join(dir, "folder.jsonl"), 0o700), os.Symlink("a.jsonl", filepath.Join(dir, "link.jsonl")), os.Mkdir(filepath.Join(dir, "below"), 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func names(files []*results.File) string {
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimSuffix(filepath.Base(f.Path), ".jsonl"))
	}
	return strings.Join(out, " ")
}

func TestList(t *testing.T) {
	dir := folder(t)
	for want, f := range map[string]Filter{
		"e d c a link b": {},
		"e d a link b":   {Scenario: "mix"},
		"e d c a link":   {Target: "modern"},
		"d b":            {Target: "legacy"},
		"a link":         {Labels: map[string]string{"team": "search"}},
		"a link b":       {Labels: map[string]string{"team": ""}},
		"b":              {Labels: map[string]string{"team": "", "keep": "yes"}},
		"d":              {Kind: Comparison},
		"e c a link":     {Kind: Run, Target: "modern"},
		"e d":            {Since: noon.Add(3 * day)},
		"":               {Scenario: "soak"},
	} {
		files, unreadable, err := List(dir, f)
		got := strings.Fields(names(files))
		slices.Sort(got)
		sorted := strings.Fields(want)
		slices.Sort(sorted)
		if err != nil || !slices.Equal(got, sorted) {
			t.Errorf("%+v: %q, %v, want %q", f, got, err, sorted)
		}
		if len(unreadable) != 4 {
			t.Errorf("%+v: %q cannot be read, want 4", f, names(unreadable))
		}
	}
	files, _, _ := List(dir, Filter{})
	if got := names(files[:3]); got != "e d c" {
		t.Errorf("%q is not the newest first", got)
	}
	e := Entries(files)[1]
	if e.Kind != Comparison || !slices.Equal(e.Targets, []string{"legacy", "modern"}) || !e.Complete || !maps.Equal(e.Labels, map[string]string{"baseline": ""}) {
		t.Errorf("%+v", e)
	}
	if _, _, err := List(filepath.Join(dir, "nowhere"), Filter{}); err == nil {
		t.Error("a folder that is not there is listed")
	}
}

// Only result files that are in the folder, and are files, are removed: all that were
// named, or none.
func TestRemove(t *testing.T) {
	dir := folder(t)
	t.Chdir(filepath.Dir(dir))
	outside := filepath.Join(t.TempDir(), "outside.jsonl")
	b, err := os.ReadFile(filepath.Join(dir, "a.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(outside, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"none.jsonl": "not there", "text.jsonl": "no result file", "empty.jsonl": "no result file", "notes.txt": ".jsonl", "folder.jsonl": "no file of its own",
		"link.jsonl": "no file of its own", outside: "not in the folder", "../" + filepath.Base(dir) + "/../x.jsonl": "not in the folder", "..": "", ".": "", "": "",
		filepath.Join(dir, "below", "..", "..", "x.jsonl"): "not in the folder",
	} {
		if paths, err := Remove(dir, []string{"a.jsonl", name}, false); err == nil || !strings.Contains(err.Error(), want) || paths != nil {
			t.Errorf("%q: %q, %v, want %q", name, paths, err, want)
		}
	}
	there := func() string {
		files, _, _ := List(dir, Filter{})
		return names(files)
	}
	if got := strings.Fields(there()); len(got) != 6 {
		t.Fatalf("%q are there, want all", got)
	}
	paths, err := Remove(dir, []string{"a.jsonl", filepath.Join(dir, "b.jsonl"), filepath.Join(filepath.Base(dir), "a.jsonl"), "future.jsonl"}, true)
	if err != nil || len(strings.Fields(there())) != 6 {
		t.Fatalf("a dry run: %q, %v", paths, err)
	}
	paths, err = Remove(dir, []string{"a.jsonl", filepath.Join(dir, "b.jsonl"), "future.jsonl"}, false)
	if err != nil || len(paths) != 3 || there() != "e d c" {
		t.Errorf("%q, %v; %q are there", paths, err, there())
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

func TestPrune(t *testing.T) {
	dir := folder(t)
	files, unreadable, err := List(dir, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f *results.File) bool { return strings.HasSuffix(f.Path, "link.jsonl") })
	now := noon.Add(4*day + time.Hour)
	for _, tt := range []struct {
		p          Prune
		gone, kept string
	}{
		{Prune{Keep: 1}, "c a", "d b"},
		{Prune{Keep: 3}, "a", "b"},
		{Prune{Keep: 9}, "", ""},
		{Prune{OlderThan: 2 * day}, "c a", "b"},
		{Prune{OlderThan: 30 * day}, "", ""},
		{Prune{Keep: 4, OlderThan: day}, "a", ""},
		{Prune{Keep: 1, Spared: []string{filepath.Join(dir, "below", "..", "a.jsonl"), "nowhere"}}, "c", "d b a"},
	} {
		tt.p.Now = now
		gone, kept := tt.p.Of(append(slices.Clone(files), unreadable...))
		slices.SortFunc(kept, func(a, b *results.File) int { return b.Header.Start.Compare(a.Header.Start) })
		if names(gone) != tt.gone || names(kept) != tt.kept {
			t.Errorf("%+v: %q go, %q are kept; want %q and %q", tt.p, names(gone), names(kept), tt.gone, tt.kept)
		}
	}
}

func TestParseAge(t *testing.T) {
	for s, want := range map[string]time.Duration{"30d": 30 * day, "2w": 14 * day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "1.5d": 36 * time.Hour, "36500d": longest} {
		if got, err := ParseAge(s); err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", s, got, err, want)
		}
	}
	for _, s := range []string{"", "d", "30", "-1d", "0d", "0s", "30dd", "1dw", "NaNd", "Infd", "1e300d", "36501d", "thirty days", "9999999h"} {
		if got, err := ParseAge(s); err == nil || !strings.Contains(err.Error(), "30d") {
			t.Errorf("%q is %s, %v", s, got, err)
		}
	}
	for s, want := range map[string]time.Time{"2026-11-20": noon.Add(-12 * time.Hour), "2026-11-20T12:00:00Z": noon, "1d": noon, "2026-11-20 12:00:00": noon} {
		if got, err := ParseSince(s, noon.Add(day)); err != nil || !got.Equal(want) {
			t.Errorf("%q: %s, %v, want %s", s, got, err, want)
		}
	}
	if _, err := ParseSince("yesterday", noon); err == nil || !strings.Contains(err.Error(), "2026-11-28") {
		t.Errorf("%v", err)
	}
}

// No text is an age below or beyond bounds.
func FuzzParseAge(f *testing.F) {
	for _, s := range []string{"30d", "2w", "12h", "-1d", "1e9d", "0x1p5d", "d", "١d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if age, err := ParseAge(s); err == nil && (age <= 0 || age > longest) {
			t.Errorf("%q is %s", s, age)
		}
	})
}
