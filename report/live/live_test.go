package live

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var start = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// told is a view that has been told events, and has no terminal.
func told() (*View, *state) {
	v := New(nil, nil)
	v.closed = true // nothing is drawn
	v.now = func() time.Time { return start }
	return v, &v.state
}

func spread(n int, lo, hi float64) *stats.Histogram {
	l := stats.NewLive()
	for i := range n {
		l.Record(time.Duration(lo * math.Pow(hi/lo, float64(i)/float64(max(n-1, 1))) * float64(time.Millisecond)))
	}
	return l.Drain()
}

// slice is one second of an open load of 200/s.
func slice(arm string, at int, p99 float64) *results.Slice {
	return &results.Slice{
		Arm: arm, Phase: results.Measure, StartS: float64(at), DurationS: 1, RateRPS: 200, InFlightMax: int64(3 + at%4),
		Classes: map[string]*results.ClassData{"predict": {Planned: 200, Sent: 200, Done: 200, Clocks: map[string]*stats.Histogram{
			results.ClockResponse: spread(200, 0.2, p99), results.ClockLag: spread(200, 0.002, 0.1),
		}}},
		Telemetry: &results.Telemetry{SpanS: 1, CPUSeconds: 0.07, GCPauseMaxMS: 0.21, StealPct: 1.5},
	}
}

func header(arms ...string) *results.Header {
	h := &results.Header{Model: results.Open, Scenario: results.Scenario{Name: "mix"}, Looks: []int{24, 48, 75}}
	for i, name := range arms {
		h.Targets = append(h.Targets, results.Target{Arm: string(rune('A' + i)), Name: name})
	}
	return h
}

func runs(seconds int) (*View, *state) {
	v, st := told()
	v.Begin(header("modern"))
	v.Phase("measuring modern with mix", 30*time.Second)
	for i := range seconds {
		v.Slice(slice(results.ArmA, i, 2+3*math.Abs(math.Sin(float64(i)/3))))
	}
	return v, st
}

func pointer[T any](v T) *T { return &v }

func compares() (*View, *state) {
	v, st := told()
	v.Begin(header("legacy", "modern"))
	v.Phase("2 of 5 metrics decided after 48 pairs: measuring on", 20*time.Second)
	for i := range 50 {
		a, b := slice(results.ArmA, i, 4), slice(results.ArmB, i, 3.5)
		a.Pair, b.Pair = i+1, i+1
		v.Slice(a)
		v.Slice(b)
	}
	total := results.TotalClass
	v.Look(verdict.Progress{Kept: 24, Open: []verdict.Claim{{Class: total, Metric: "p50", IntervalPct: &[2]float64{-6, 9}, LimitPct: pointer(5.0)}}})
	v.Look(verdict.Progress{
		Kept: 48, MoreS: 20,
		Decided: []verdict.Claim{{Class: total, Metric: "throughput"}, {Class: total, Metric: "errors"}},
		Open: []verdict.Claim{
			{Class: total, Metric: "p50", IntervalPct: &[2]float64{-2.1, 5.6}, LimitPct: pointer(5.0)},
			{Class: "batch-predict", Metric: "p99", IntervalPct: &[2]float64{-8, 31}, LimitPct: pointer(20.0)},
			{Class: total, Metric: "stalls"},
		},
	})
	return v, st
}

func failing() (*View, *state) {
	v, st := runs(3)
	s := slice(results.ArmA, 3, 1000)
	d := s.Classes["predict"]
	d.Done, d.Errors = 195, map[string]int64{results.ErrTimeout: 5, results.ErrStatus: 12}
	s.Examples = []results.Example{{Error: results.ErrStatus, Status: "503", Class: "predict", Text: `{"detail": "no worker is free, try again in a while, which is a long sentence"}`}}
	v.Slice(s)
	return v, st
}

func cut() (*View, *state) {
	v, st := runs(6)
	v.Stopping()
	return v, st
}

// What is on the screen 7 s into each phase, at widths of 80 and 40.
func TestFrames(t *testing.T) {
	for name, told := range map[string]func() (*View, *state){
		"run": func() (*View, *state) { return runs(25) }, "compare": compares, "errors": failing, "interrupted": cut,
		"warmup": func() (*View, *state) { return runs(0) },
	} {
		_, st := told()
		for width, file := range map[int]string{80: name + "-80.txt", 40: name + "-40.txt"} {
			got := st.frame(start.Add(7*time.Second), width, 40, false)
			path := filepath.Join("testdata", file)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s:\n%s\nwant\n%s", file, got, want)
			}
		}
	}
}

// No line is wider than the terminal, and no frame higher, whatever its size; colour
// changes nothing but colour.
func TestFramesFitEveryTerminal(t *testing.T) {
	for name, told := range map[string]func() (*View, *state){"compare": compares, "errors": failing} {
		for _, width := range []int{31, 40, 60, 80, 132, 300} {
			for _, height := range []int{5, 12, 24, 60} {
				_, st := told()
				plain := st.frame(start, width, height, false)
				if lines := strings.Count(plain, "\n"); lines > height-1 {
					t.Errorf("%s, %d×%d: %d lines", name, width, height, lines)
				}
				for _, l := range strings.Split(plain, "\n") {
					if w := ansi.StringWidth(l); w >= width {
						t.Errorf("%s, %d×%d: %d cells: %s", name, width, height, w, l)
					}
				}
				if colored := st.frame(start, width, height, true); ansi.Strip(colored) != plain || colored == plain {
					t.Errorf("%s, %d×%d: with colour\n%s\nwithout\n%s", name, width, height, ansi.Strip(colored), plain)
				}
			}
		}
	}
}

// What comes from targets and files commands no terminal.
func TestHostileTextIsCleaned(t *testing.T) {
	const evil = "\x1b]0;PWNED\x07\u009b31m\u202etxt\r\nline\t\x00"
	v, st := told()
	h := header(evil, evil)
	h.Scenario.Name = evil
	v.Begin(h)
	v.Phase("measuring "+evil, time.Second)
	s := slice(results.ArmA, 0, 2)
	s.Classes["predict"].Errors = map[string]int64{results.ErrStatus: 1}
	s.Examples = []results.Example{{Error: evil, Status: evil, Class: evil, Text: evil}}
	v.Slice(s)
	v.Look(verdict.Progress{Open: []verdict.Claim{{Class: evil, Metric: evil}}, Decided: []verdict.Claim{{Class: evil, Metric: evil}}})
	frame := st.frame(start, 80, 40, false)
	for _, r := range frame {
		if r != '\n' && !unicode.IsGraphic(r) {
			t.Errorf("%q in\n%s", r, frame)
		}
	}
	if !strings.Contains(frame, "PWNED") {
		t.Errorf("the text itself is gone:\n%s", frame)
	}
}

// A view on what takes bytes: notes stay, above it, once and in their order; the view
// is gone at the end, and no mode is left changed. Nobody waits for it.
func TestViewComesAndGoes(t *testing.T) {
	var out bytes.Buffer
	v := New(&out, []string{"TERM=xterm-256color"})
	v.Begin(header("modern"))
	v.Phase("measuring modern with mix", 30*time.Second)
	v.Slice(slice(results.ArmA, 0, 2))
	if !v.Note("note: the first\n") || !v.Note("note: the second\n") {
		t.Error("notes are refused")
	}
	v.Close()
	v.Close()
	text := out.String()
	if v.Note("late\n") {
		t.Error("a note is taken after the end")
	}
	first, second := strings.Index(text, "note: the first"), strings.Index(text, "note: the second")
	if first < 0 || second < first || strings.Count(text, "note: the first") != 1 {
		t.Errorf("notes: %q", text)
	}
	for _, mode := range []string{"\x1b[?1049h", "\x1b[?2004h", "\x1b[?1000h", "\x1b[?1003h", "\x1b[>4;2m"} {
		if strings.Contains(text, mode) {
			t.Errorf("mode %q is set: %q", mode, text)
		}
	}
	if hidden, shown := strings.LastIndex(text, "\x1b[?25l"), strings.LastIndex(text, "\x1b[?25h"); hidden > shown {
		t.Errorf("the cursor is hidden at the end: %q", text)
	}
}

// A terminal that takes nothing, as after ctrl-S, stops no measurement.
func TestNobodyWaitsForAStoppedTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	_ = w.SetWriteDeadline(time.Now().Add(time.Hour)) // where pipes have none, all is well, too
	full := make([]byte, 1<<16)
	_ = w.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
	for err == nil {
		_, err = w.Write(full)
	}
	_ = w.SetWriteDeadline(time.Time{})
	v := New(w, []string{"TERM=xterm"})
	v.Begin(header("modern"))
	for i := range 1000 {
		v.Phase("measuring modern with mix", time.Minute)
		v.Slice(slice(results.ArmA, i, 2))
		v.Note("note\n")
	}
}

func BenchmarkFrameOfRun(b *testing.B) {
	benchmarkFrame(b, func() (*View, *state) { return runs(160) })
}
func BenchmarkFrameOfCompare(b *testing.B) { benchmarkFrame(b, compares) }

// A frame as Update makes it and View takes it.
func benchmarkFrame(b *testing.B, told func() (*View, *state)) {
	v, _ := told()
	s := &screen{view: v, width: 100, height: 50}
	b.ReportAllocs()
	for b.Loop() {
		s.Update(tickMsg{})
		_ = s.View()
	}
}

// What is taken out of a slice, once for each.
func BenchmarkSlice(b *testing.B) {
	v, _ := runs(10)
	s := slice(results.ArmA, 11, 5)
	b.ReportAllocs()
	for b.Loop() {
		v.Slice(s)
	}
}
