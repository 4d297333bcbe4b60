package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// M7: numbers that no measurement has are no figures.
func TestImpossibleNumbersAreDamage(t *testing.T) {
	class := func(change func(*ClassData)) func(*Slice) {
		return func(s *Slice) { change(s.Classes["predict"]) }
	}
	for name, change := range map[string]func(*Slice){
		"negative counts":              class(func(d *ClassData) { d.Planned, d.Sent, d.Done = -5, -5, -5 }),
		"errors beyond what was sent":  class(func(d *ClassData) { d.Errors = map[string]int64{ErrStatus: 200} }),
		"more errors than sent":        class(func(d *ClassData) { d.Errors = map[string]int64{ErrReset: 200} }),
		"negative errors":              class(func(d *ClassData) { d.Errors = map[string]int64{ErrCheck: -1} }),
		"an unknown class of error":    class(func(d *ClassData) { d.Errors = map[string]int64{"statut": 2} }),
		"counts that overflow":         class(func(d *ClassData) { d.Sent, d.Done, d.Dropped = 1<<62, 1<<62, 1<<62 }),
		"more dropped than planned":    class(func(d *ClassData) { d.Dropped = 9 }),
		"done beside a histogram":      class(func(d *ClassData) { d.Planned, d.Sent, d.Done, d.Status["200"] = 1e6, 1e6, 1e6, 1e6 }),
		"done without a histogram":     class(func(d *ClassData) { d.Clocks[ClockService] = nil }),
		"statuses and answers differ":  class(func(d *ClassData) { d.Status["200"]-- }),
		"more late answers than any":   class(func(d *ClassData) { d.Late = 99 }),
		"a lag of some requests":       class(func(d *ClassData) { d.Clocks[ClockLag] = repeat(3, 1) }),
		"more judged by a check":       class(func(d *ClassData) { d.CountCheck("ok", 20, 1) }),
		"negative failures of a check": class(func(d *ClassData) { d.CountCheck("ok", 5, -1) }),
		"a check before the start":     class(func(d *ClassData) { d.ExemplifyCheck("ok", -1, "x") }),
		"negative bytes":               class(func(d *ClassData) { d.BytesIn = -1 }),
		"negative seconds":             func(s *Slice) { s.DurationS = -1 },
		"seconds of an eternity":       func(s *Slice) { s.DrainS = 1e300 },
		"an arm that is not there":     func(s *Slice) { s.Arm = "Z" },
		"an arm without a target":      func(s *Slice) { s.Arm = ArmB },
		"an unknown phase":             func(s *Slice) { s.Phase = "measurf" },
		"a third slot of a pair":       func(s *Slice) { s.Position = 3 },
		"a class of no name":           func(s *Slice) { s.Classes["predics"] = served(1) },
		"a span of no name":            func(s *Slice) { s.Spans = map[string]*ClassData{"predict": served(1)} },
		"a span that is null":          func(s *Slice) { s.Spans = map[string]*ClassData{"predict.total": nil} },
		"a load beside of no name":     func(s *Slice) { s.Beside = map[string]*ClassData{"predict": served(1)} },
		"negative connections":         func(s *Slice) { s.Connections.Opened = -1 },
		"negative memory":              func(s *Slice) { s.TargetUse = &TargetUse{PeakRSSMB: -1} },
		"CPU time beyond all measure":  func(s *Slice) { s.TargetUse = &TargetUse{CPUSeconds: 1e200} },
		"telemetry beyond all measure": func(s *Slice) { s.Telemetry = &Telemetry{CPUSeconds: 1e308} },
	} {
		t.Run(name, func(t *testing.T) {
			f := openFile(map[string]*ClassData{"predict": served(20)})
			change(&f.Slices[0])
			// As if written by a version without checksums, and with one that is right.
			var old bytes.Buffer
			for _, v := range []any{f.Header, f.Slices[0], f.Footer} {
				b, err := jsonLine(v)
				if err != nil {
					t.Fatal(err)
				}
				old.Write(b)
			}
			for how, in := range map[string]*bytes.Buffer{"old": &old, "new": bytes.NewBuffer(contents(t, write(t, f)))} {
				got, err := readFrom(in, "x")
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasPrefix(got.Damage, "line 2: ") || len(got.Slices) > 0 {
					t.Errorf("%s: damage %q, %d slices", how, got.Damage, len(got.Slices))
				}
			}
		})
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// M7: headers, too.
func TestImpossibleHeadersAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Header){
		"a share above one": func(h *Header) { h.Classes[0].Share = 7 },
		"a negative rate":   func(h *Header) { h.RateRPS = -1 },
		"negative cores":    func(h *Header) { h.Host.Cores = -2 },
	} {
		f := openFile(nil)
		change(&f.Header)
		if _, err := ReadFile(write(t, f), nil); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
}

// M7: of a file that was written now, each bit that has changed is noticed.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	whole := contents(t, write(t, full()))
	for bit := 0; bit < 8*len(whole); bit += 7 {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		if f, err := readFrom(bytes.NewReader(b), "x"); err == nil && f.Damage == "" {
			t.Fatalf("bit %d of byte %d (%q) is not noticed", bit%8, bit/8, whole[bit/8])
		}
	}
}

// M7: and each line that is missing, doubled or in another place.
func TestEveryMissingLineIsNoticed(t *testing.T) {
	lines := bytes.SplitAfter(contents(t, write(t, full())), []byte("\n"))
	lines = lines[:len(lines)-1]
	read := func(what string, lines ...[]byte) {
		if f, err := readFrom(bytes.NewReader(bytes.Join(lines, nil)), "x"); err == nil && f.Damage == "" {
			t.Errorf("%s is not noticed", what)
		}
	}
	for i := 1; i < len(lines)-1; i++ {
		read(fmt.Sprintf("the absence of line %d", i+1), append(append([][]byte{}, lines[:i]...), lines[i+1:]...)...)
		read(fmt.Sprintf("a second line %d", i+1), append(append([][]byte{}, lines[:i+1]...), lines[i:]...)...)
	}
	read("a change of places", lines[0], lines[2], lines[1], lines[3], lines[4])
}

// L11: what is before a line beyond all measure stays readable.
func TestALineBeyondTheLimitIsDamageFromThere(t *testing.T) {
	f := openFile(map[string]*ClassData{"predict": served(20)})
	good := contents(t, write(t, f))
	good = good[:bytes.LastIndex(good[:len(good)-1], []byte("\n"))+1] // without the footer
	long := append(bytes.Clone(good), bytes.Repeat([]byte("x"), maxLine+1)...)
	got, err := readFrom(bytes.NewReader(long), "x")
	if err != nil || len(got.Slices) != 1 || got.Damage != "line 3: longer than 64 MB" {
		t.Fatalf("%v; %+v", err, got)
	}
	if _, err := readFrom(bytes.NewReader(long[len(good):]), "x"); !errors.Is(err, ErrFormat) {
		t.Errorf("as its first line: %v, want ErrFormat", err)
	}
}

// L12: names without number do not fill the screen.
func TestManyTargetsAreOneShortMessage(t *testing.T) {
	f := openFile(nil)
	for range 100_000 {
		f.Header.Targets = append(f.Header.Targets, Target{Arm: strings.Repeat("x", 100)})
	}
	b, err := json.Marshal(f.Header)
	if err != nil {
		t.Fatal(err)
	}
	_, err = readFrom(bytes.NewReader(b), "x")
	if !errors.Is(err, ErrFormat) || len(err.Error()) > 250 || !strings.Contains(err.Error(), "100001 in all") {
		t.Errorf("%.300v", err)
	}
}

// M11: reading a run, summed, takes memory by its slices only once each, and keeps
// none of them.
func TestReadingTwiceTheSlicesTakesTwiceTheWork(t *testing.T) {
	cost := func(n int) (allocated, kept float64) {
		f := openFile(nil)
		for range n {
			f.Slices = append(f.Slices, Slice{Arm: ArmA, Phase: Measure, DurationS: 1, Classes: map[string]*ClassData{"predict": served(40)}})
		}
		path := write(t, f)
		f = nil
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		got, err := ReadSummed(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		requests := int64(0)
		for i := range got.Slices {
			requests += got.Slices[i].Total().Sent
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if requests != int64(40*n) {
			t.Fatalf("%d requests", requests)
		}
		return float64(after.TotalAlloc - before.TotalAlloc), float64(after.HeapAlloc) - float64(before.HeapAlloc)
	}
	cost(10)
	one, _ := cost(200)
	two, kept := cost(400)
	if ratio := two / one; ratio > 2.3 {
		t.Errorf("twice the slices take %.2f times the memory", ratio)
	}
	if perSlice := kept / 400; perSlice > 2000 {
		t.Errorf("%.0f bytes of each slice are kept", perSlice)
	}
}
