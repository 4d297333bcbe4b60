package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mlbench/mlbench/results/stats"
)

// readFrom reads a result file; the name is used in errors.
func readFrom(r io.Reader, name string) (*File, error) {
	f := &File{Path: name}
	if err := f.read(r, false); err != nil {
		return nil, err
	}
	return f, nil
}

// sameHistograms compares by what a file keeps of them.
var sameHistograms = cmp.Comparer(func(a, b *stats.Histogram) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, _ := a.MarshalJSON()
	y, _ := b.MarshalJSON()
	return bytes.Equal(x, y)
})

// full is a file that uses every field of the format.
func full() *File {
	predict := served(20)
	predict.Dropped, predict.Planned = 2, 22
	predict.Done, predict.Errors = 19, map[string]int64{ErrTimeout: 1, ErrStatus: 2}
	predict.Status = map[string]int64{"200": 17, "500": 2}
	predict.BytesIn, predict.BytesOut = 1000, 2000
	predict.CountCheck("has-score", 16, 1)
	predict.CountCheck("$.a <number>", 17, 0)
	predict.ExemplifyCheck("has-score", 1.5, "$.score: not in the answer")
	f := openFile(map[string]*ClassData{"predict": predict, "health": served(5)})
	h := &f.Header
	h.Argv = []string{"mlbench", "run", "mix"}
	h.Scenario.Digest, h.Scenario.Text = "sha256:0", "name: mix\n"
	h.Connections = 8
	h.Classes[0].Checks = []string{"has-score", "$.a <number>"}
	h.WarmupS, h.BudgetS, h.Limits, h.Strict, h.Looks = 3, 60, "p50=3%", true, looks{24, 48}
	h.Host.Kernel, h.Host.CPU, h.Host.CPULimit, h.Host.MemoryMB = "6.1", "some <cpu> & more", 1.5, 4096
	h.Warnings = []string{"the clock is coarse"}
	sl := &f.Slices[0]
	sl.Pair, sl.Position, sl.StartS, sl.InFlightMax = 3, 2, 0.5, 7
	sl.Connections = Connections{Opened: 8, Closed: 1, Failed: 2, Stale: 1}
	sl.Telemetry = &Telemetry{CPUSeconds: 1, GCPauseMaxMS: 0.1, StealPct: 0.5, HostCPUPct: 40, ThrottledMS: 0}
	warm := Slice{Arm: ArmA, Phase: Warmup, DurationS: 1, Classes: map[string]*ClassData{"predict": served(3)}}
	out := Slice{Arm: ArmA, Phase: Measure, DurationS: 1, Excluded: "steal", Classes: map[string]*ClassData{"predict": served(4)}}
	f.Slices = append([]Slice{warm}, append(f.Slices, out)...)
	f.Ends = []TargetEnd{{Type: "target_end", Arm: ArmB, AtS: 9.5, Pairs: 2, Planned: 12, Ended: "exit 137", Said: "FATAL: out of memory", Answered: true, Error: "refused"}}
	return f
}

func TestRoundTrip(t *testing.T) {
	for name, want := range map[string]*File{
		"full":        full(),
		"no slice":    openFile(nil),
		"no footer":   {Header: openFile(nil).Header},
		"interrupted": {Header: openFile(nil).Header, Footer: &Footer{Ended: Interrupted}},
		"failed":      {Header: openFile(nil).Header, Footer: &Footer{Ended: Failed, Reason: "the target went away"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, want)
			got, err := ReadFile(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			want.Path = path
			ignore := cmp.Options{cmpopts.IgnoreFields(Footer{}, "End", "Type"), cmpopts.IgnoreUnexported(File{})} // set by Close; of the reader
			if diff := cmp.Diff(want, got, sameHistograms, ignore, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("read is not what was written (-want +got):\n%s", diff)
			}
			if got.Complete() != (want.Footer != nil && want.Footer.Ended == Completed) {
				t.Errorf("Complete() = %v", got.Complete())
			}
		})
	}
}

// A file cut anywhere is a shorter measurement or a clear error, never a panic.
func TestTruncatedAtEveryByte(t *testing.T) {
	whole, err := os.ReadFile(write(t, full()))
	if err != nil {
		t.Fatal(err)
	}
	headerEnd := bytes.IndexByte(whole, '\n')
	for n := range whole {
		f, err := readFrom(bytes.NewReader(whole[:n]), "cut.jsonl")
		if n < headerEnd {
			if !errors.Is(err, ErrFormat) || !strings.HasPrefix(err.Error(), "cut.jsonl:") {
				t.Fatalf("cut at %d, within the header: error %v, want one that names the file and ErrFormat", n, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		complete := bytes.Count(whole[:n], []byte("\n")) - 1
		if cut := whole[n-1] != '\n' && whole[n] != '\n'; cut != (f.Damage != "") {
			t.Fatalf("cut at %d: damage %q", n, f.Damage)
		}
		if len(f.Slices)+len(f.Ends) < complete || f.Complete() && n < len(whole)-1 {
			t.Fatalf("cut at %d: %d slices read of %d whole lines, complete %v", n, len(f.Slices), complete, f.Complete())
		}
	}
}

func TestReadRefuses(t *testing.T) {
	const ours = `{"type":"header","schema":"mlbench.result/1"}` + "\n"
	tests := []struct{ name, in, want string }{
		{"empty", "", `x: not a readable mlbench result file: it is empty`},
		{"blank lines", "\n \n", `x: not a readable mlbench result file: it is empty`},
		{"text", "hello", `x:1: not a readable mlbench result file: invalid character 'h'`},
		{"binary", "\x1f\x8b\x00", `x:1: not a readable mlbench result file: invalid character`},
		{"other JSON", `{"a":1}`, `x:1: not a readable mlbench result file: the first line is no header but "{\"a\":1}"`},
		{"array", `[1]`, `x:1: not a readable mlbench result file: json: cannot unmarshal array`},
		{"slice first", `{"type":"slice"}`, `x:1: not a readable mlbench result file: the first line is no header`},
		{"newer major", `{"type":"header","schema":"mlbench.result/2"}`, `x:1: not a readable mlbench result file: its schema is "mlbench.result/2", this version of mlbench reads mlbench.result/1; update mlbench`},
		{"major that begins like ours", `{"type":"header","schema":"mlbench.result/11"}`, `its schema is "mlbench.result/11"`},
		{"foreign schema", `{"type":"header","schema":"k6/1"}`, `its schema is "k6/1"`},
		{"no schema", `{"type":"header"}`, `its schema is ""`},
		{"summary instead", `{"type":"header","schema":"mlbench.run/1"}`, `its schema is "mlbench.run/1"`},
		{"bad header field", `{"type":"header","schema":"mlbench.result/1","seed":"x"}`, `x:1: not a readable mlbench result file: header: json: cannot unmarshal string`},
		// It would be taken for a single run of A.
		{"three targets", `{"type":"header","schema":"mlbench.result/1","targets":[{"arm":"A"},{"arm":"B"},{"arm":"C"}]}`, `x:1: not a readable mlbench result file: its targets are of the arms A, B, C, want A, or A and B`},
		{"targets of other arms", `{"type":"header","schema":"mlbench.result/1","targets":[{"arm":"B"}]}`, `x:1: not a readable mlbench result file: its targets are of the arms B, want A, or A and B`},
		{"two headers", ours + ours, `x:2: not a readable mlbench result file: a second header`},
		{"header after blank", "\n{", `x:2: not a readable mlbench result file: unexpected end of JSON input`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readFrom(strings.NewReader(tt.in), "x")
			if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want ErrFormat with %q", err, tt.want)
			}
		})
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFile(filepath.Join(dir, "none.jsonl"), nil); !errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrFormat) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := ReadFile(dir, nil); err == nil || errors.Is(err, ErrFormat) {
		t.Errorf("folder: %v, want an I/O error", err)
	}
	f, err := ReadFile("-", strings.NewReader(`{"type":"header","schema":"mlbench.result/1","seed":7}`))
	if err != nil || f.Header.Seed != 7 || f.Path != "standard input" {
		t.Errorf("stdin: %+v, %v", f, err)
	}
}

// A later minor version adds lines and fields; both are skipped.
func TestReadAcceptsWhatIsNew(t *testing.T) {
	in := strings.Join([]string{
		`{"type":"header","schema":"mlbench.result/1.7","seed":9,"moon":"full"}`,
		`{"type":"weather","rain":true}`,
		`{"type":"slice","arm":"A","phase":"measure","duration_s":1,"tide":3,"classes":{"predict":{"planned":1,"sent":1,"done":1,"status":{"200":1},"bytes_in":0,"bytes_out":0,"hue":"red"}}}`,
		`{"no":"type"}`,
		``,
		`{"type":"footer","ended":"completed","end":"2026-01-02T15:04:05Z","mood":"good"}`,
	}, "\n")
	f, err := readFrom(strings.NewReader(in), "x")
	if err != nil {
		t.Fatal(err)
	}
	if f.Header.Seed != 9 || len(f.Slices) != 1 || f.Slices[0].Classes["predict"].Sent != 1 || !f.Complete() || f.Damage != "" {
		t.Errorf("read %+v", f)
	}
}

func TestReadDamage(t *testing.T) {
	const head = `{"type":"header","schema":"mlbench.result/1"}` + "\n" +
		`{"type":"slice","arm":"A","phase":"measure","duration_s":1,"classes":{}}` + "\n"
	for name, bad := range map[string]string{
		"no JSON":       `garbage`,
		"null class":    `{"type":"slice","classes":{"a":null}}`,
		"bad histogram": `{"type":"slice","classes":{"a":{"service":"AAAA"}}}`,
		"bad footer":    `{"type":"footer","end":5}`,
	} {
		t.Run(name, func(t *testing.T) {
			f, err := readFrom(strings.NewReader(head+bad+"\n"+`{"type":"footer","ended":"completed"}`), "x")
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Slices) != 1 || !strings.HasPrefix(f.Damage, "line 3: ") || f.Complete() {
				t.Errorf("%d slices, damage %q, complete %v; want 1, line 3, false", len(f.Slices), f.Damage, f.Complete())
			}
		})
	}
}

// Looks are a list now; files of the time when a comparison could be extended once
// have a number.
func TestLooksOfOldFilesAreRead(t *testing.T) {
	for text, want := range map[string]looks{`2`: {0, 0}, `[24,48,96]`: {24, 48, 96}, `0`: {}} {
		var l looks
		if err := json.Unmarshal([]byte(text), &l); err != nil || !slices.Equal(l, want) {
			t.Errorf("%s: %v, %v", text, l, err)
		}
		if b, err := json.Marshal(l); len(l) > 0 && (err != nil || string(b) != text) {
			t.Errorf("%s became %s, %v", text, b, err)
		}
	}
	for _, text := range []string{`-1`, `[48,24]`, `[0]`, `"two"`, `[24,24]`} {
		var l looks
		if json.Unmarshal([]byte(text), &l) == nil {
			t.Errorf("%s was read: %v", text, l)
		}
	}
}

// A status is a number of HTTP, in files old and new, and the name of it elsewhere.
func TestStatusKeysAreReadAsNumbersAndNames(t *testing.T) {
	for text, want := range map[string]StatusKey{`404`: "404", `"UNAVAILABLE"`: "UNAVAILABLE", `0`: "0", `"007"`: "007"} {
		var k StatusKey
		if err := json.Unmarshal([]byte(text), &k); err != nil || k != want {
			t.Errorf("%s: %q, %v", text, k, err)
		}
		if b, err := json.Marshal(k); err != nil || string(b) != text {
			t.Errorf("%s became %s, %v", text, b, err)
		}
	}
}
