package strict

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type pause time.Duration

func (p *pause) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	*p = pause(d)
	return err
}

type inner struct {
	Deep string `yaml:"deep"`
}

type everything struct {
	Text   string           `yaml:"text"`
	Flag   bool             `yaml:"flag"`
	Whole  int              `yaml:"whole"`
	Number float64          `yaml:"number"`
	List   []string         `yaml:"list"`
	Map    map[string]int64 `yaml:"map"`
	Ptr    *inner           `yaml:"ptr"`
	Pause  pause            `yaml:"pause"`
	Raw    *Node            `yaml:"raw"`
	Kept   string           `yaml:"kept"`
	inner
}

func TestDecode(t *testing.T) {
	src := `
text: "a: b"
flag: true
whole: 0x10
number: 5
list:
- a
- |
  b
map: {x: 1, "y z": -2}
ptr: {deep: down}
pause: 1m
raw: [1, 2.5, null, {k: v}]
deep: embedded
`
	got := everything{Kept: "default"}
	if err := Decode([]byte(src), "f", &got); err != nil {
		t.Fatal(err)
	}
	raw := got.Raw
	got.Raw = nil
	want := everything{
		Text: "a: b", Flag: true, Whole: 16, Number: 5, List: []string{"a", "b\n"}, Map: map[string]int64{"x": 1, "y z": -2},
		Ptr: &inner{Deep: "down"}, Pause: pause(time.Minute), Kept: "default", inner: inner{Deep: "embedded"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(everything{}, inner{})); d != "" {
		t.Error(d)
	}
	var kinds []Kind
	for _, n := range raw.Items {
		kinds = append(kinds, n.Kind)
	}
	if d := cmp.Diff([]Kind{Int, Float, Null, Map}, kinds); d != "" {
		t.Error(d)
	}
	if v := raw.Items[3].Get("k"); v.Path != "raw[3].k" || v.Line != 13 || v.Col != 25 || v.Text != "v" {
		t.Errorf("%+v", v)
	}
}

func TestDecodeMistakes(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"all at once", "text: 5\nflag: maybe\nwhole: 1.5\nnumber: .inf\nlist: a\nmap: [1]\nptr:\npause: soon\ntxet: x\n", `f:1:7: text: found "5", want text
f:2:7: flag: found the text "maybe", want true or false
f:3:8: whole: found "1.5", want a whole number
f:4:9: number: found ".inf", want a number
f:5:7: list: found the text "a", want a list
f:6:6: map: found a list, want a mapping
f:7:1: ptr: found nothing, want a mapping
f:8:8: pause: time: invalid duration "soon"
f:9:1: unknown key "txet", did you mean "text"? (known: text, flag, whole, number, list, map, ptr, pause, raw, kept, deep)`},
		{"no suggestion when nothing is near", "zzzzzz: 1", `f:1:1: unknown key "zzzzzz" (known: text, flag, whole, number, list, map, ptr, pause, raw, kept, deep)`},
		{"overflow", "whole: 99999999999999999999", `f:1:8: whole: found "99999999999999999999", want a whole number`},
		{"not a mapping", "- a", `f:1:1: found a list, want a mapping`},
		{"empty", "# nothing\n", `f:1:1: the file is empty`},
		{"twice", "text: a\ntext: b\n", `f:2:1: the key "text" is there twice`},
		{"two documents", "text: a\n---\ntext: b\n", `f:3:1: a second document, want one per file`},
		{"no such anchor", "text: *a\n", `f:1:7: alias *a: there is no anchor &a before it`},
		{"an alias of more than a line", "*|>", `f:1:1: alias *|\n: there is no anchor &|\n before it`},
		{"anchor in itself", "raw: &a [*a]\n", `f:1:10: alias *a: there is no anchor &a before it`},
		{"tag", "text: !!binary aGk=\n", `f:1:7: tag !!binary: want a plain value`},
		{"merge of a scalar", "<<: 5\ntext: a\n", `f:1:5: found a whole number after <<, want a mapping`},
		{"long value", "flag: " + strings.Repeat("x", 100), `f:1:7: flag: found the text "` + strings.Repeat("x", 40) + `…", want true or false`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Decode([]byte(tt.src), "f", &everything{})
			if d := cmp.Diff(tt.want, fmt.Sprint(err)); d != "" {
				t.Error(d)
			}
		})
	}
	for _, src := range []string{"a: b: c", "a: [", "\t- x", "a: \"x", "{", "a:\n  - b\n c: d"} {
		err := Decode([]byte(src), "f", &everything{})
		if err == nil || !strings.HasPrefix(err.Error(), "f:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want one line with a position", src, err)
		}
	}
}

func TestAliasesAndMerges(t *testing.T) {
	src := "raw: &r {a: 1, b: 2}\nmap:\n  <<: *r\n  b: 3\n  c: 4\nlist: [&x one, *x]\n"
	var got everything
	if err := Decode([]byte(src), "f", &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int64{"a": 1, "b": 3, "c": 4}, got.Map); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"one", "one"}, got.List); d != "" {
		t.Error(d)
	}
}

func TestScalars(t *testing.T) {
	for text, want := range map[string]any{
		"1": uint64(1), "-1": int64(-1), "+1": uint64(1), "0x1F": uint64(31), "0o17": uint64(15),
		"1.5": 1.5, "-0.5": -0.5, ".5": 0.5, "1e3": 1e3, "1E3": 1e3, "-1.5e-3": -1.5e-3, "1e+3": 1e3,
		"18446744073709551615": uint64(math.MaxUint64), "99999999999999999999": 1e20, "1e999": math.Inf(1),
		"true": true, "false": false, "null": nil, "~": nil,
		"'1e3'": "1e3", `"5"`: "5", "yes": "yes", "1.2.3": "1.2.3", "e3": "e3", "10k": "10k", "2024-01-01": "2024-01-01", "5..20": "5..20", "200/s": "200/s",
	} {
		d, err := Parse([]byte("a: "+text), "f")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if n := d.Root.Get("a"); n.Value != want {
			t.Errorf("%s: %T %v, want %T %v", text, n.Value, n.Value, want, want)
		}
	}
}

// A few hundred bytes of nested aliases would otherwise fill the memory.
func TestAliasesCannotExhaustMemory(t *testing.T) {
	var src strings.Builder
	src.WriteString("a0: &a0 [x, x]\n")
	for i := range 40 {
		fmt.Fprintf(&src, "a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	_, err := Parse([]byte(src.String()), "f")
	if err == nil || !strings.Contains(err.Error(), "too large or too deep") {
		t.Errorf("error %v", err)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"connections", "rate", "duration", "name"}
	for word, want := range map[string]string{
		"conections": "connections", "rte": "rate", "Rate": "rate", "raet": "rate", "durations": "duration",
		"x": "", "method": "", "": "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, src := range []string{
		"raw: &r {a: 1}\nmap:\n  <<: *r\n", "a: [", "? a\n: b", "- - - a", "%YAML 1.2\n---\na: b", "!!map {a: b}", "a: |\n  b\n",
		"\xff\xfe", "a: 0o17\nb: 1_0\nc: .nan", "{a: b, c}", "<<: [*x]", "a: 'b''c'", "--- 5\n...\n",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var v everything
		err := Decode(src, "f", &v)
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("error without a position: %v", err)
		}
		if math.IsNaN(v.Number) || math.IsInf(v.Number, 0) {
			t.Errorf("number %v", v.Number)
		}
	})
}
